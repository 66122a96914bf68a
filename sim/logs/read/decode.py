"""A chunk of lines as columns: fast if every line is as it should be, else line by line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from .columns import Part
from .formats import ARE_ONE, FORMATS, Format, nested, recognised
from .messages import messages_of

LONGEST_LINE = 8 << 20
"""Bytes of a line that is still read: the largest request of a log stream has 4 MiB."""
_NO_JSON = "no JSON"
_WRONG_TYPE = "a field of another type than it should have"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file."""

    data: bytes
    first_line: int
    ends: bool = False
    """Whether the file ends here, in the middle of a line."""
    text: bool = False
    """Whether numbers may be written as text: it was a CSV file."""


class MixedRows(Exception):
    """A row of another format; the arguments are its line and the format's name."""


@cache
def _decoder(name: str, *, strict: bool) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(FORMATS[name].line, strict=strict)


def decoded(chunk: Chunk, name: str, *, messages: bool = False) -> Part:
    """The rows of a chunk; raises `MixedRows` if one is of another format.

    ``messages``: whether the messages of failures are kept.
    """
    format_ = FORMATS[name]
    part = _part(chunk, format_)
    if messages:
        part.messages = messages_of(chunk.data)
    return part


def _part(chunk: Chunk, format_: Format) -> Part:
    if not (format_.flat or chunk.text or chunk.ends):
        try:
            rows = format_.rows(_decoder(format_.name, strict=True).decode_lines(chunk.data))
            if _all_events(rows):
                return format_.extract(rows)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
    return _line_by_line(chunk, format_)


def _all_events(rows: Any) -> bool:
    """Whether every row is an event of the format: nothing else has a topic, or a kind."""
    if rows and hasattr(rows[0], "kind"):
        return all(row.kind in ("Completion", "Progress") for row in rows)
    return all(row.topic for row in rows)


def _line_by_line(chunk: Chunk, format_: Format) -> Part:
    found: list[Any] = []
    bad: list[tuple[str, int]] = []
    as_text = 0
    lines = chunk.data.split(b"\n")
    last = len(lines) - 1
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        number = chunk.first_line + place
        if len(line) > LONGEST_LINE:
            bad.append((f"a line longer than {LONGEST_LINE >> 20} MiB", number))
            continue
        try:
            events, was_text = _one(line, format_)
        except msgspec.ValidationError:
            other = _other_format(line, format_)
            if other:
                raise MixedRows(number, other) from None
            bad.append((_WRONG_TYPE, number))
            continue
        except (msgspec.DecodeError, UnicodeDecodeError):
            cut = chunk.ends and place == last
            bad.append(("a last line that is cut off" if cut else _NO_JSON, number))
            continue
        if not _all_events(events):
            other = _other_format(line, format_)
            if other:
                raise MixedRows(number, other)
            bad.append(("no log event", number))
            continue
        as_text += was_text
        found += events
    part = format_.extract(found)
    for reason, number in bad:
        part.bad[reason] += 1
        part.first_bad = part.first_bad or (reason, number)
    part.as_text = 0 if chunk.text else as_text
    return part


def _one(line: bytes, format_: Format) -> tuple[list[Any], bool]:
    """The events of a line, and whether numbers had to be read from text."""
    if format_.flat:
        row = msgspec.json.decode(line)
        line = msgspec.json.encode(nested(row) if isinstance(row, dict) else row)
    try:
        return list(format_.rows([_decoder(format_.name, strict=True).decode(line)])), False
    except msgspec.ValidationError:
        return list(format_.rows([_decoder(format_.name, strict=False).decode(line)])), True


def _other_format(line: bytes, format_: Format) -> str:
    """The name of another format that a line has; empty if it has none."""
    other = recognised(msgspec.json.decode(line))
    both = {other, format_.name}
    same = other == format_.name or any(both <= group for group in ARE_ONE)
    return "" if same else other
