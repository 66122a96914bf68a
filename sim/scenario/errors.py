"""Scenario errors in words: the place, the problem, what is allowed, and the nearest name."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.bad_input import BadInput
from sim.escaping import visible

KeyPath = tuple[str | int, ...]
"""A key's path in the scenario, e.g. ``("app", "refresh", "limit")``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    where: str
    """``file:line:column``, a ``--set`` argument, or a file."""
    message: str

    def __str__(self) -> str:
        return visible(f"{self.where}: {self.message}")


MOST_SHOWN = 20
"""The most problems that one error lists."""


class ScenarioError(BadInput, ValueError):
    """A scenario cannot be used; ``str()`` has a line for each of the first twenty problems."""

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        shown = problems[:MOST_SHOWN]
        self.problems = tuple(shown)
        self.more = more + len(problems) - len(shown)
        """How many more problems there are."""
        lines = [str(problem) for problem in shown]
        if self.more:
            lines.append(f"... and {self.more:,} more problem{'s' * (self.more > 1)}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[Sequence[Problem], int]]:
        """For sending it from one process to another."""
        return ScenarioError, (self.problems, self.more)


class AppError(Exception):
    """The app that a scenario names cannot be used; ``key`` is the key that is wrong.

    Not a ``ValueError``, so that pydantic lets it through instead of turning it into text.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


MOST_NAMES = 20
"""Names that a message lists; of more it lists only the nearest few."""
_NEAREST = 5


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``; did you mean 'x'?`` if an allowed name is close, otherwise empty."""
    names = list(allowed)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    close = close or [other for other in names if name and other.startswith(name)]
    return f"; did you mean {close[0]!r}?" if close else ""


def unknown(name: str, what: str, allowed: Sequence[str]) -> str:
    """The message for a name that does not exist."""
    near = nearest(name, allowed)
    if len(allowed) > MOST_NAMES:
        like = get_close_matches(name, allowed, n=_NEAREST, cutoff=0.5)
        few = list(dict.fromkeys([*like, *allowed]))[:_NEAREST]
        listed = f"; allowed: {', '.join(few)} and {len(allowed) - len(few):,} more"
        return f"unknown {what} {shown(name)}{near}{listed}"
    known = f"; allowed: {', '.join(allowed)}" if allowed else ""
    return f"unknown {what} {shown(name)}{known}{near}"


def shown(value: Any) -> str:
    """A value as quoted in a message: on one line, and not too long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def dotted(path: KeyPath) -> str:
    """The path as users write it: ``app.refresh.limit``, ``usage_limits[0].metric``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def problems_of(
    errors: ValidationError,
    root: type[BaseModel],
    where: Callable[[KeyPath], str],
    also: Sequence[str] = (),
    below: KeyPath = (),
) -> list[Problem]:
    """The first of pydantic's errors, with places and in plain words.

    ``also``: more keys at the top. ``below``: where the root's settings are in the scenario. At
    most `MOST_SHOWN` are returned.
    """
    return [
        Problem(where((*below, *error["loc"])), describe(error, root, also, below))
        for error in errors.errors(include_url=False)[:MOST_SHOWN]
    ]


def describe(
    error: Mapping[str, Any], root: type[BaseModel], also: Sequence[str] = (), below: KeyPath = ()
) -> str:
    """One pydantic error in our words."""
    path: KeyPath = error["loc"]
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    key = dotted((*below, *path))
    if kind == "extra_forbidden":
        allowed = sorted(keys_at(root, path[:-1]).union(() if path[:-1] else also))
        around = dotted((*below, *path[:-1])) or "the scenario"
        return f"{around}: {unknown(str(path[-1]), 'key', allowed)}"
    if kind == "literal_error":
        options = [part.strip().strip("'") for part in
                   str(context["expected"]).replace(" or ", ", ").split(",")]  # fmt: skip
        return f"{key}: {unknown(str(value), 'value', [each for each in options if each])}"
    if kind == "value_error":
        message = str(context["error"])
        return f"{key}: {message}" if key else message
    if kind == "missing":
        return f"{key}: a value is needed"
    if kind in _EXPECTED:
        return f"{key}: expected {_EXPECTED[kind].format(**context)}, not {shown(value)}"
    reason = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return f"{key}: {shown(value)} is not accepted: {reason[:1].lower()}{reason[1:]}"


_EXPECTED = {
    "bool_type": "true or false",
    "date_from_datetime_parsing": "a date such as 2025-11-08",
    "datetime_from_date_parsing": "a UTC time such as 2025-11-08T00:00:00Z",
    "datetime_parsing": "a UTC time such as 2025-11-08T00:00:00Z",
    "datetime_type": "a UTC time such as 2025-11-08T00:00:00Z",
    "dict_type": "a mapping of keys",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "invalid_key": "names as keys",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": "a list",
    "model_type": "a mapping of keys",
    "string_pattern_mismatch": "text that matches {pattern}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": "text",
    "too_long": "at most {max_length} items",
    "too_short": "at least {min_length} items",
    "tuple_type": "a list",
}
"""Pydantic's error types, in the words of someone who writes a scenario file."""


def keys_at(root: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """The keys that the model at ``path`` below ``root`` has."""
    model: Any = root
    named = False  # the next part is the name of an item, not a key
    for part in path:
        if isinstance(part, int) or named:
            named = False
            continue  # an item: its model is already known
        field = model.model_fields.get(part) if _is_model(model) else None
        annotation = field.annotation if field is not None else None
        named = typing.get_origin(annotation) is dict
        model = _model_in(annotation)
    return set(model.model_fields) if _is_model(model) else set()


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _model_in(annotation: Any) -> Any:
    """The model that a field's type holds, directly or in a tuple, union or annotation."""
    if _is_model(annotation):
        return annotation
    held = (tuple, dict, typing.Union, typing.Annotated, types.UnionType)
    if typing.get_origin(annotation) in held:
        for inner in typing.get_args(annotation):
            if (found := _model_in(inner)) is not None:
                return found
    return None
