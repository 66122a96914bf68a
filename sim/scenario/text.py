"""Reading files that people name: anything that can be wrong with one, in a single line.

Only plain files are opened: a pipe may never answer, and a device may never end. These, and files
without a size such as most of /proc, are refused or treated as empty by what the file system says
about them, without being opened.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from sim.escaping import cut

from .errors import Problem, ScenarioError, shown

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_PLAIN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""A file may be replaced between the check and the opening, so opening must never block."""
_PLAIN |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def fault(where: str, message: str) -> ScenarioError:
    """An error with one problem."""
    return ScenarioError([Problem(where, message)])


STDIN = "-"
"""A file's name that means standard input."""


def file_name(file: Path | str) -> str:
    """A file's name as printable text: bytes that are not UTF-8 are escaped."""
    if str(file) == STDIN:
        return "<stdin>"
    try:
        return cut(os.fsencode(file).decode("utf-8", "backslashreplace"))
    except UnicodeEncodeError:  # no file can have it
        return cut(str(file).encode("utf-8", "backslashreplace").decode())


def is_text(text: str) -> bool:
    """Whether a text can be encoded; one with half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_text(file: Path, what: str, max_bytes: int) -> str:
    """The text of a file; raises `ScenarioError` if it is not what it should be (``what``).

    ``-`` is standard input, which can be read once.
    """
    data = _piped(what, max_bytes) if str(file) == STDIN else read_bytes(file, what, max_bytes)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fault(file_name(file), "is not a text file") from error


def read_bytes(file: Path, what: str, max_bytes: int) -> bytes:
    """The bytes of a plain file; raises `ScenarioError` if it is not one or is too large."""
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
        from .near import near_file  # imported late: files are mostly there
        from .shipped import SCENARIOS_HINT

        missing = fault(source, f"there is no such file{near_file(source, Path())}")
        if what == "a scenario file":
            missing.hint = SCENARIOS_HINT
        raise missing from error
    except OSError as error:
        raise fault(source, f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a null character, or a lone surrogate that no name can have
        if isinstance(error, ScenarioError):
            raise
        raise fault(shown(str(file)), "is not a valid file name") from error
    return _small(data, source, what, max_bytes)


def _piped(what: str, max_bytes: int) -> bytes:
    """The bytes on standard input."""
    data = sys.stdin.buffer.read(max_bytes + 1)
    if not data:
        raise fault(file_name(STDIN), f"is empty; {what} can be read from it only once")
    return _small(data, file_name(STDIN), what, max_bytes)


def _small(data: bytes, source: str, what: str, max_bytes: int) -> bytes:
    if len(data) > max_bytes:
        limit = f"{max_bytes >> 20} MiB" if max_bytes >> 20 else f"{max_bytes >> 10} KiB"
        raise fault(source, f"is larger than {limit}: not {what}")
    return data


def is_plain(file: Path) -> bool:
    """Whether there is a plain file of that name: not a directory, pipe or device."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except (OSError, ValueError):
        return False


def _check_plain(facts: os.stat_result, source: str, what: str) -> None:
    """Refuse anything that is not a plain file."""
    if not stat.S_ISREG(facts.st_mode):
        kinds = (kind for is_kind, kind in _KINDS if is_kind(facts.st_mode))
        raise fault(source, f"is {next(kinds, 'no plain file')}, not {what}")
