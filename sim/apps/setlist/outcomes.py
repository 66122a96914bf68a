"""What the app is for: shows with a setlist, counted beside the calls (design rule 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.guards import SyncStatus
from sim.platform.reference import Backend

from .world import HOUR_MS, World


@dataclass(slots=True)
class Counts:
    """Counted while running."""

    sync_attempts: int = 0
    """Catalog syncs that passed the guard."""
    sync_skipped_by_guard: int = 0
    catalogs_synced: int = 0
    """Catalog syncs that imported at least one song."""
    stale_syncs: int = 0
    """Catalog syncs that ran for an artist not synced within a day."""
    stale_syncs_that_asked: int = 0
    """Those that passed the guard, and so made at least one request."""


_STATUSES = {
    "artists_sync_pending": SyncStatus.PENDING,
    "artists_syncing": SyncStatus.SYNCING,
    "artists_sync_completed": SyncStatus.COMPLETED,
    "artists_sync_failed": SyncStatus.FAILED,
}
"""Outcome → the status that its artists have."""


class SetlistRows(NamedTuple):
    """The shows and their setlists, as columns."""

    shows: npt.NDArray[np.bool_]
    """Whether the show exists; shows of artists not imported yet do not."""
    songs: npt.NDArray[np.int64]
    """Negative without a row, 0 in a placeholder."""
    created_ms: npt.NDArray[np.int64]
    filled_ms: npt.NDArray[np.int64]
    fillable: npt.NDArray[np.bool_]
    """Whether the API has a catalog of the show's artist."""


class SetlistOutcomes:
    """Counts the outcomes at any moment of a run."""

    def __init__(self, backend: Backend, world: World, counts: Counts) -> None:
        self._backend = backend
        self.world = world
        self.counts = counts
        rows = self._rows()
        self._unfilled = np.flatnonzero(rows.shows & (rows.songs <= 0))
        self._at_start = int((rows.songs > 0).sum())

    def __call__(self) -> dict[str, float]:
        """Outcome → number, at the current time."""
        rows = self._rows()
        now_ms = self._backend.epoch_ms + self._backend.env.now // 1000
        shows = int(rows.shows.sum())
        filled = int((rows.shows & (rows.songs > 0)).sum())
        ages = now_ms - rows.created_ms[rows.shows & (rows.songs == 0)]
        return {
            "shows": shows,
            "setlists_filled": filled,
            "setlists_filled_at_start": self._at_start,
            "setlists_placeholder": len(ages),
            "placeholders_older_than_24h": int((ages >= 24 * HOUR_MS).sum()),
            "placeholders_older_than_72h": int((ages >= 72 * HOUR_MS).sum()),
            "shows_without_setlist": shows - filled - len(ages),
            "fillable_shows_unfilled": int((rows.shows & rows.fillable & (rows.songs <= 0)).sum()),
            "hours_to_setlist": self._wait_ms(rows, now_ms) / HOUR_MS,
            "catalogs_synced": self.counts.catalogs_synced,
            "sync_attempts": self.counts.sync_attempts,
            "sync_skipped_by_guard": self.counts.sync_skipped_by_guard,
            "stale_syncs": self.counts.stale_syncs,
            "stale_syncs_that_asked": self.counts.stale_syncs_that_asked,
            **self._by_status(),
        }

    def _by_status(self) -> dict[str, int]:
        """How many artists there are in each `catalogSyncStatus` that a sync can leave behind."""
        status = self.world.artists.column("status")
        return {name: int((status == value).sum()) for name, value in _STATUSES.items()}

    def _wait_ms(self, rows: SetlistRows, now_ms: int) -> float:
        """How long the shows that began without songs have been so: the mean, until now at most."""
        if not len(self._unfilled):
            return 0.0
        songs, filled_ms = rows.songs[self._unfilled], rows.filled_ms[self._unfilled]
        until = int(np.where(songs > 0, filled_ms, now_ms).sum())
        return until / len(self._unfilled) - self._backend.epoch_ms

    def _rows(self) -> SetlistRows:
        world, setlists = self.world, self.world.setlists
        has_tracks = np.array([catalog.tracks > 0 for catalog in world.catalogs], bool)
        return SetlistRows(
            shows=world.shows.present(),
            songs=setlists.column("songs"),
            created_ms=setlists.column("created_ms"),
            filled_ms=setlists.column("filled_ms"),
            fillable=has_tracks[np.array(world.artist_of, np.int64)],
        )
