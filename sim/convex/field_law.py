"""The settings of documents that are made up: how many, and what matters of their fields."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, model_validator

from sim.scenario import Count, Settings, Share, param, parse_duration, shown

from .json_value import any_json
from .laws import LARGEST_EXPONENT
from .short_forms import or_short

MOST_DOCUMENTS = 1_000_000
"""Of a table: more take minutes and gigabytes."""
MOST_CHARACTERS = 1_000_000
"""Of a text; a document has room for a million bytes."""
_MILLISECOND = 1000
_EXACT = 2**53
"""Above it a number of JavaScript is not exact."""


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _unless_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same check, of values that are given."""
    return lambda value: None if value is None else check(value)


@_unless_none
def _values(value: Any) -> Any:
    """Values, or a mapping of values to weights; its keys as text."""
    if isinstance(value, Mapping):
        weights = {str(key).lower() if isinstance(key, bool) else str(key): each
                   for key, each in value.items()}  # fmt: skip
        numbers = [each for each in weights.values() if _whole(each) or isinstance(each, float)]
        if len(numbers) < len(weights) or not (
            min(numbers, default=0) >= 0 and 0 < sum(numbers) < math.inf
        ):
            raise ValueError("expected a weight for each value, such as {upcoming: 0.8, past: 0.2}")
        return weights
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("expected a list of values, or a weight for each value")
    return list(any_json(value))


def milliseconds(end: Any) -> int | None:
    """An end of `between` that is a time, in ms after the start; None if it is a number."""
    if not isinstance(end, str):
        return None
    sign, text = re.fullmatch(r"\s*(-?)\s*(.*)", end, re.DOTALL).groups()  # type: ignore[union-attr]
    return (-1 if sign else 1) * parse_duration(text) // _MILLISECOND


@_unless_none
def _between(value: Any) -> Any:
    """Two numbers, or two times after the start."""
    wrong = ValueError(
        f"expected two numbers, or two times after the start such as [-7d, 30d], not {shown(value)}"
    )
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong
    ends = [each if (time := milliseconds(each)) is None else time for each in value]
    if not all(_whole(each) or isinstance(each, float) for each in ends):
        raise wrong
    if not all(abs(each) <= _EXACT for each in ends):
        raise ValueError("expected numbers between -2^53 and 2^53")
    if any(isinstance(each, str) for each in value) and any(
        not isinstance(each, str) and each for each in value
    ):
        raise wrong
    if ends[0] > ends[1]:
        raise ValueError("the first is above the second")
    return list(value)


@_unless_none
def _length(value: Any) -> Any:
    """A length, or the least and the most."""
    ends = [value, value] if _whole(value) else value
    if not isinstance(ends, list | tuple) or len(ends) != 2 or not all(map(_whole, ends)):
        raise ValueError(f"expected a length such as 200 or [20, 500], not {shown(value)}")
    if not 0 <= ends[0] <= ends[1] <= MOST_CHARACTERS:
        raise ValueError(f"expected from 0 to {MOST_CHARACTERS:,}, the least first")
    return list(ends)


def _exponent(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= LARGEST_EXPONENT:
        raise ValueError(f"expected a number from 0 to {LARGEST_EXPONENT:g}")
    return value


class FieldLaw(Settings):
    """What values a field has."""

    values: Annotated[Any, BeforeValidator(_values)] = param(
        None, "The values, all alike or with weights: `{upcoming: 0.8, past: 0.2}`."
    )
    between: Annotated[Any, BeforeValidator(_between)] = param(
        None, "Numbers from the first to the second, or times after the start: `[-7d, 30d]`, as "
        "milliseconds of the epoch or, in a text, as a date.",
    )  # fmt: skip
    zipf: Annotated[float | None, AfterValidator(_exponent)] = param(
        None, "Of ids: the k-th document, the oldest first, is referred to in proportion to 1/k to "
        "the power of this; all alike unless given.",
    )  # fmt: skip
    present: Share | None = param(
        None,
        "Of an optional field: the share of documents that have it; half of them unless given.",
    )
    length: Annotated[Any, BeforeValidator(_length)] = param(
        None, "Characters of a text, bytes, or items of a list: `200` or `[20, 500]`."
    )

    @property
    def given(self) -> frozenset[str]:
        """What the scenario says."""
        return frozenset(name for name, value in self if value is not None)

    @model_validator(mode="after")
    def _says_one_thing(self) -> FieldLaw:
        if len(self.given & {"values", "between", "zipf"}) > 1:
            raise ValueError("expected one of values, between and zipf")
        return self


class Generated(Settings):
    """Documents of a table that are made up; their number alone is enough."""

    model_config = ConfigDict(
        json_schema_extra=or_short({"type": ["integer", "string"], "description": "How many."})
    )

    count: Count = param(..., "How many.")
    fields: dict[str, FieldLaw] = param(
        {}, "Fields whose values matter, by name; `venue.city` is a field of an object."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Generated) else {"count": value}

    @model_validator(mode="after")
    def _not_too_many(self) -> Generated:
        if self.count > MOST_DOCUMENTS:
            raise ValueError(f"count: expected at most {MOST_DOCUMENTS:,}")
        return self
