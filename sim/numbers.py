"""Numbers as people read them: the same spelling in every report."""

from __future__ import annotations


def count(value: float) -> str:
    """A whole number: ``3,214``, ``3.21M``."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f}M"
    return f"{value:,.0f}"


def amount(value: float) -> str:
    """A measured quantity with three significant digits where that matters."""
    if value == int(value) or abs(value) >= 1000:
        return count(value)
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def dollars(value: float) -> str:
    """Dollars and cents."""
    return f"${value:,.2f}"


def percent(share: float) -> str:
    """A share in per cent; small shares keep a digit."""
    if 0 < share < 0.0005:
        return "<0.1%"
    return f"{share:.1%}" if share < 0.9995 else "100%"


def seconds(value: float) -> str:
    """A duration in its natural unit."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    if value < 7200:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.0f} h"


def signed(value: float) -> str:
    """A difference with its sign."""
    return ("+" if value > 0 else "-" if value < 0 else "±") + amount(abs(value))


def times(value: float, base: float) -> str:
    """A ratio: ``×0.21``, or nothing where there is no base."""
    return f"×{value / base:.2f}" if base else ""


def measured(value: float, unit: str) -> str:
    """A metric's value with its unit, where that is not what it counts anyway."""
    if unit == "$":
        return dollars(value)
    if unit == "share":
        return percent(value)
    return f"{amount(value)} {unit}" if unit in ("MB", "GB-hours", "s") else amount(value)
