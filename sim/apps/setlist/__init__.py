"""The setlist app: one file per module of the real app, readable beside its original."""

from __future__ import annotations

from sim.platform.reference import Backend
from sim.scenario import Scenario

from .artists import Artists
from .changes import CHANGES
from .crons import install_crons
from .loops import cases
from .outcomes import Counts, SetlistOutcomes
from .population import Population
from .setlists import Setlists
from .settings import REVISIONS
from .settings import SetlistSettings as Settings
from .shows import Shows
from .songs import Songs
from .spotify import Spotify
from .ticketmaster import Ticketmaster
from .traffic import SetlistTraffic as Traffic
from .visitors import Visitors
from .world import World

__all__ = [
    "CHANGES",
    "DEPLOYABLE",
    "ENDPOINTS",
    "OBJECTIVES",
    "REVISIONS",
    "Population",
    "Settings",
    "Traffic",
    "cases",
    "install",
    "too_large",
]

DEPLOYABLE = (
    "refresh", "backfill", "generate", "sync", "cascade", "seeding",
    "visitors.page_views_need_songs", "visitors.page_views_sync",
)  # fmt: skip
"""The settings that code and crons read; the others describe who calls the app, and when."""
ENDPOINTS = ("token", "search", "albums", "tracks", "artist", "ticketmaster", "setlistfm")
"""What the code names of the APIs that it calls; the rate limit covers the music API's `search`,
`albums`, `tracks` and `artist` unless a scenario says otherwise."""
OBJECTIVES = ("outcomes.hours_to_setlist", "calls", "conflicts")
"""What tuning minimises: the time to a filled setlist, and what it takes."""


_LARGEST_SIZE = 1 << 40
"""Bytes of a row: with larger rows, sums of bytes might overflow 64 bits."""


def too_large(scenario: Scenario) -> str:
    """Why numbers of the app would overflow the compiled engine's 64 bits; empty if they do not."""
    app, population = scenario.app, scenario.population
    assert isinstance(app, Settings)
    assert isinstance(population, Population)
    deployed = [app, *(each.app for each in scenario.operations if isinstance(each.app, Settings))]
    staggers = [each.stagger for code in deployed for each in (code.refresh, code.cascade)]
    sizes = (
        population.artist_size, population.song_size, population.show_size,
        population.setlist_size, population.link_size,
    )  # fmt: skip
    manual = app.manual_backfill
    if max(max(staggers) * population.shows, manual.runs * manual.wait) > 1 << 62:
        return "a stagger is so long that its last job is due beyond 2^62"
    return "a size is beyond a terabyte" if max(sizes) > _LARGEST_SIZE else ""


def install(backend: Backend, scenario: Scenario) -> SetlistOutcomes:
    """Register the app on a deployment; returns what counts the outcomes."""
    settings, population = scenario.app, scenario.population
    assert isinstance(settings, Settings)
    assert isinstance(population, Population)
    world = World(backend, population)
    counts = backend.counters(Counts())
    Artists(backend, world)
    Songs(backend, world)
    setlists = Setlists(backend, world)
    Shows(backend, world, setlists)
    Spotify(backend, world, counts)
    Ticketmaster(backend, world)
    install_crons(backend, world, settings)
    Visitors(backend, world, settings)
    return SetlistOutcomes(backend, world, counts)
