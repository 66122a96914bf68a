"""Reading files that people name: everything that can be wrong with one, in one line.

Only plain files are opened. A pipe may never answer and a device never end; they, and what has no
size, such as most of /proc, are refused or taken for empty by what the file system says of them.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import Problem, ScenarioError, cut, shown

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_PLAIN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Between the look at a file and its opening it may become another one: opening never waits."""
_PLAIN |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def fault(where: str, message: str) -> ScenarioError:
    """An error of one problem."""
    return ScenarioError([Problem(where, message)])


def file_name(file: Path | str) -> str:
    """A file's name as text that can be written anywhere: what is not UTF-8 in it is escaped."""
    try:
        return cut(os.fsencode(file).decode("utf-8", "backslashreplace"))
    except UnicodeEncodeError:  # no file can have it
        return cut(str(file).encode("utf-8", "backslashreplace").decode())


def is_text(text: str) -> bool:
    """Whether a text can be written: one with half a surrogate pair in it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_text(file: Path, what: str, max_bytes: int) -> str:
    """The text of a file; raises `ScenarioError` if it cannot be ``what`` it should be."""
    data = read_bytes(file, what, max_bytes)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fault(file_name(file), "is not a text file") from error


def read_bytes(file: Path, what: str, max_bytes: int) -> bytes:
    """What a plain file holds; raises `ScenarioError` if it is no such file or a larger one."""
    try:
        source = file_name(file)
        facts = file.stat()
        _check_plain(facts, source, what)
        if not facts.st_size:
            return b""
        handle = os.open(file, _PLAIN)
        with os.fdopen(handle, "rb") as stream:
            _check_plain(os.fstat(handle), source, what)
            data: bytes = stream.read(max_bytes + 1) or b""
    except FileNotFoundError as error:
        raise fault(source, "there is no such file") from error
    except OSError as error:
        raise fault(source, f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a null character, or a lone surrogate that no name can have
        if isinstance(error, ScenarioError):
            raise
        raise fault(shown(str(file)), "is no file's name") from error
    if len(data) > max_bytes:
        limit = f"{max_bytes >> 20} MiB" if max_bytes >> 20 else f"{max_bytes >> 10} KiB"
        raise fault(source, f"is larger than {limit}: not {what}")
    return data


def is_plain(file: Path) -> bool:
    """Whether there is a file of that name that may be opened: no directory, pipe or device."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except (OSError, ValueError):
        return False


def _check_plain(facts: os.stat_result, source: str, what: str) -> None:
    """Refuse what is no plain file."""
    if not stat.S_ISREG(facts.st_mode):
        kinds = (kind for is_kind, kind in _KINDS if is_kind(facts.st_mode))
        raise fault(source, f"is {next(kinds, 'no plain file')}, not {what}")
