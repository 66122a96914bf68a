"""convex/crons.ts: when what runs, and the operator's manual backfill."""

from __future__ import annotations

from sim.platform.external import OK
from sim.platform.reference import Backend, Context, Steps
from sim.scenario import HOUR, MINUTE

from .settings import SetlistSettings
from .world import World

REFRESH = "setlists:refreshMissingAutoSetlists"
REFRESHED_ARTISTS = 20
"""Artists that one run of spotify-refresh updates: our estimate."""


def install_crons(backend: Backend, world: World, settings: SetlistSettings) -> None:
    """Register the crons of app.md, Crons."""

    def deploy(settings: SetlistSettings) -> None:
        for name, cron, include_completed in (
            ("refresh-auto-setlists", settings.refresh, False),
            ("backfill-legacy-setlists", settings.backfill, True),
        ):
            every = cron.every if cron.enabled else 0
            backend.set_cron(name, REFRESH, cron.limit, include_completed, every=every)

    backend.on_deploy(deploy)
    Background(backend, world)
    if settings.background:
        _start_background(backend)
    manual = settings.manual_backfill
    backend.script("manual_backfill", backfill_by_hand)
    for run in range(manual.runs):
        at = manual.starts_after + run * manual.wait
        backend.client(at, backfill_by_hand, manual.limit, kind="manual_backfill")


def backfill_by_hand(ctx: Context, limit: int) -> Steps:
    """What the operator runs."""
    yield from ctx.run_mutation(REFRESH, limit, True)


class Background:
    """The app's other actions: what each does is our estimate where app.md does not say."""

    def __init__(self, backend: Backend, world: World) -> None:
        self._world = world
        backend.action("trending:update", self.update_trending)
        backend.action("setlistfm:scan", self.scan_setlist_fm, node=True)
        backend.action("spotify:refreshAll", self.refresh_spotify, node=True)

    def update_trending(self, ctx: Context) -> Steps:
        """Three whole-table jobs, one after another."""
        yield from ctx.run_mutation("artists:updateAllShowCounts")
        yield from ctx.run_mutation("artists:updateAllTrending")
        yield from ctx.run_mutation("shows:reviewAll")

    def scan_setlist_fm(self, ctx: Context) -> Steps:
        """Look for stale artists and ask for their setlists."""
        yield from ctx.query("artists:getStale")
        yield from ctx.http(limited=False, endpoint="setlistfm")

    def refresh_spotify(self, ctx: Context) -> Steps:
        """Update the first artists' rows."""
        if (yield from ctx.http(limited=False, endpoint="token")) != OK:
            return
        for artist in range(min(REFRESHED_ARTISTS, len(self._world.artists))):
            answered = (yield from ctx.http(endpoint="artist")) == OK
            if answered and self._world.catalogs[artist].found:
                yield from ctx.run_mutation("artists:updateSpotifyData", artist)


def _start_background(backend: Backend) -> None:
    for name, function, every in (
        ("update-trending", "trending:update", 4 * HOUR),
        ("check-completed-shows", "shows:reviewAll", 2 * HOUR),
        ("daily-cleanup", "shows:reviewAll", 24 * HOUR),
        ("setlistfm-scan", "setlistfm:scan", 30 * MINUTE),
        ("sync-engagement-counts", "shows:reviewAll", 1 * HOUR),
        ("update-artist-show-counts", "artists:updateAllShowCounts", 2 * HOUR),
        ("update-artist-trending", "artists:updateAllTrending", 4 * HOUR),
        ("update-show-trending", "shows:reviewAll", 4 * HOUR),
        ("auto-transition-shows", "shows:reviewAll", 2 * HOUR),
        ("populate-missing-fields", "maintenance:populateMissingFields", 1 * HOUR),
        ("spotify-refresh", "spotify:refreshAll", 12 * HOUR),
    ):
        backend.cron(name, function, every=every)
