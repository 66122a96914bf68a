"""Files of logs as chunks of whole lines: globs, gzip, zstd, standard input, arrays and CSV."""

from __future__ import annotations

import csv
import glob
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec

from sim.logs.zstd import zstandard
from sim.scenario import STDIN, ScenarioError, fault, file_name, is_plain

from .decode import LONGEST_LINE, Chunk
from .formats import nested, nested_lines, recognised, since_1970

_CHUNK = 4 << 20
_LARGEST_ARRAY = 1 << 30
"""Bytes of a file that is one JSON array: it is held in memory."""
_AT_ONCE = 5000
_KNOWN = (
    "log streams (webhook, Axiom, Datadog, PostHog, self-hosted), `npx convex logs --jsonl` and "
    "CSV exports with these columns"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read."""

    name: str
    path: Path | None
    """None: standard input."""

    @property
    def size(self) -> int:
        """Bytes on the disk; 0 if that is not known."""
        return 0 if self.path is None else self.path.stat().st_size


def sources(given: Sequence[str]) -> list[Source]:
    """The files that arguments name, patterns resolved; raises `ScenarioError` if one is none."""
    found: dict[str, Source] = {}
    for name in given:
        if name == STDIN:
            found[name] = Source(file_name(name), None)
            continue
        # A pattern may begin anywhere, which `Path.glob` does not allow.
        paths = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else [name]  # noqa: PTH207
        if not paths:
            raise fault(file_name(name), "no file has such a name")
        for path in paths:
            found[os.path.realpath(path)] = _source(Path(path))
    return list(found.values())


def _source(path: Path) -> Source:
    name = file_name(path)
    try:
        if path.is_dir():
            raise fault(name, "is a directory: name its files, such as 'logs/*.jsonl'")
        if not path.exists():
            raise fault(name, "there is no such file")
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise fault(name, "is not a valid file name") from error
    if not is_plain(path):
        raise fault(name, "not a plain file")
    return Source(name, path)


class Opened:
    """A file of a known format."""

    def __init__(
        self, format_: str, chunks: Iterator[Chunk], raw: IO[bytes], *, plain: bool = False
    ) -> None:
        self.format_ = format_
        self.chunks = chunks
        self.plain = plain
        """Whether it consists of lines as they are on the disk."""
        self._raw = raw

    @property
    def position(self) -> int:
        """Bytes read from the disk so far."""
        return 0 if self._raw.closed or not self._raw.seekable() else self._raw.tell()

    def close(self) -> None:
        """Close the file."""
        _close(self._raw)


def opened(source: Source) -> Opened | None:
    """Open a file and find its format; None if it is empty.

    Raises `ScenarioError` if it holds no logs.
    """
    raw: IO[bytes] = sys.stdin.buffer if source.path is None else source.path.open("rb")
    try:
        file = _recognised(raw, source)
    except BaseException:
        _close(raw)
        raise
    if file is None:
        _close(raw)
    return file


def _close(raw: IO[bytes]) -> None:
    if raw is not sys.stdin.buffer:
        raw.close()


def _recognised(raw: IO[bytes], source: Source) -> Opened | None:
    stream = _unpacked(raw, source)
    head = _head(stream, source)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return None
    if text[:1] not in (b"{", b"["):
        return Opened(*_of_csv(stream, head, source), raw)
    first = next((line for line in text.split(b"\n") if 0 < len(line.strip()) < LONGEST_LINE), b"")
    format_ = _format_of(first)
    if not format_ and text[:1] == b"[":
        elements = _elements(head + _rest(stream, source), source)
        if elements:
            format_ = _format_of(elements[0])
        if format_:
            return Opened(format_, _of_elements(elements), raw)
    if not format_:
        if not first:
            limit = f"{LONGEST_LINE >> 20} MiB"
            raise fault(source.name, f"begins with a line longer than {limit}: no event is as long")
        if b"\n" not in text and not _is_json(first):
            raise fault(source.name, "is cut off in the middle of its only line, or is no JSON")
        raise _no_logs(source)
    return Opened(format_, _of_lines(stream, head, source), raw, plain=stream is raw)


def _no_logs(source: Source) -> ScenarioError:
    return fault(source.name, f"holds no logs that are known: there are {_KNOWN}")


def _format_of(line: bytes) -> str:
    """The name of the format of a line; empty if it has none."""
    try:
        return recognised(msgspec.json.decode(line))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _unpacked(raw: IO[bytes], source: Source) -> IO[bytes]:
    """The file's content, whether it is compressed or not."""
    assert isinstance(raw, io.BufferedReader)
    magic = raw.peek(4)
    if magic[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    if magic[:4] == b"\x28\xb5\x2f\xfd":
        unpacker = zstandard(source.name).ZstdDecompressor()
        unpacked: IO[bytes] = unpacker.stream_reader(raw, read_across_frames=True)
        return unpacked
    return raw


def _read(stream: IO[bytes], source: Source) -> bytes:
    """Some of a stream; raises `ScenarioError` if its archive is damaged."""
    try:
        return stream.read(_CHUNK)
    except (OSError, EOFError, zlib.error) as error:
        raise fault(source.name, "is a damaged or incomplete archive") from error
    except Exception as error:
        if type(error).__name__ == "ZstdError":
            raise fault(source.name, "is a damaged or incomplete archive") from error
        raise


def _head(stream: IO[bytes], source: Source) -> bytes:
    """The beginning of a file, with one whole line at least unless that is too long."""
    head = data = _read(stream, source)
    while data and b"\n" not in head.lstrip() and len(head) <= 2 * LONGEST_LINE:
        data = _read(stream, source)
        head += data
    return head


def _rest(stream: IO[bytes], source: Source) -> bytes:
    parts, size = [], 0
    while data := _read(stream, source):
        parts.append(data)
        size += len(data)
        if size > _LARGEST_ARRAY:
            limit = f"{_LARGEST_ARRAY >> 30} GiB"
            raise fault(source.name, f"is one JSON array of more than {limit}: export it as JSONL")
    return b"".join(parts)


def _elements(data: bytes, source: Source) -> list[bytes]:
    """The elements of a file that is one JSON array, each on one line."""
    try:
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise fault(source.name, "is neither a whole JSON array nor JSON lines") from error
    return [bytes(element).replace(b"\n", b" ") for element in found]


def _of_elements(elements: list[bytes]) -> Iterator[Chunk]:
    for first in range(0, len(elements), _AT_ONCE):
        yield Chunk(b"\n".join(elements[first : first + _AT_ONCE]), first + 1)


def _of_lines(stream: IO[bytes], head: bytes, source: Source) -> Iterator[Chunk]:
    """Chunks that end with a line; of a line that is too long only the beginning."""
    number, kept, data = 1, head.removeprefix(b"\xef\xbb\xbf"), b""
    while True:
        end = kept.rfind(b"\n") + 1
        if end:
            yield Chunk(kept[:end], number)
            number += kept.count(b"\n", 0, end)
            kept = kept[end:]
        data = _read(stream, source)
        if not data:
            break
        if len(kept) > LONGEST_LINE and b"\n" not in data:
            continue  # in the middle of a line that is not read
        kept += data if len(kept) <= LONGEST_LINE else data[data.index(b"\n") :]
    if kept.strip():
        yield Chunk(kept, number, ends=True)


def after(chunks: Iterator[Chunk], lines: int) -> Iterator[Chunk]:
    """The chunks without so many lines at the start; blank ones do not count."""
    for chunk in chunks:
        if not lines:
            yield chunk
            continue
        found = chunk.data.split(b"\n")
        place = 0
        while lines and place < len(found):
            lines -= bool(found[place].strip())
            place += 1
        if place < len(found):
            rest = b"\n".join(found[place:])
            yield Chunk(rest, chunk.first_line + place, ends=chunk.ends)


def _of_csv(stream: IO[bytes], head: bytes, source: Source) -> tuple[str, Iterator[Chunk]]:
    """The format of a CSV export, and its rows as JSON lines."""
    header = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    keys = [_column(key) for key in next(csv.reader([header]), [])]
    if "body" in keys and "topic" not in keys:
        return "posthog-export", _csv_chunks(stream, head, source)
    if "topic" in keys and "timestamp" not in keys and "Date" in keys:
        return "datadog-export", _csv_chunks(stream, head, source)
    format_ = recognised(nested(dict.fromkeys(keys, "-")))
    if not format_:
        format_ = recognised(dict.fromkeys(keys, "-"))
    if not format_ or format_ == "cli":
        raise _no_logs(source)
    plain = {"axiom-flat": "axiom", "axiom-flat-v1": "axiom-v1"}.get(format_, format_)
    return plain, _csv_chunks(stream, head, source)


def _column(name: str) -> str:
    """A column's name: Datadog puts a sign before those of attributes."""
    return name.removeprefix("@")


def _csv_chunks(stream: IO[bytes], head: bytes, source: Source) -> Iterator[Chunk]:
    def lines() -> Iterator[str]:
        kept = head.removeprefix(b"\xef\xbb\xbf")
        while True:
            *whole, kept = kept.split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "replace") + "\n"
            data = _read(stream, source)
            if not data:
                break
            kept += data
        if kept:
            yield kept.decode("utf-8", "replace")

    csv.field_size_limit(LONGEST_LINE)
    rows = csv.DictReader(lines())
    number = 2
    try:
        while batch := list(islice(rows, _AT_ONCE)):
            clean = [{_column(key): value for key, value in row.items() if isinstance(key, str)}
                     for row in batch]  # fmt: skip
            if "body" in clean[0] and "topic" not in clean[0]:  # the event as text
                bodies = [(row["body"] or "").replace("\n", " ") for row in clean]
                yield Chunk("\n".join(bodies).encode(), number, text=True)
            else:
                for row in clean:
                    if "timestamp" not in row and "Date" in row:
                        row["timestamp"] = str(since_1970(row["Date"] or ""))
                yield Chunk(nested_lines(clean), number, text=True)
            number += len(batch)
    except csv.Error as error:
        raise fault(f"{source.name}:{number}", f"no CSV: {error}") from error
