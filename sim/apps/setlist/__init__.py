"""The setlist app: one file per module of the real app, readable beside its original."""

from __future__ import annotations

from sim.platform.reference import Backend
from sim.scenario import Scenario

from .artists import Artists
from .changes import CHANGES
from .crons import install_crons
from .loops import loops
from .outcomes import Counts, Outcomes
from .population import Population
from .setlists import Setlists
from .settings import REVISIONS
from .settings import SetlistSettings as Settings
from .shows import Shows
from .songs import Songs
from .spotify import Spotify
from .ticketmaster import Ticketmaster
from .traffic import Traffic
from .visitors import install_visitors
from .world import World

__all__ = [
    "CHANGES",
    "DEPLOYABLE",
    "OBJECTIVES",
    "REVISIONS",
    "Population",
    "Settings",
    "Traffic",
    "install",
    "loops",
]

DEPLOYABLE = ("refresh", "backfill", "generate", "sync", "cascade", "seeding")
"""The settings that code and crons read; the others describe who calls the app, and when."""
OBJECTIVES = ("outcomes.hours_to_setlist", "calls", "conflicts")
"""What tuning minimises: the time to a filled setlist, and what it takes."""


def install(backend: Backend, scenario: Scenario) -> Outcomes:
    """Register the app on a deployment; what it returns counts the outcomes."""
    settings, population = scenario.app, scenario.population
    assert isinstance(settings, Settings)
    assert isinstance(population, Population)
    world = World(backend, population)
    counts = Counts()
    Artists(backend, world)
    Songs(backend, world)
    setlists = Setlists(backend, world)
    Shows(backend, world, setlists)
    Spotify(backend, world, counts)
    Ticketmaster(backend, world)
    install_crons(backend, world, settings)
    install_visitors(backend, world, settings)
    return Outcomes(backend, world, counts)
