"""convex/ticketmaster.ts and maintenance.ts: shows of an artist, stale artists, user imports."""

from __future__ import annotations

from sim.platform.external import OK
from sim.platform.reference import Backend, Context, Snapshot, Steps
from sim.scenario import MILLISECOND, SECOND

from .world import HOUR_MS, Artist, World

EVENT_PAUSE = 75 * MILLISECOND
"""Pause between events (app.md, populateMissingFields)."""
MAX_EVENTS = 200
"""Events of one sync at most (app.md, populateMissingFields)."""
STALE_ARTISTS = 10
"""Artists that one maintenance run picks at most (app.md, populateMissingFields)."""
STALE_AFTER_MS = 24 * HOUR_MS
"""Age of `lastSynced` from which an artist is stale (app.md, populateMissingFields)."""


class Ticketmaster:
    """The functions of the modules."""

    def __init__(self, backend: Backend, world: World) -> None:
        self._world = world
        self._touring = backend.key_set(world.artists)
        backend.action("ticketmaster:syncArtistShows", self.sync_artist_shows, node=True)
        backend.action("ticketmaster:triggerFullArtistSync", self.trigger_full_sync, node=True)
        backend.action("maintenance:populateMissingFields", self.populate_missing_fields)
        backend.action("artists:syncCounts", self.sync_counts)
        backend.query("artists:getStale", self.get_stale)
        backend.query("shows:countByArtist", self.count_by_artist)

    def sync_artist_shows(self, ctx: Context, artist: int) -> Steps:
        """Fetch the artist's events and create or update a venue and a show for each."""
        if (yield from ctx.http(limited=False, endpoint="ticketmaster")) != OK:
            return
        events = self._world.events[artist]
        for show in range(events.first, events.first + min(events.number, MAX_EVENTS)):
            yield from ctx.run_mutation("venues:createFromTicketmaster")
            yield from ctx.run_mutation("shows:createFromTicketmaster", show, artist)
            ctx.sleep(EVENT_PAUSE)
        yield from self.sync_counts(ctx, artist)

    def sync_counts(self, ctx: Context, artist: int) -> Steps:
        """Count the artist's shows and write the count."""
        yield from ctx.query("shows:countByArtist", artist)
        yield from ctx.run_mutation("artists:updateShowCount", artist)

    def populate_missing_fields(self, ctx: Context) -> Steps:
        """Re-sync the shows of up to ten stale artists."""
        for artist in (yield from ctx.query("artists:getStale")):
            yield from ctx.run_action("ticketmaster:syncArtistShows", artist)

    def trigger_full_sync(self, ctx: Context, artist: int) -> Steps:
        """A user imports an artist: create it, then schedule its shows, catalog and counts."""
        yield from ctx.run_mutation("artists:create", artist)
        for delay, function in (
            (0, "ticketmaster:syncArtistShows"),
            (3 * SECOND, "spotify:syncArtistCatalog"),
            (6 * SECOND, "spotify:refreshArtistBasics"),
            (10 * SECOND, "artists:syncCounts"),
        ):
            yield from ctx.schedule(delay, function, artist)

    def get_stale(self, tx: Snapshot) -> list[int]:
        """The first artists without upcoming shows or not synced within a day."""
        touring = self._touring
        touring.clear()
        for show in tx.get(self._world.upcoming):
            touring.add(self._world.artist_of[show])
        stale: list[int] = []
        for artist, document in enumerate(self._world.artists):
            row: Artist | None = tx.get(document)
            if row is None:
                continue
            if artist not in touring or tx.now_ms - row.last_synced > STALE_AFTER_MS:
                stale.append(artist)
                if len(stale) == STALE_ARTISTS:
                    break
        return stale

    def count_by_artist(self, tx: Snapshot, artist: int) -> int:
        """How many shows the artist has."""
        return len(tx.get(self._world.shows_of[artist]))
