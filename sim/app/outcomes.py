"""What the app is for: shows with a setlist, counted beside the calls (design rule 9)."""

from __future__ import annotations

from dataclasses import dataclass

from sim.backend import Backend

from .world import HOUR_MS, Setlist, World


@dataclass(slots=True)
class Counts:
    """Counted while running."""

    sync_attempts: int = 0
    """Catalog syncs that passed the guard."""
    sync_skipped_by_guard: int = 0
    catalogs_synced: int = 0
    """Catalog syncs that imported at least one song."""


class Outcomes:
    """Counts the outcomes at any moment of a run."""

    def __init__(self, backend: Backend, world: World, counts: Counts) -> None:
        self._backend = backend
        self.world = world
        self.counts = counts
        self._unfilled = [
            show
            for show, setlist in enumerate(world.setlists)
            if world.shows[show].value is not None and not _filled(setlist.value)
        ]
        self._at_start = sum(_filled(setlist.value) for setlist in world.setlists)

    def __call__(self) -> dict[str, float]:
        """Outcome → number, at the current time."""
        now_ms = self._backend.epoch_ms + self._backend.clock.now // 1000
        rows = [
            setlist.value
            for show, setlist in zip(self.world.shows, self.world.setlists, strict=True)
            if show.value is not None
        ]
        filled = sum(map(_filled, rows))
        ages = [now_ms - row.created_ms for row in rows if row is not None and not row.songs]
        return {
            "shows": len(rows),
            "setlists_filled": filled,
            "setlists_filled_at_start": self._at_start,
            "setlists_placeholder": len(ages),
            "placeholders_older_than_24h": sum(age >= 24 * HOUR_MS for age in ages),
            "placeholders_older_than_72h": sum(age >= 72 * HOUR_MS for age in ages),
            "shows_without_setlist": len(rows) - filled - len(ages),
            "hours_to_setlist": self._wait_ms(now_ms) / HOUR_MS,
            "catalogs_synced": self.counts.catalogs_synced,
            "sync_attempts": self.counts.sync_attempts,
            "sync_skipped_by_guard": self.counts.sync_skipped_by_guard,
        }

    def _wait_ms(self, now_ms: int) -> float:
        """How long the shows that began without songs have been so: the mean, until now at most."""
        if not self._unfilled:
            return 0.0
        rows = (self.world.setlists[show].value for show in self._unfilled)
        until = sum(row.filled_ms if _filled(row) else now_ms for row in rows)
        return until / len(self._unfilled) - self._backend.epoch_ms


def _filled(row: Setlist | None) -> bool:
    return row is not None and row.songs > 0
