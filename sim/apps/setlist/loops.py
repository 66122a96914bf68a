"""The app's cycles, each with data on which the app's own functions show whether it closes.

All of them are about one artist without songs, and the one show of that artist (app.md, Loops).
"""

from __future__ import annotations

from typing import Any

from sim.loops import Case
from sim.scenario import Scenario, format_duration

from .settings import Backfill, Refresh, SetlistSettings

GENERATE, SYNC = "setlists:autoGenerateSetlist", "spotify:syncArtistCatalog"
_REFRESH = "setlists:refreshMissingAutoSetlists"
_CREATE = "shows:createFromTicketmaster"
_GET = "setlists:getByShow"
_SHOW = _ARTIST = 0
_WORLD: dict[str, Any] = {
    "population.shows": 1, "population.shows_without_setlist": 1, "population.upcoming": 1,
    "population.artists_with_songs": 0, "population.filtered": [], "population.unknown": [1],
    "population.importable": [], "app.background": False, "app.refresh.enabled": False,
    "app.backfill.enabled": False, "app.manual_backfill.runs": 0, "app.visitors.page_views": 0,
    "app.visitors.imports": 0, "external.rate_limit": 0, "external.error_rate": 0,
}  # fmt: skip
"""Only that artist and that show, and no other calls. The API does not find the artist, so no sync
starts a generation."""
_FILTERED = {**_WORLD, "population.filtered": [1], "population.unknown": []}
"""The same with an artist whose catalog is filtered to nothing."""


def cases(scenario: Scenario) -> list[Case]:
    """Every cycle of the app."""
    settings = scenario.app
    assert isinstance(settings, SetlistSettings)
    return [
        Case(
            path=(GENERATE, SYNC, GENERATE),
            kind="call",
            circumstances="an artist without songs whose catalog is filtered to nothing, never "
            "synced",
            start=GENERATE,
            args=(_SHOW, _ARTIST),
            world=_FILTERED,
        ),
        _picked_by("refresh-auto-setlists", settings.refresh, include_completed=False),
        _picked_by("backfill-legacy-setlists", settings.backfill, include_completed=True),
        _viewed(settings),
        _seeded(settings),
    ]


def _picked_by(name: str, cron: Refresh | Backfill, *, include_completed: bool) -> Case:
    every = format_duration(cron.every)
    return Case(
        path=(_REFRESH, GENERATE, _REFRESH),
        kind="pick",
        circumstances=f"the cron {name} looks at the same {cron.limit} rows every {every}",
        start=_REFRESH,
        args=(cron.limit, include_completed),
        world=_WORLD,
        closed_by="" if cron.enabled else "the cron is switched off",
    )


def _viewed(settings: SetlistSettings) -> Case:
    views = settings.visitors.page_views
    return Case(
        path=(_GET, GENERATE, _GET),
        kind="pick",
        circumstances=f"{views:,.0f} views a day of pages whose shows lacked a setlist",
        start="client:page_views",
        args=(0,),
        world=_WORLD,
        closed_by="" if views else "nobody views a page",
    )


def _seeded(settings: SetlistSettings) -> Case:
    seeding = settings.seeding
    runs = len(seeding.delays) + seeding.inline
    span = format_duration(max((*seeding.delays, 0)))
    return Case(
        path=(_CREATE, GENERATE, _CREATE),
        kind="pick",
        circumstances=f"a re-sync of an artist's shows seeds each that lacks songs, {runs} "
        f"time{'s' if runs != 1 else ''} over {span}",
        start=_CREATE,
        args=(_SHOW, _ARTIST),
        world=_WORLD,
        closed_by="" if settings.background else "no cron re-syncs an artist's shows",
    )
