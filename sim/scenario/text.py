"""Reading text files that people name: everything that can be wrong with one, in one line."""

from __future__ import annotations

import sys
from pathlib import Path

from .errors import Problem, ScenarioError, shown


def fault(where: str, message: str) -> ScenarioError:
    """An error of one problem."""
    return ScenarioError([Problem(where, message)])


STDIN = "-"
"""A file's name that means standard input."""


def named(file: Path) -> str:
    """A file as messages call it."""
    return "<stdin>" if str(file) == STDIN else str(file)


def read_text(file: Path, what: str, max_bytes: int) -> str:
    """The text of a file; raises `ScenarioError` if it cannot be ``what`` it should be.

    ``-`` is standard input, which can be read once.
    """
    if str(file) == STDIN:
        piped = sys.stdin.buffer.read(max_bytes + 1)
        if not piped:
            raise fault(named(file), f"holds nothing; {what} can be read from it once")
        return _decoded(piped, named(file), what, max_bytes)
    source = str(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(max_bytes + 1)  # a device has no size to ask for
    except IsADirectoryError as error:
        raise fault(source, f"is a directory, not {what}") from error
    except FileNotFoundError as error:
        from .near import near_file  # imported late: files are mostly there

        raise fault(source, f"there is no such file{near_file(source, Path())}") from error
    except OSError as error:
        raise fault(source, f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a null character
        raise fault(shown(source), "is no file's name") from error
    return _decoded(data, source, what, max_bytes)


def _decoded(data: bytes, source: str, what: str, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise fault(source, f"is larger than {max_bytes >> 20} MiB: not {what}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fault(source, "is not a text file") from error
