"""Where reports go: standard output in one format, and files whose suffix picks theirs."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sim.report import Block, to_html, to_markdown, write_terminal
from sim.scenario import is_plain

FORMATS = ("table", "json", "md", "html")
SUFFIXES = {".json": "json", ".md": "md", ".txt": "table", ".html": "html"}
Page = Callable[[], Sequence[Block]]
"""What a page shows, where that is more than the report; charts take a second to draw."""


class OutputError(Exception):
    """A file cannot be written."""


def check_files(files: Sequence[Path]) -> None:
    """Refuse files that could not be written before anything is simulated."""
    for file in files:
        if file.suffix not in SUFFIXES:
            allowed = ", ".join(f"{suffix} ({name})" for suffix, name in SUFFIXES.items())
            raise OutputError(f"--out {file}: the suffix picks the format; allowed: {allowed}")
        check_file(file, "--out ")


def check_file(file: Path, option: str = "") -> None:
    """Refuse a file that could not be written; ``option`` is the one that names it."""
    try:
        file.with_name(f".{file.name}.12345678").exists()  # how the file is written first
    except (OSError, ValueError) as error:
        raise OutputError(f"{option}{file}: {getattr(error, 'strerror', error)}") from error
    if file.is_dir():
        raise OutputError(f"{option}{file}: is a directory")
    if file.exists() and not is_plain(file):
        raise OutputError(f"{option}{file}: is no plain file: it would not be written but replaced")
    if not file.parent.is_dir():
        raise OutputError(f"{option}{file}: there is no directory {file.parent}")
    if not os.access(file.parent, os.W_OK):
        raise OutputError(f"{option}{file}: the directory cannot be written to")


def emit(
    blocks: Sequence[Block],
    as_json: Callable[[], str],
    format_: str,
    files: Sequence[Path],
    page: Page | None = None,
) -> None:
    """Write a report to every file, then to standard output; no format, nothing there."""
    for file in files:
        write_whole(file, rendered(blocks, as_json, SUFFIXES[file.suffix], page))
    with readers_may_leave():
        if format_ == "table":
            write_terminal(blocks, sys.stdout)
        elif format_:
            sys.stdout.write(rendered(blocks, as_json, format_, page))


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Standard output may be closed early, as in `sim run … | head`: nothing is wrong then.

    Nothing more can be written to it afterwards.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def rendered(
    blocks: Sequence[Block], as_json: Callable[[], str], format_: str, page: Page | None = None
) -> str:
    """A report in a format."""
    if format_ == "html":
        return to_html(blocks if page is None else page())
    if format_ == "json":
        return as_json()
    if format_ == "md":
        return to_markdown(blocks)
    text: IO[str] = io.StringIO()
    write_terminal(blocks, text)
    return text.getvalue() if isinstance(text, io.StringIO) else ""


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then moved into place."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(file)
        temporary = None
    except OSError as error:
        raise OutputError(f"{file}: cannot be written: {error.strerror}") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
