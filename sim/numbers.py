"""Numbers as people read them: a value and its unit become text here, for every report.

One rule a unit, so that a quantity has the same digits wherever it is shown. `cell` is for places
whose heading names the unit, `measured` names it itself, `signed` is a difference.
"""

from __future__ import annotations

import math

_NAMED = ("MB", "GB", "GB-hours", "s", "h")
"""Units that a value alone does not tell; what is counted needs no word."""
_WORDS = {"h": "hours", "s": "seconds"}
"""The word by which a metric's name says its unit already."""


def count(value: float) -> str:
    """A whole number: ``3,214``, ``3.21M``."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f}M"
    return f"{value:,.0f}"


def amount(value: float) -> str:
    """A measured quantity or a rate, with three significant digits where that matters."""
    if value == int(value) or abs(value) >= 1000:
        return count(value)
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.01 else _small(value)


def _small(value: float, currency: str = "") -> str:
    """What two decimals would show as nothing."""
    sign, size = "-" if value < 0 else "", abs(value)
    return f"{sign}{currency}{size:.4f}" if size >= 0.0001 else f"{sign}<{currency}0.0001"


def dollars(value: float) -> str:
    """Dollars and cents; below a cent, its parts."""
    if 0 < abs(value) < 0.01:
        return _small(value, "$")
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def percent(share: float) -> str:
    """A share in per cent; what is not quite nothing or everything says so."""
    if 0 < abs(share) < 0.0005:
        return f"{'-' if share < 0 else ''}<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{share:,.0%}" if share >= 1 else f"{share:.1%}"


def seconds(value: float) -> str:
    """A duration in its natural unit."""
    if value < 1:
        return f"{amount(value * 1000)} ms" if value else "0 s"
    if value < 120:
        return f"{amount(value)} s"
    return f"{amount(value / 60)} min" if value < 7200 else f"{amount(value / 3600)} h"


def cell(value: float, unit: str = "") -> str:
    """A value under a heading that names its unit; money and shares carry their sign anyway."""
    if unit == "$":
        return dollars(value)
    if unit == "s" and 0.001 <= abs(value) < 1:
        return f"{value:.3g}"
    return percent(value) if unit == "share" else amount(value)


def measured(value: float, unit: str) -> str:
    """A value with its unit, where that is not what it counts anyway."""
    if unit == "s" and 0 < abs(value) < 1:
        return f"{amount(value * 1000)} ms"
    return f"{cell(value, unit)}{_suffix(unit)}"


def signed(value: float, unit: str = "", *, named: bool = False) -> str:
    """A difference with its sign; zero has none.

    ``named``: with its unit. Shares differ in points (of per cent).
    """
    sign = "+" if value > 0 else "-" if value < 0 else ""
    if unit == "share":
        return f"{sign}{amount(abs(value) * 100)} points"
    return f"{sign}{(measured if named else cell)(abs(value), unit)}"


def estimate(mean: float, half_width: float, unit: str = "") -> str:
    """A mean with the half-width of its interval, where it has one: ``273 ±0.84``."""
    text = cell(mean, unit)
    if not half_width or not math.isfinite(half_width):
        return text
    return f"{text} ±{cell(half_width, unit)}"


def titled(name: str, unit: str) -> str:
    """A metric's name with its unit, where neither the name nor the values tell it."""
    is_told = unit in ("", "$", "share") or _WORDS.get(unit, unit) in name.replace("/", " ").split()
    return name if is_told else f"{name} ({unit})"


def _suffix(unit: str) -> str:
    return f" {unit}" if unit in _NAMED else ""


def times(value: float, base: float) -> str:
    """A ratio: ``×0.21``, or nothing where there is no base."""
    if not base:
        return ""
    ratio = value / base
    return f"×{ratio:,.2f}" if abs(ratio) >= 0.01 else f"×{_small(ratio) if ratio else 0}"
