"""The settings that a sweep varies: ``path=v1,v2,…``, ``path=low..high:step``, ``path=low..high``.

The last form has no step: it works with a sample, not with a grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sim.scenario import fault, format_duration, parse_duration, read_value, shown

MOST_VALUES = 10_000
_RANGE = re.compile(
    r"\s*(?P<low>[^.,\s][^,]*?)\s*\.\.\s*(?P<high>[^,:]+?)\s*(:\s*(?P<step>[^,:]+?)\s*)?"
)
AxisKind = Literal["count", "number", "duration"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting and its values, in order."""

    path: str
    values: tuple[Any, ...]

    def at(self, share: float) -> Any:
        """The value at a share (0 to below 1) of the way."""
        return self.values[int(share * len(self.values))]


@dataclass(frozen=True, slots=True)
class Range:
    """One setting and the two ends of its range, both included."""

    path: str
    kind: AxisKind
    low: Decimal
    """A count, a number, or µs."""
    high: Decimal

    def at(self, share: float) -> Any:
        """The value at a share (0 to below 1) of the way."""
        if self.kind == "number":
            return float(self.low) + float(self.high - self.low) * share
        whole = int(self.low) + int((int(self.high - self.low) + 1) * share)
        return format_duration(whole) if self.kind == "duration" else whole


def parse_axis(text: str, option: str = "--vary") -> Axis | Range:
    """The axis in the text of an option; raises `ScenarioError` naming the text if it is not one.

    Values are YAML, separated by commas. A range includes both ends; its step is a number or,
    between durations, a duration: ``app.refresh.limit=10..200:10`` or ``…stagger=0s..30s:5s``.
    """
    where = f"{option} {text}"
    path, separator, values = text.partition("=")
    path = path.strip()
    if not separator or not path or not values.strip():
        raise fault(where, "expected path=value,value or path=low..high:step")
    if path == "seed":
        raise fault(where, "seeds cannot be varied here: use --replications")
    match = _RANGE.fullmatch(values)
    if match:
        return _range(path, match["low"], match["high"], match["step"], where)
    return _axis(path, tuple(read_value(value, where) for value in _split(values)), where)


def axes_of(vary: Mapping[str, Any] | Sequence[Axis | Range]) -> list[Axis | Range]:
    """The axes of ``{path: "low..high:step" | "v1,v2" | [v1, v2, …]}``, or of a list of them."""
    if not isinstance(vary, Mapping):
        paths = [axis.path for axis in vary]
        for path in paths:
            if paths.count(path) > 1:
                raise fault(f"--vary {path}", "a setting is varied twice")
        return list(vary)
    return [
        parse_axis(f"{path}={values}", "vary")
        if isinstance(values, str)
        else _axis(path, _values_of(path, values), f"vary {path}")
        for path, values in vary.items()
    ]


def _values_of(path: str, values: Any) -> tuple[Any, ...]:
    if isinstance(values, Mapping) or not isinstance(values, Iterable):
        raise fault(
            f"vary {path}", f"expected a list of values, or a text such as '20,40' or "
            f"'10..200:10', not {shown(values)}"
        )  # fmt: skip
    return tuple(values)


def _axis(path: str, values: tuple[Any, ...], where: str) -> Axis:
    if not values:
        raise fault(where, "there are no values")
    if len(set(map(repr, values))) < len(values):
        raise fault(where, "a value appears twice")
    return Axis(path, values)


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


def _range(path: str, low: str, high: str, step: str | None, where: str) -> Axis | Range:
    kind, numbers = _numbers([end for end in (low, high, step) if end is not None], where)
    first, last = numbers[:2]
    if last < first:
        raise fault(where, "a range goes from the lower to the higher value")
    if step is None:
        if first == last:
            raise fault(where, "the two ends of a range must differ")
        return Range(path, kind, first, last)
    if numbers[2] <= 0:
        raise fault(where, "the step of a range must be above zero")
    number = int((last - first) / numbers[2]) + 1
    if number > MOST_VALUES:
        raise fault(where, f"more than {MOST_VALUES:,} values")
    return Axis(path, tuple(_spelled(first + numbers[2] * n, kind) for n in range(number)))


def _numbers(texts: Sequence[str], where: str) -> tuple[AxisKind, list[Decimal]]:
    if all(re.fullmatch(r"\d+", text) for text in texts):
        return "count", [Decimal(text) for text in texts]
    if all(re.fullmatch(r"\d+(\.\d+)?", text) for text in texts):
        return "number", [Decimal(text) for text in texts]
    try:
        return "duration", [Decimal(parse_duration(text)) for text in texts]
    except ValueError as error:
        message = "a range needs numbers or durations, such as 10..200:10 or 0s..30s:5s"
        raise fault(where, message) from error


def _spelled(value: Decimal, kind: AxisKind) -> Any:
    if kind == "duration":
        return format_duration(int(value))
    return int(value) if kind == "count" else float(value)
