"""What the reference engine holds, as fields of the engine's records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.apps.setlist.world import Artist, Setlist
from sim.platform.reference import NOT_YET, Cron

from .layout import ABSENT, FUNCTIONS


def cron_row(cron: Cron, due: int) -> dict[str, int]:
    """A cron as the engine has it, with the time at which it is due."""
    return {
        "due": due, "every": cron.every, "last": NOT_YET,
        "function": FUNCTIONS.index(cron.edge.function.name),
        **dict(zip(("a0", "a1"), cron.args, strict=False)),
    }  # fmt: skip


def as_words(value: Any) -> Sequence[int]:
    """A document's value as words (see `sim.apps.setlist.world` for what values there are)."""
    if value is None:
        return (ABSENT, 0, 0, 0, 0, 0, 0)
    if isinstance(value, Artist):
        assert value.synced_by is value.attempted_by is None  # a world begins without stamps
        return (*value[:5], 0, 0)
    if isinstance(value, Setlist):
        return (*value, 0, 0, 0, 0)
    return (len(value) if isinstance(value, tuple) else value, 0, 0, 0, 0, 0, 0)
