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
    if settings.background:
        _install_background(backend, world)
    manual = settings.manual_backfill
    for run in range(manual.runs):
        at = manual.starts_after + run * manual.wait
        backend.client(at, _backfill_by_hand, manual.limit, kind="manual_backfill")


def _backfill_by_hand(ctx: Context, limit: int) -> Steps:
    yield from ctx.run_mutation(REFRESH, limit, True)


def _install_background(backend: Backend, world: World) -> None:
    """The app's other crons: what each does is our estimate where app.md does not say."""

    def update_trending(ctx: Context) -> Steps:
        yield from ctx.run_mutation("artists:updateAllShowCounts")
        yield from ctx.run_mutation("artists:updateAllTrending")
        yield from ctx.run_mutation("shows:reviewAll")

    def scan_setlist_fm(ctx: Context) -> Steps:
        yield from ctx.query("artists:getStale")
        yield from ctx.http(limited=False)

    def refresh_spotify(ctx: Context) -> Steps:
        if (yield from ctx.http(limited=False)) != OK:
            return
        for artist in range(min(REFRESHED_ARTISTS, len(world.artists))):
            if (yield from ctx.http()) == OK and world.catalogs[artist].found:
                yield from ctx.run_mutation("artists:updateSpotifyData", artist)

    backend.action("trending:update", update_trending)
    backend.action("setlistfm:scan", scan_setlist_fm, node=True)
    backend.action("spotify:refreshAll", refresh_spotify, node=True)
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
