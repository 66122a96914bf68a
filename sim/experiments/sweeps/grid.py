"""The settings that a sweep varies: ``path=v1,v2,…`` or ``path=low..high:step``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sim.scenario import ScenarioError, fault, format_duration, parse_duration, read_value

MOST_VALUES = 10_000
_RANGE = re.compile(r"\s*(?P<low>[^.,][^,]*?)\.\.(?P<high>[^,:]+):(?P<step>[^,:]+)\s*")


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting and the values it takes, in their order."""

    path: str
    values: tuple[Any, ...]


def parse_axis(text: str) -> Axis:
    """The axis that a ``--vary`` text spells; raises `ScenarioError` naming it if it spells none.

    Values are YAML, separated by commas. A range includes both ends, and its step is a number or,
    between durations, a duration: ``app.refresh.limit=10..200:10``, or ``…stagger=0s..30s:5s``.
    """
    where = f"--vary {text}"
    path, separator, values = text.partition("=")
    path = path.strip()
    if not separator or not path or not values.strip():
        raise fault(where, "expected path=value,value or path=low..high:step")
    if path == "seed":
        raise fault(where, "seeds are what --replications varies")
    match = _RANGE.fullmatch(values)
    if match:
        spelled = _range(match["low"], match["high"], match["step"], where)
    else:
        spelled = tuple(read_value(value, where) for value in _split(values))
    if len(set(map(repr, spelled))) < len(spelled):
        raise fault(where, "a value is there twice")
    return Axis(path, spelled)


def cells(axes: Sequence[Axis]) -> Iterator[dict[str, Any]]:
    """Every combination of the axes' values, the last axis fastest: path → value."""
    for values in product(*(axis.values for axis in axes)):
        yield dict(zip((axis.path for axis in axes), values, strict=True))


def _split(values: str) -> list[str]:
    """The values between commas that are not inside brackets."""
    parts, depth = [""], 0
    for character in values:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _range(low: str, high: str, step: str, where: str) -> tuple[Any, ...]:
    ends = [part.strip() for part in (low, high, step)]
    try:
        if all(re.fullmatch(r"\d+", part) for part in ends):
            return tuple(_steps([int(part) for part in ends], where))
        return tuple(map(format_duration, _steps([parse_duration(part) for part in ends], where)))
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        message = "a range is of whole numbers or durations, such as 10..200:10 or 0s..30s:5s"
        raise fault(where, message) from error


def _steps(numbers: Sequence[int], where: str) -> range:
    low, high, step = numbers
    if step <= 0 or high < low:
        raise fault(where, "a range goes up, by a step above zero")
    if (high - low) // step >= MOST_VALUES:
        raise fault(where, f"more than {MOST_VALUES:,} values")
    return range(low, high + 1, step)
