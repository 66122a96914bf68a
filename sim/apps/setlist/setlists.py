"""convex/setlists.ts: picking shows without a setlist, and generating one (app.md)."""

from __future__ import annotations

from sim.guards import (
    NO_ROW,
    GenerateDecision,
    GeneratePolicy,
    decide_setlist,
    on_scheduled,
    setlist_size,
)
from sim.platform.reference import Backend, Snapshot, Transaction

from .artists import patched
from .settings import SetlistSettings
from .world import Artist, Setlist, World


class Setlists:
    """The functions of the module and the settings they follow."""

    def __init__(self, backend: Backend, world: World) -> None:
        self._world = world
        self._policy: GeneratePolicy
        self._sync_delay = self._stagger = 0
        self._inline = self._cron_syncs = False
        backend.on_deploy(self._deploy)
        backend.mutation("setlists:refreshMissingAutoSetlists", self.refresh_missing)
        backend.mutation("setlists:autoGenerateSetlist", self.auto_generate)
        backend.query("setlists:getByShow", self.get_by_show)

    def _deploy(self, settings: SetlistSettings) -> None:
        self._policy = settings.generate_policy
        self._sync_delay = settings.generate.sync_delay
        self._stagger = settings.refresh.stagger
        self._inline = settings.refresh.inline
        self._cron_syncs = settings.refresh.schedules_sync

    def refresh_missing(self, tx: Transaction, limit: int, include_completed: bool) -> int:
        """The first rows, always the same ones: generate for each show without a setlist."""
        world, stagger = self._world, self._stagger
        rows = tx.get(world.all_shows if include_completed else world.upcoming)[:limit]
        scheduled = 0
        for position, show in enumerate(rows):
            artist = tx.get(world.shows[show])
            if tx.get(world.setlists[show]) is not None:
                continue  # any row counts, even an empty one
            if self._inline:
                self.auto_generate(tx, show, artist)
            else:
                tx.schedule(position * stagger, "setlists:autoGenerateSetlist", show, artist)
            if self._cron_syncs and not tx.get(world.links[artist]):
                tx.schedule(position * stagger, "spotify:syncArtistCatalog", artist)
            scheduled += 1
        return scheduled

    def auto_generate(self, tx: Transaction, show: int, artist: int) -> GenerateDecision:
        """Fill the show's setlist from the artist's songs, or see to it that there will be some."""
        world = self._world
        row, document = world.setlists[show], world.artists[artist]
        setlist: Setlist | None = tx.get(row)
        songs: int = tx.get(world.links[artist])
        artist_row: Artist | None = None
        if songs:
            tx.read_more(songs, songs * world.population.song_size)
        else:
            artist_row = tx.get(document)
        attempted_at = artist_row.attempted_at if artist_row is not None else 0
        decision = decide_setlist(
            tx.now_ms,
            songs,
            NO_ROW if setlist is None else setlist.songs,
            attempted_at,
            self._policy,
        )
        if decision.schedules_sync:
            if self._policy.track_attempts and artist_row is not None:
                tx.put(document, patched(artist_row, on_scheduled(tx.now_ms), tx.stamp))
            tx.schedule(self._sync_delay, "spotify:syncArtistCatalog", artist)
        if decision.writes_placeholder and setlist is None:
            tx.put(row, Setlist(0, tx.now_ms), world.population.setlist_size)
        if decision == GenerateDecision.FILL:
            created = tx.now_ms if setlist is None else setlist.created_ms
            filled = Setlist(setlist_size(songs), created, tx.now_ms)
            tx.put(row, filled, world.population.setlist_size)
        return decision

    def get_by_show(self, tx: Snapshot, show: int) -> Setlist | None:
        """The show's setlist, if it has a row."""
        setlist: Setlist | None = tx.get(self._world.setlists[show])
        return setlist
