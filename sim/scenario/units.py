"""Quantities with units: how scenario files spell them, and the integers they become.

Times are integer microseconds (design rule 1), sizes are integer bytes, rates are events per day.
A bare number where a unit is needed is refused: `10` seconds and `10` milliseconds are too easy to
confuse in an incident.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Annotated, Any

import durationpy
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# The projection basis for monthly figures: the average Gregorian month, 365.25 / 12 days.
DAYS_PER_MONTH = 30.4375

_SIZES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_MULTIPLIERS = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_PERIODS = {"s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "day": DAY, "w": 7 * DAY,
            "week": 7 * DAY}  # fmt: skip
_PERIODS |= {"second": SECOND, "minute": MINUTE, "hour": HOUR}
_NUMBER = r"[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_COUNT = re.compile(rf"^({_NUMBER})\s*([kKMG]?)$")
_RATE = re.compile(rf"^({_NUMBER})\s*([kKMG]?)\s*/\s*([a-z]+)$")
_SIZE = re.compile(rf"^({_NUMBER})\s*([kKMG]i?B|B)$")


def parse_duration(value: Any) -> int:
    """Microseconds in a duration such as ``350ms``, ``10s``, ``1h30m`` or ``7d``.

    ``0`` needs no unit. Raises ``ValueError`` for any other number without one, and for a negative
    or unreadable duration.
    """
    text = value.strip() if isinstance(value, str) else str(value)
    if text == "0":
        return 0
    try:
        parsed = durationpy.from_str(text)
    except (durationpy.DurationError, OverflowError, ValueError) as error:
        raise ValueError(
            f"expected a duration with its unit (us, ms, s, m, h, d, w), such as 10s or 24h, "
            f"not {value!r}"
        ) from error
    if parsed < timedelta(0):
        raise ValueError("a duration cannot be negative")
    return int(parsed // timedelta(microseconds=1))


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


def _scaled(number: str, factor: int) -> float:
    result = float(number.replace("_", "")) * factor
    if not math.isfinite(result):
        raise ValueError(f"{number} is too large")
    return result


def parse_count(value: Any) -> int:
    """A whole number; ``4M`` and ``10k`` are accepted for large ones."""
    if isinstance(value, bool):
        raise ValueError(f"expected a whole number, not {value!r}")
    if isinstance(value, int):
        if value < 0:
            raise ValueError("a count cannot be negative")
        return value
    if isinstance(value, float) and value.is_integer() and value >= 0:
        return int(value)
    if isinstance(value, str) and (match := _COUNT.match(value.strip())):
        scaled = _scaled(match[1], _MULTIPLIERS[match[2]])
        if scaled.is_integer():
            return int(scaled)
    raise ValueError(f"expected a whole number such as 60, 10k or 4M, not {value!r}")


def parse_rate(value: Any) -> float:
    """Events per day in a rate such as ``4M/day``, ``27/s`` or ``500/h``.

    A bare ``0`` is the one number that needs no period.
    """
    if isinstance(value, bool) or value is None:
        raise ValueError(f"expected a rate such as 4M/day or 27/s, not {value!r}")
    if isinstance(value, (int, float)):
        if value == 0:
            return 0.0
        raise ValueError(f"expected a rate with its period, such as 4M/day or 27/s, not {value!r}")
    if isinstance(value, str):
        if value.strip() == "0":
            return 0.0
        if (match := _RATE.match(value.strip())) and match[3] in _PERIODS:
            return _scaled(match[1], _MULTIPLIERS[match[2]]) * (DAY / _PERIODS[match[3]])
    raise ValueError(
        f"expected a rate with its period (s, min, h, day, week), such as 4M/day or 27/s, "
        f"not {value!r}"
    )


def format_rate(per_day: float) -> str:
    """The exact spelling of a rate per day, e.g. ``4000000/day``."""
    return f"{per_day:.17g}/day"


def parse_size(value: Any) -> int:
    """Bytes in a size such as ``512MiB`` or ``2kB``; integers are bytes already."""
    if isinstance(value, bool):
        raise ValueError(f"expected a size such as 512MiB, not {value!r}")
    if isinstance(value, int) and value >= 0:
        return value
    if isinstance(value, str) and (match := _SIZE.match(value.strip())):
        return round(_scaled(match[1], _SIZES[match[2]]))
    raise ValueError(
        f"expected a size with its unit (B, kB, MB, GB, KiB, MiB, GiB), such as 512MiB, "
        f"not {value!r}"
    )


def parse_share(value: Any) -> float:
    """A share between 0 and 1, also spelled ``2%``."""
    if isinstance(value, str) and (match := re.match(rf"^({_NUMBER})\s*%$", value.strip())):
        value = float(match[1]) / 100
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"expected a share between 0 and 1, such as 0.02 or 2%, not {value!r}")
    return float(value)


def _schema(pattern: str, example: str, unit: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": pattern, "examples": [example], "x-unit": unit}
    )


Duration = Annotated[
    int,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    _schema(r"^(0|([0-9.]+(us|ms|s|m|h|d|w))+)$", "10s", "microseconds"),
]
Rate = Annotated[
    float,
    BeforeValidator(parse_rate),
    PlainSerializer(format_rate, return_type=str),
    _schema(r"^(0|[0-9][0-9_.]*(e[0-9]+)?[kKMG]?/[a-z]+)$", "4M/day", "per day"),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(lambda size: f"{size}B", return_type=str),
    _schema(r"^[0-9][0-9_.]*([kKMG]i?)?B$", "512MiB", "bytes"),
]
Count = Annotated[
    int,
    BeforeValidator(parse_count),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}),
]
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}]}),
]
