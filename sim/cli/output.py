"""Where reports go: standard output in one format, and files whose suffix picks theirs."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.bad_input import BadInput
from sim.charsets import DEGRADE, is_unicode
from sim.escaping import ascii_markup, json_text

from .pipes import readers_may_leave

if TYPE_CHECKING:
    from sim.report import Block

FORMATS = ("table", "json", "md", "html")
SUFFIXES = {".json": "json", ".md": "md", ".txt": "table", ".html": "html"}
Page = Callable[[], "Sequence[Block]"]
"""What a page shows, where that is more than the report; charts take a second to draw."""


class OutputError(BadInput):
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
    from sim.scenario import is_plain  # imported late: `--help` answers at once

    if file.is_dir():
        raise OutputError(f"{option}{file}: is a directory")
    if file.exists() and not is_plain(file):
        raise OutputError(f"{option}{file}: not a plain file: it would be replaced, not written to")
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
            from sim.report import write_terminal

            write_terminal(blocks, sys.stdout)
        elif format_:
            write_text(rendered(blocks, as_json, format_, page), format_)


def write_text(text: str, format_: str) -> None:
    """Write a report to standard output; where that is not Unicode, in the format's own escapes."""
    if not is_unicode(sys.stdout):
        if format_ == "json":
            text = json_text(text, only_ascii=True)
        elif format_ in ("html", "junit"):
            text = ascii_markup(text)
    sys.stdout.write(text)


def rendered(
    blocks: Sequence[Block], as_json: Callable[[], str], format_: str, page: Page | None = None
) -> str:
    """A report in a format."""
    if format_ == "json":
        return json_text(as_json())

    from sim.report import to_html, to_markdown, write_terminal  # late: some of it is heavy

    if format_ == "html":
        return to_html(blocks if page is None else page())
    if format_ == "md":
        return to_markdown(blocks)
    text = io.StringIO()
    write_terminal(blocks, text)
    return text.getvalue()


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all, in UTF-8: beside it first, then moved into place."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", errors=DEGRADE) as stream:
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
