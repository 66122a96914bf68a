"""Bounds as files spell them: a number in the metric's unit, or with a unit of the same kind."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from .errors import shown
from .units import (
    HOUR,
    SECOND,
    format_duration,
    parse_count,
    parse_duration,
    parse_share,
    parse_size,
)

_COUNTED = {
    "calls", "conflicts", "errors", "jobs", "runs", "requests", "",
}  # fmt: skip
_EXAMPLES = {
    "MB": "500MB", "GB-hours": "5 GB-hours", "s": "30m", "h": "6h", "$": "$30", "share": "20%",
}  # fmt: skip
_NEED_UNIT = ("MB", "s")
"""Units that a plain number leaves open: MB or GB, seconds or minutes."""
_NUMBER = r"([0-9][0-9_]*(?:\.[0-9]+)?)"
LARGEST = 2.0**63
"""The largest bound, as large as a count can be."""


def parse_amount(value: Any, unit: str) -> float:
    """A bound as a number of ``unit``: 4.4M (calls), 500MB, 5 GB-hours, $30 or 20%.

    A plain number is in the unit itself, but sizes and times need theirs unless they are zero.
    Raises ``ValueError`` for another unit or none, and for a number that is negative or not finite.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _checked(value, value)
        if number and unit in _NEED_UNIT:
            raise _wrong(value, unit)
        return number
    if isinstance(value, str):
        try:
            return _checked(_with_unit(value.strip(), unit), value)
        except OverflowError:
            raise ValueError(f"{shown(value)} is too large") from None
    raise _wrong(value, unit)


def is_counted(unit: str) -> bool:
    """Whether amounts of a unit are whole numbers of something."""
    return unit in _COUNTED


def spelled(number: float, unit: str) -> float | str:
    """The bound as files spell it: `parse_amount` reads the same number from it."""
    if unit == "MB" and number:
        return f"{Decimal(repr(number)):f}MB".replace(".0MB", "MB")
    if unit == "s" and number:
        return format_duration(round(number * SECOND))
    return number


def parse_ratio(value: Any) -> float:
    """A share that may exceed 1: ``5%``, ``0.05``, ``150%``."""
    if isinstance(value, str) and (match := re.fullmatch(rf"{_NUMBER}\s*%", value.strip())):
        return _checked(float(match[1].replace("_", "")) / 100, value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _checked(value, value)
    raise ValueError(f"expected a share, such as 5% or 0.05, not {shown(value)}")


def _with_unit(text: str, unit: str) -> float:
    plain = re.fullmatch(_NUMBER, text)
    if plain and (unit not in _NEED_UNIT or not float(plain[1].replace("_", ""))):
        return float(plain[1].replace("_", ""))
    try:
        if unit in _COUNTED:
            return float(parse_count(text))
        if unit == "MB":
            return parse_size(text) / 1e6
        if unit == "s":
            return parse_duration(text) / SECOND
        if unit == "h":
            return parse_duration(text) / HOUR
        if unit == "share":
            return parse_share(text)
    except ValueError:
        raise _wrong(text, unit) from None
    pattern = rf"\$?\s*{_NUMBER}(?:\s*USD)?" if unit == "$" else rf"{_NUMBER}\s*GB-?h(?:ours?)?"
    match = re.fullmatch(pattern, text)
    if match is None:
        raise _wrong(text, unit)
    return float(match[1].replace("_", ""))


def _checked(number: float, value: Any) -> float:
    """The number as a float; raises ``ValueError`` if it cannot be a bound."""
    try:
        number = float(number)
    except OverflowError:
        raise ValueError(f"{shown(value)} is too large") from None
    if math.isnan(number):
        raise ValueError("expected a number, not NaN")
    if number < 0:
        raise ValueError(f"{shown(value)}: a bound cannot be negative")
    if number >= LARGEST:
        raise ValueError(f"{shown(value)} is too large")
    return number


def _wrong(value: Any, unit: str) -> ValueError:
    example = _EXAMPLES.get(unit, "4.4M")
    if unit in _COUNTED:
        kind = f"a number of {unit}" if unit else "a number"
    else:
        kind = {"share": "a share", "MB": "a size with its unit",
                "s": "a duration with its unit"}.get(unit, f"an amount in {unit}")  # fmt: skip
    return ValueError(f"expected {kind}, such as {example}, not {shown(value)}")
