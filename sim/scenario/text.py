"""Reading text files that people name: everything that can be wrong with one, in one line."""

from __future__ import annotations

from pathlib import Path

from .errors import Problem, ScenarioError, shown


def fault(where: str, message: str) -> ScenarioError:
    """An error of one problem."""
    return ScenarioError([Problem(where, message)])


def read_text(file: Path, what: str, max_bytes: int) -> str:
    """The text of a file; raises `ScenarioError` if it cannot be ``what`` it should be."""
    source = str(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(max_bytes + 1)  # a device has no size to ask for
    except IsADirectoryError as error:
        raise fault(source, f"is a directory, not {what}") from error
    except FileNotFoundError as error:
        raise fault(source, "there is no such file") from error
    except OSError as error:
        raise fault(source, f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a null character
        raise fault(shown(source), "is no file's name") from error
    if len(data) > max_bytes:
        raise fault(source, f"is larger than {max_bytes >> 20} MiB: not {what}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fault(source, "is not a text file") from error
