"""Whose fault an error is: a mistake in a user's app is reported with its file, line and function.

The traceback decides. Its innermost line in the app or the engine shows who raised the error: the
app's own code, a library that it called, or the engine. An error raised by the engine is the app's
mistake only if it is a `Misuse`, or if the call from the app's code is shown to be wrong.
Everything else is a defect in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path as FilePath
from traceback import walk_tb
from types import CodeType, FrameType
from typing import Any

from ..errors import Problem, ScenarioError
from .modules import without_package
from .sources import Sources

_ENGINE = str(FilePath(__file__).parents[2] / "platform")
_LONGEST = 300
Diagnosis = Callable[[FrameType], str]
"""What is wrong with the arguments of the engine's call that failed; empty if nothing is."""


class Misuse(ValueError):
    """An app uses the platform in a way that cannot work.

    ``code``: the function of the app that is wrong, if the traceback does not show it; ``line``:
    the line in its file, by default its first one.
    """

    def __init__(self, message: str, code: CodeType | None = None, line: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.line = line


class Pending:
    """Something in a user's variables that has to be waited for."""

    __slots__ = ()

    def unstarted(self) -> str:
        """What it is, if nobody has waited for it; else empty."""
        return ""


def mistake_of(
    error: BaseException, sources: Sources, diagnosis: Diagnosis | None = None
) -> ScenarioError | None:
    """The error as a mistake of the app with its place; None if it is not one."""
    found = _origin(error, sources, diagnosis)
    if found is None:
        return None
    file, line, function, message = found
    inside = "" if function == "<module>" else f"in {function}: "
    return ScenarioError([Problem(f"{_near(file)}:{line}", f"{inside}{message}")])


def told(error: BaseException) -> str:
    """An exception on one line; its text can contain anything."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the text is the user's code too
        text = "(its text cannot be shown)"
    text = " ".join(without_package(text).split())
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


_Origin = tuple[str, int, str, str]
"""(file, line, function, what is wrong)."""


def _origin(
    error: BaseException, sources: Sources, diagnosis: Diagnosis | None
) -> _Origin | None:  # fmt: skip
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
        error = error.__cause__  # raised in a plain function, converted by a generator
    frames = list(walk_tb(error.__traceback__))[::-1]
    own = next((pair for pair in frames if _file(pair[0]) in sources.paths), None)
    raised_by = next(
        (frame for frame, _ in frames
         if _file(frame) in sources.paths or _file(frame).startswith(_ENGINE)), None
    )  # fmt: skip
    if isinstance(error, Misuse):
        code = error.code or (None if own is not None else _code(frames))
        if code is not None and code.co_filename in sources.paths:
            return code.co_filename, error.line or code.co_firstlineno, code.co_name, str(error)
        if own is not None:
            return (*_place(*own), str(error))
        return str(sources.file), 1, "<module>", str(error)
    if raised_by is None:
        return None
    if own is not None and raised_by is own[0]:
        return (*_place(*own), told(error) + _hint(own[0].f_locals))
    wrong = diagnosis(raised_by) if diagnosis is not None else ""
    if not wrong:
        return None
    if own is not None:
        return (*_place(*own), wrong)
    code = _code(frames)
    return code and (code.co_filename, code.co_firstlineno, code.co_name, wrong)


def _place(frame: FrameType, line: int) -> tuple[str, int, str]:
    return _file(frame), line, frame.f_code.co_name


def _code(frames: Iterable[tuple[FrameType, int]]) -> CodeType | None:
    """The code of the app's function that the engine was at work for."""
    for frame, _ in frames:
        variables = frame.f_locals
        body = variables.get("body") or getattr(variables.get("function"), "body", None)
        code = getattr(body, "__code__", None)
        if isinstance(code, CodeType):
            return code
    return None


def _hint(variables: Mapping[str, Any]) -> str:
    """What a value that has not been waited for says, where one is among the variables."""
    for name, value in variables.items():
        if isinstance(value, Pending) and (text := value.unstarted()):
            return f"; {name} is {text}"
    return ""


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _near(file: str) -> str:
    """A file as one sees it from the working directory."""
    try:
        return str(FilePath(file).relative_to(FilePath.cwd()))
    except (OSError, ValueError):
        return file
