"""convex/artists.ts: the artist row, the hot document of the incident."""

from __future__ import annotations

from sim.guards import SyncStatusPatch, apply_patch, breaker_after, on_finish, on_start
from sim.platform.reference import Backend, Snapshot, Stamp, Transaction

from .settings import SetlistSettings
from .world import HOUR_MS, Artist, World


def patched(artist: Artist, patch: SyncStatusPatch, by: Stamp) -> Artist:
    """The row with the patch's fields written; fields the patch leaves out stay."""
    attempted_at, status = apply_patch(patch, artist.attempted_at, artist.status)
    return artist._replace(
        attempted_at=attempted_at,
        status=status,
        attempted_by=artist.attempted_by if patch.attempted_at_ms is None else by,
    )


class Artists:
    """The functions of the module."""

    def __init__(self, backend: Backend, world: World) -> None:
        self._world = world
        self._write_unchanged = True
        backend.on_deploy(self._deploy)
        backend.query("artists:getByIdInternal", self.get_by_id)
        backend.mutation("artists:create", self.create)
        backend.mutation("artists:updateSpotifyData", self.update_spotify_data)
        backend.mutation("artists:updateSyncStatus", self.update_sync_status)
        backend.mutation("artists:recordSyncFailure", self.record_sync_failure)
        backend.mutation("artists:updateShowCount", self.update_show_count)
        backend.mutation("artists:updateAllTrending", self.update_all)
        backend.mutation("artists:updateAllShowCounts", self.update_all)

    def _deploy(self, settings: SetlistSettings) -> None:
        self._write_unchanged = settings.sync.write_unchanged

    def get_by_id(self, tx: Snapshot, artist: int) -> Artist:
        """The artist's row."""
        row: Artist = tx.get(self._world.artists[artist])
        return row

    def create(self, tx: Transaction, artist: int) -> None:
        """A new row; `lastSynced` is set although nothing has been synced yet."""
        tx.put(self._world.artists[artist], Artist(last_synced=tx.now_ms, synced_by=tx.stamp))

    def update_spotify_data(self, tx: Transaction, artist: int) -> None:
        """Write what the API said of the artist, and `lastSynced`.

        Popularity and follower counts move about once a day; `hardened` writes only then.
        """
        document = self._world.artists[artist]
        row: Artist | None = tx.get(document)
        if row is None:
            return  # an artist that is being imported just now
        if self._write_unchanged or tx.now_ms - row.last_synced >= 24 * HOUR_MS:
            tx.put(document, row._replace(last_synced=tx.now_ms, synced_by=tx.stamp))

    def update_sync_status(self, tx: Transaction, artist: int, finished: bool, number: int) -> None:
        """Write what a sync's start at ``number`` (ms) does, or its end with so many songs."""
        document = self._world.artists[artist]
        row: Artist = tx.get(document)
        if finished:
            tx.put(document, patched(row, on_finish(number), tx.stamp))
        else:
            tx.put(document, patched(row, on_start(number), tx.stamp))

    def record_sync_failure(self, tx: Transaction, artist: int, failed: bool) -> None:
        """The circuit breaker's count: one more thrown error, or none after a success."""
        document = self._world.artists[artist]
        row: Artist = tx.get(document)
        count, at = breaker_after(failed, row.failures, row.last_failure, tx.now_ms)
        if (count, at) != (row.failures, row.last_failure):
            tx.put(document, row._replace(failures=count, last_failure=at))

    def update_show_count(self, tx: Transaction, artist: int) -> None:
        """Count the artist's shows into its row; also writes `lastSynced`."""
        document = self._world.artists[artist]
        row: Artist = tx.get(document)
        tx.get(self._world.shows_of[artist])
        tx.put(document, row._replace(last_synced=tx.now_ms, synced_by=tx.stamp))

    def update_all(self, tx: Transaction) -> None:
        """A whole-table job: patch every artist in one transaction."""
        for document in self._world.artists:
            row = tx.get(document)
            if row is not None:
                tx.put(document, row)
