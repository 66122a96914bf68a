"""Quantities with units: how scenario files spell them, and the integers they become.

Times are integer microseconds (design rule 1), sizes are integer bytes, rates are events per day.
A bare number where a unit is needed is refused: `10` seconds and `10` milliseconds are too easy to
confuse in an incident. Only zero needs no unit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from .errors import shown

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# The projection basis for monthly figures: the average Gregorian month, 365.25 / 12 days.
DAYS_PER_MONTH = 30.4375

MAX_COUNT = 2**63 - 1
"""The largest count, size or rate: the engines use 64-bit integers."""
MAX_DURATION = 36_525 * DAY
"""The longest duration, a century: up to it durations are exact."""

_MULTIPLIERS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SIZES = {
    **{f"{prefix}B": factor for prefix, factor in _MULTIPLIERS.items()},
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
"""Unit → bytes."""
_PERIODS = {"s": SECOND, "second": SECOND, "m": MINUTE, "min": MINUTE, "minute": MINUTE, "h": HOUR,
            "hour": HOUR, "d": DAY, "day": DAY, "w": 7 * DAY, "week": 7 * DAY}  # fmt: skip
_NUMBER = r"[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
_UNITS = {"us": 1, "µs": 1, "ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY,
          "w": 7 * DAY}  # fmt: skip
_DURATION_PART = re.compile(rf"([0-9]+(?:\.[0-9]+)?)({'|'.join(_UNITS)})")
DURATION = rf"(?:[0-9]+(?:\.[0-9]+)?(?:{'|'.join(_UNITS)}))+"
"""The pattern of a duration. The JSON Schema has it too: editors refuse what loading refuses."""
_COUNT = rf"({_NUMBER})\s*([kKMGT]?)"
_RATE = rf"({_NUMBER})\s*([kKMGT]?)\s*/\s*({'|'.join(_PERIODS)})"
_SIZE = rf"({_NUMBER})\s*({'|'.join(SIZES)})"
_PERCENT = rf"({_NUMBER})\s*%"


def _match(pattern: str, value: Any) -> re.Match[str] | None:
    return re.fullmatch(pattern, value.strip()) if isinstance(value, str) else None


def _is_zero(value: Any) -> bool:
    """Whether the value is zero, the only number that needs no unit."""
    return (value == 0 and not isinstance(value, bool)) or _match("0", value) is not None


def parse_duration(value: Any) -> int:
    """Microseconds in a duration such as ``350ms``, ``10s``, ``1h30m`` or ``7d``.

    ``0`` needs no unit. Raises ``ValueError`` for any other number without one, for a negative or
    unreadable duration, and for one above a century.
    """
    if _is_zero(value):
        return 0
    if _match(f"-{DURATION}", value):
        raise ValueError("a duration cannot be negative")
    if not _match(DURATION, value):
        raise ValueError(
            "expected a duration with its unit (us, ms, s, m, h, d, w), such as 10s or 24h, "
            f"not {shown(value)}"
        )
    parts = _DURATION_PART.findall(value)
    microseconds = round(sum(Decimal(number) * _UNITS[unit] for number, unit in parts))
    if microseconds > MAX_DURATION:
        raise ValueError(f"a duration cannot be longer than 100 years, as {shown(value)} is")
    return microseconds


def format_duration(microseconds: int) -> str:
    """The shortest exact spelling of a duration, e.g. ``1h30m`` or ``350ms``."""
    if microseconds == 0:
        return "0s"
    parts: list[str] = []
    rest = microseconds
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", MILLISECOND)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(f"{rest}us")
    return "".join(parts)


def _scaled(number: str, factor: int) -> Decimal:
    """``number`` × ``factor``, exactly: 2.01k is 2010, which floating point misses."""
    result = Decimal(number.replace("_", "")) * factor
    if result > MAX_COUNT:
        raise ValueError(f"{shown(number)} is too large")
    return result


def parse_count(value: Any) -> int:
    """A whole number; ``4M`` and ``10k`` are accepted for large ones."""
    count: Any = None
    if match := _match(_COUNT, value):
        count = _scaled(match[1], _MULTIPLIERS[match[2]])
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        count = value
    if count is None or count != count or count % 1:
        raise ValueError(f"expected a whole number such as 60, 10k or 4M, not {shown(value)}")
    if count < 0:
        raise ValueError("a count cannot be negative")
    if count > MAX_COUNT:
        raise ValueError(f"{shown(value)} is too large")
    return int(count)


def parse_rate(value: Any) -> float:
    """Events per day in a rate such as ``4M/day``, ``27/s`` or ``500/h``.

    ``0`` needs no period. Raises ``ValueError`` for any other number without one.
    """
    if _is_zero(value):
        return 0.0
    if match := _match(_RATE, value):
        per_period = _scaled(match[1], _MULTIPLIERS[match[2]])
        per_day = float(per_period * DAY / _PERIODS[match[3]])
        if per_day > MAX_COUNT:
            raise ValueError(f"{shown(value)} is too large")
        return per_day
    raise ValueError(
        "expected a rate with its period (s, min, h, day, week), such as 4M/day or 27/s, "
        f"not {shown(value)}"
    )


def format_rate(per_day: float) -> str:
    """The exact spelling of a rate per day, e.g. ``4000000/day``."""
    return f"{per_day:.17g}/day"


def parse_size(value: Any) -> int:
    """Bytes in a size such as ``512MiB`` or ``2kB``, rounded to a whole one; ``0`` needs no unit.

    Raises ``ValueError`` for any other number without a unit.
    """
    if _is_zero(value):
        return 0
    if match := _match(_SIZE, value):
        return round(_scaled(match[1], SIZES[match[2]]))
    raise ValueError(
        "expected a size with its unit (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB), such as 512MiB, "
        f"not {shown(value)}"
    )


def parse_share(value: Any) -> float:
    """A share between 0 and 1, also spelled ``2%``."""
    share = float(match[1].replace("_", "")) / 100 if (match := _match(_PERCENT, value)) else value
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise ValueError(
            f"expected a share between 0 and 1, such as 0.02 or 2%, not {shown(value)}"
        )
    return float(share)


def _positive(value: int) -> int:
    if value <= 0:
        raise ValueError("must be longer than zero")
    return value


def _at_least_one(value: int) -> int:
    if value < 1:
        raise ValueError("must be at least 1")
    return value


def _integers(minimum: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": minimum, "maximum": MAX_COUNT}


def _schema(kind: str, pattern: str, *examples: str, number: dict[str, Any]) -> WithJsonSchema:
    text = {"type": "string", "pattern": rf"^\s*(?:{pattern}|0)\s*$", "examples": list(examples)}
    return WithJsonSchema({"anyOf": [text, number], "x-type": kind})


_ZERO: dict[str, Any] = {"const": 0}

Duration = Annotated[
    int,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    _schema("duration", DURATION, "10s", "1h30m", number=_ZERO),
]
"""Microseconds, spelled with a unit."""
Interval = Annotated[Duration, AfterValidator(_positive)]
"""A duration above zero, for intervals: an interval of zero would never end."""
Rate = Annotated[
    float,
    BeforeValidator(parse_rate),
    PlainSerializer(format_rate, return_type=str),
    _schema("rate", _RATE, "4M/day", "27/s", number=_ZERO),
]
"""Events per day, spelled with a period."""
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(lambda size: f"{size}B", return_type=str),
    _schema("size", _SIZE, "512MiB", "2kB", number=_ZERO),
]
"""Bytes, spelled with a unit."""
Count = Annotated[
    int,
    BeforeValidator(parse_count),
    _schema("count", _COUNT, "10k", number=_integers(0)),
]
"""A whole number, zero or more."""
PositiveCount = Annotated[
    Count, AfterValidator(_at_least_one), _schema("count", _COUNT, "10k", number=_integers(1))
]
"""A whole number, one or more."""
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    _schema("share", _PERCENT, "2%", number={"type": "number", "minimum": 0, "maximum": 1}),
]
"""A number between 0 and 1."""
