"""Small parts of sentences that several reports say."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def plural(number: int, what: str) -> str:
    """``1 run``, ``1,024 runs``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def setting(value: object) -> str:
    """A setting's value as a scenario file spells it, on one line; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(setting, value)) or "[]" if isinstance(value, list) else str(value)


def seeds_text(seeds: Sequence[int]) -> str:
    """``seed 1``, ``seeds 1 to 5``; they are successive."""
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def sentence(note: str) -> str:
    """A note with a capital letter and a full stop."""
    return f"{note[:1].upper()}{note[1:]}."
