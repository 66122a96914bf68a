"""The world: the same under one seed whatever the configuration, and as large as it says."""

from __future__ import annotations

from sim.apps.setlist import Population
from sim.apps.setlist.world import World
from sim.platform.reference import Backend
from sim.scenario import Scenario, scenario_from


def world_of(scenario: Scenario, seed: int = 1) -> World:
    population = scenario.population
    assert isinstance(population, Population)
    return World(Backend(scenario, seed), population)


def test_the_default_world_has_the_size_of_the_real_one() -> None:
    world = world_of(scenario_from({}))
    assert len(world.shows) == 500
    assert len(world.unfilled_at_start) == 250
    songless = sum(1 for links in world.links if not links.value)
    assert 12 <= songless <= 36, "a few dozen at most"


def test_configurations_share_the_world_of_a_seed() -> None:
    buggy, fixed = (
        world_of(scenario_from({"revision": revision})) for revision in ("buggy", "fixed")
    )
    other = world_of(scenario_from({"revision": "buggy"}), seed=2)
    for part in ("catalogs", "unfilled_at_start", "artist_of"):
        assert getattr(buggy, part) == getattr(fixed, part)
    assert buggy.upcoming.value == fixed.upcoming.value != other.upcoming.value
    assert [a.value for a in buggy.artists] == [a.value for a in fixed.artists]


def test_songless_artists_have_no_setlists() -> None:
    world = world_of(scenario_from({}))
    for artist, links in enumerate(world.links):
        if not links.value:
            shows = world.shows_of[artist].value
            assert all(world.setlists[show].value is None for show in shows)
