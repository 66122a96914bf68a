"""convex/spotify.ts: the catalog sync, in the order of its steps (app.md, syncArtistCatalog)."""

from __future__ import annotations

from sim.guards import SyncPolicy, decide_catalog_sync, held_back_by
from sim.platform.external import OK
from sim.platform.reference import Backend, CallError, Context, Keys, Steps
from sim.scenario import MILLISECOND, SECOND

from .outcomes import Counts
from .settings import Cascade, SetlistSettings
from .ticketmaster import STALE_AFTER_MS
from .world import Artist, World

PAGE_PAUSE = 350 * MILLISECOND
"""Sleep after every page that is ok (app.md, steps 7 and 8)."""
BATCH_PAUSE = 2 * SECOND
"""Sleep between batches of albums (app.md, step 8)."""
ALBUMS_PER_BATCH = 10
"""Albums whose tracks are fetched in parallel (app.md, step 8)."""
ALBUMS_PER_PAGE = 50
"""Albums a page lists (app.md, step 7)."""
TRACKS_PER_ALBUM = 12
"""Our estimate of a studio album's length."""


_ARTIST_AND_SONGS = ("artists:getByIdInternal", "songs:getByArtistInternal")


class Spotify:
    """The functions of the module and the settings they follow."""

    def __init__(self, backend: Backend, world: World, counts: Counts) -> None:
        self._world = world
        self._counts = counts
        self._policy: SyncPolicy
        self._cascade: Cascade
        self._records_failed_search = False
        backend.on_deploy(self._deploy)
        backend.action("spotify:syncArtistCatalog", self.sync_artist_catalog, node=True)
        backend.action("spotify:refreshArtistBasics", self.refresh_artist_basics, node=True)

    def _deploy(self, settings: SetlistSettings) -> None:
        self._policy, self._cascade = settings.sync_policy, settings.cascade
        self._records_failed_search = settings.sync.records_failed_search

    def sync_artist_catalog(self, ctx: Context, artist: int) -> Steps:
        """Guard, then import the artist's catalog and generate setlists; errors are logged."""
        policy, cascade = self._policy, self._cascade  # an action runs to its end as it started
        records_failed_search = self._records_failed_search
        track_attempts, breaker = policy.track_attempts, policy.breaker
        row: Artist
        songs = 0
        if policy.bypass_without_songs or not track_attempts:
            row, songs = yield from ctx.query_each(_ARTIST_AND_SONGS, artist)
        else:
            row = yield from ctx.query("artists:getByIdInternal", artist)
        is_stale = ctx.now_ms - row.last_synced >= STALE_AFTER_MS
        self._counts.stale_syncs += is_stale
        decision = decide_catalog_sync(
            ctx.now_ms, songs > 0, row.last_synced, row.attempted_at, row.status, row.failures,
            row.last_failure, policy,
        )  # fmt: skip
        synced = attempted = False  # which fields it refuses for, and below who wrote them
        if decision.hangs_on_a_stamp:
            synced, attempted = held_back_by(
                ctx.now_ms, row.last_synced, row.attempted_at, row.status, policy
            )
        ctx.guard(
            decision.admits, decision.reason,
            [row.synced_by] * synced + [row.attempted_by] * attempted,
        )  # fmt: skip
        if not decision.admits:
            self._counts.sync_skipped_by_guard += 1
            return
        self._counts.sync_attempts += 1
        self._counts.stale_syncs_that_asked += is_stale
        try:
            if track_attempts:
                yield from ctx.run_mutation("artists:updateSyncStatus", artist, False, ctx.now_ms)
            if (yield from ctx.http(limited=False, endpoint="token")) != OK:
                raise TokenError("no access token")
            found = (yield from ctx.http(endpoint="search")) == OK
            if not found or not self._world.catalogs[artist].found:
                # A refused search looks like one without a hit.
                if records_failed_search:
                    yield from ctx.run_mutation("artists:updateSyncStatus", artist, True, 0)
                return
            yield from ctx.run_mutation("artists:updateSpotifyData", artist)
            imported: int = yield from self._import_tracks(ctx, artist)
            self._counts.catalogs_synced += imported > 0
            if track_attempts:
                yield from ctx.run_mutation("artists:updateSyncStatus", artist, True, imported)
            if breaker:
                yield from ctx.run_mutation("artists:recordSyncFailure", artist, False)
            if cascade.mode == "none" or (cascade.only_if_imported and not imported):
                return
            shows: Keys = yield from ctx.query("shows:getAllByArtistInternal", artist)
            if cascade.limit:
                shows = shows[: cascade.limit]
            for position, show in enumerate(shows):
                if cascade.mode == "scheduled":
                    delay = position * cascade.stagger
                    yield from ctx.schedule(delay, "setlists:autoGenerateSetlist", show, artist)
                elif (yield from ctx.query("setlists:getByShow", show)) is None:
                    yield from ctx.run_mutation("setlists:autoGenerateSetlist", show, artist)
        except CallError:
            yield from ctx.run_mutation("errorTracking:logError")
            if breaker:
                yield from ctx.run_mutation("artists:recordSyncFailure", artist, True)

    def _import_tracks(self, ctx: Context, artist: int) -> Steps:
        """Import what albums and their tracks can be fetched; the number of songs."""
        albums = -(-self._world.catalogs[artist].tracks // TRACKS_PER_ALBUM)
        listed = 0
        while True:
            if (yield from ctx.http(endpoint="albums")) != OK:
                break  # the listing ends with what it has
            ctx.sleep(PAGE_PAUSE)
            listed = min(albums, listed + ALBUMS_PER_PAGE)
            if listed == albums:
                break
        left = self._world.catalogs[artist].tracks
        kept = 0
        for first in range(0, listed, ALBUMS_PER_BATCH):
            if first:
                ctx.sleep(BATCH_PAUSE)
            statuses = yield from ctx.http_batch(
                min(ALBUMS_PER_BATCH, listed - first), endpoint="tracks"
            )
            ctx.sleep(PAGE_PAUSE)
            for status in statuses:
                tracks = min(TRACKS_PER_ALBUM, left)
                left -= tracks
                kept += tracks if status == OK else 0
        for track in range(kept):
            yield from ctx.run_mutation("songs:create", artist, track)
            yield from ctx.run_mutation("artistSongs:create", artist, track)
        return kept

    def refresh_artist_basics(self, ctx: Context, artist: int) -> Steps:
        """Token, one request, and the artist row."""
        if (yield from ctx.http(limited=False, endpoint="token")) != OK:
            return
        if (yield from ctx.http(endpoint="artist")) != OK:
            return
        if self._world.catalogs[artist].found:
            yield from ctx.run_mutation("artists:updateSpotifyData", artist)


class TokenError(CallError):
    """The token service did not answer with a token."""
