"""Scenario errors as a person reads them: where, what, what is allowed, and the nearest name."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]
"""A key's path in the scenario, e.g. ``("app", "refresh", "limit")``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    where: str
    """``file:line:column``, a ``--set`` argument, or a file."""
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class ScenarioError(ValueError):
    """A scenario cannot be used; ``str()`` gives one line per problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``; did you mean 'x'?`` if one of the allowed names is close, else nothing."""
    names = list(allowed)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    close = close or [other for other in names if name and other.startswith(name)]
    return f"; did you mean {close[0]!r}?" if close else ""


def unknown(name: str, what: str, allowed: Sequence[str]) -> str:
    """The message for a name that is not among those allowed."""
    return f"unknown {what} {name!r}; allowed: {', '.join(allowed)}{nearest(name, allowed)}"


def dotted(path: Path) -> str:
    """The path as users write it: ``app.refresh.limit``, ``usage_limits[0].metric``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def describe(error: Mapping[str, Any], root: type[BaseModel], path: Path) -> str:
    """One pydantic error in our words; ``path`` is where it is in the scenario."""
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    key = dotted(path)
    if kind == "extra_forbidden":
        allowed = sorted(keys_at(root, error["loc"][:-1]))
        return f"{dotted(path[:-1]) or 'the scenario'}: {unknown(str(path[-1]), 'key', allowed)}"
    if kind == "literal_error":
        allowed = [part.strip().strip("'") for part in
                   str(context["expected"]).replace(" or ", ", ").split(",")]  # fmt: skip
        return f"{key}: {unknown(str(value), 'value', allowed)}"
    if kind == "value_error":
        message = str(context.get("error", error["msg"]))
        return f"{key}: {message}" if key else message
    if kind == "missing":
        return f"{key}: a value is needed"
    expected = _EXPECTED.get(kind)
    if expected is None:
        expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return f"{key}: expected {expected}, not {_shown(value)}"


_EXPECTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a mapping of keys",
    "dict_type": "a mapping of keys",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "datetime_type": "a UTC time such as 2025-11-08T00:00:00Z",
    "datetime_parsing": "a UTC time such as 2025-11-08T00:00:00Z",
    "datetime_from_date_parsing": "a UTC time such as 2025-11-08T00:00:00Z",
}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def keys_at(root: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """The keys that the model at ``path`` below ``root`` has."""
    model: Any = root
    for part in path:
        if isinstance(part, int):
            continue  # an item of a list: its model was found with the list
        field = model.model_fields.get(part) if _is_model(model) else None
        model = _model_in(field.annotation) if field is not None else None
    return set(model.model_fields) if _is_model(model) else set()


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _model_in(annotation: Any) -> Any:
    """The model that a field's type holds, directly or in a tuple, union or annotation."""
    if _is_model(annotation):
        return annotation
    if typing.get_origin(annotation) in (tuple, typing.Union, typing.Annotated, types.UnionType):
        for inner in typing.get_args(annotation):
            if (found := _model_in(inner)) is not None:
                return found
    return None


def problems_of(
    errors: ValidationError, root: type[BaseModel], where: typing.Callable[[Path], str]
) -> list[Problem]:
    """All of pydantic's errors, located and worded."""
    problems = []
    for error in errors.errors(include_url=False):
        path = tuple(error["loc"])
        problems.append(Problem(where(path), describe(error, root, path)))
    return problems
