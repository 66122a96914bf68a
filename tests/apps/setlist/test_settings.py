"""The world, the revisions and the loops, as app.md describes them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.apps.setlist import Population, too_large
from sim.apps.setlist.loops import cases
from sim.apps.setlist.settings import REVISIONS
from sim.causes import possible_loops
from sim.loops import Loop
from sim.scenario import HOUR, ScenarioError, scenario_from
from tests.apps.setlist.conftest import small
from tests.apps.setlist.test_world import world_of


def test_a_world_is_as_it_is_described() -> None:
    scenario = scenario_from({"population": {"tracks": [3, 5], "upcoming": 1}})
    world = world_of(scenario)
    population = scenario.population
    assert isinstance(population, Population)
    assert len(world.artists) == population.artists == 8 + 8 + 3 + 120
    catalogs = world.catalogs
    assert [(each.found, each.tracks) for each in catalogs[:16]] == [(True, 0)] * 8 + [
        (False, 0)] * 8  # fmt: skip
    assert {each.tracks for each in catalogs[16:]} == {3, 4, 5}
    assert all(each.found for each in catalogs[16:])
    day = 24 * 3_600_000
    ages = [world.artists[n].value.last_synced for n in range(16)]
    now = int(scenario.starts.timestamp() * 1000)
    assert all(day / 24 <= now - synced <= 2 * day for synced in ages)
    assert [world.artists[n].value.last_synced for n in range(16, 19)] == [0, 0, 0]
    assert [world.links[n].value for n in range(19)] == [0] * 19
    assert all(world.links[n].value == catalogs[n].tracks for n in range(19, 139))
    owned = [len(world.shows_of[n].value) for n in range(139)]
    assert owned[:19] == [3, 2, 2, 1, 1, 1, 1, 1] * 2 + [2, 1, 1]
    assert {3, 4} == set(owned[19:])
    assert sum(owned) == 500
    filled = [each.value for each in world.setlists if each.value is not None]
    assert {(each.songs, each.created_ms, each.filled_ms) for each in filled} == {
        (5, now - day, now - day)
    }
    assert len(world.upcoming.value) == len(world.all_shows.value) == 500
    assert world.upcoming.value != world.all_shows.value


def test_what_a_user_imports_is_unknown_or_filtered_as_often_as_it_says() -> None:
    def found(unknown: float, filtered: float) -> set[tuple[bool, bool]]:
        world = world_of(scenario_from({
            "population": {"imports_unknown": unknown, "imports_filtered": filtered}}))  # fmt: skip
        catalogs = [world.import_catalog(number) for number in range(200)]
        return {(each.found, each.tracks > 0) for each in catalogs}

    assert found(1, 0) == {(False, False)}
    assert found(0, 1) == {(True, False)}
    assert found(0, 0) == {(True, True)}
    assert found(0.3, 0.3) == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize(
    ("population", "said"),
    [
        ({"shows": 1_000_001}, "more than 1,000,000 shows"),
        ({"shows": 5, "shows_without_setlist": 6, "filtered": [], "unknown": [], "importable": []},
         "shows_without_setlist is above shows"),
        ({"shows_without_setlist": 27}, "have 28 shows, none with a setlist, but"),
        ({"artists_with_songs": 0}, "some shows have no artist"),
        ({"tracks": [4, 3]}, "the fewest are above the most"),
    ],
)  # fmt: skip
def test_a_world_that_cannot_be_is_refused(population: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        scenario_from({"population": population})


def test_a_world_may_be_as_full_as_its_lists() -> None:
    lists = {"filtered": [2], "unknown": [], "importable": [1], "artists_with_songs": 0}
    scenario = scenario_from({"population": {"shows": 3, "shows_without_setlist": 3, **lists,
                                             "tracks": [4, 4]}})  # fmt: skip
    assert len(world_of(scenario).shows) == 3
    assert scenario_from({"population": {"shows": 1_000_000}}).population.shows == 1_000_000  # type: ignore[attr-defined]


def test_rare_visitors_are_refused_and_none_are_allowed() -> None:
    def visitors(rate: str) -> Any:
        return scenario_from({"app": {"visitors": {"page_views": rate, "imports": rate}}})

    assert visitors("0").app.visitors.imports == 0
    assert visitors("0.1/day").app.visitors.page_views == 0.1
    with pytest.raises(ScenarioError, match="page_views: below one in ten days; 0 is none"):
        visitors("0.099/day")


def test_the_revisions_differ_as_the_app_s_history_says() -> None:
    def facts(revision: str) -> tuple[Any, ...]:
        app: Any = small(revision).app
        return (
            app.refresh.every // HOUR, app.refresh.limit, app.refresh.stagger,
            app.generate.placeholder, app.generate.sync_delay, app.sync.guard_window // HOUR,
            app.sync.bypass_without_songs, app.sync.track_attempts, app.sync.status_lock,
            app.sync.breaker, app.sync.breaker_failures, app.sync.breaker_backoff // HOUR,
            app.sync.write_unchanged, app.cascade.mode, app.cascade.only_if_imported,
            app.cascade.limit, app.cascade.stagger, app.seeding.inline, app.seeding.delays,
        )  # fmt: skip

    s, m = 1_000_000, 60_000_000
    assert set(REVISIONS) >= {"before", "buggy", "fixed", "hardened"}
    assert facts("before") == (
        6, 60, 0, False, 0, 1, False, False, False, False, 3, 72, True, "inline", False, 0, 5 * s,
        True, (10 * s, m, 5 * m),
    )  # fmt: skip
    assert facts("buggy") == (
        6, 60, 0, False, 0, 1, True, False, False, False, 3, 72, True, "inline", False, 0, 5 * s,
        False, (0, 10 * s, m, 5 * m, 15 * m, 30 * m),
    )  # fmt: skip
    assert facts("fixed") == (
        12, 20, 10 * s, True, 5 * s, 24, False, True, False, False, 3, 72, True, "scheduled", True,
        10, 5 * s, True, (),
    )  # fmt: skip
    assert facts("hardened")[5:15] == (24, False, True, True, True, 3, 72, False, "none", False)


def loops(revision: str, app: dict[str, Any]) -> list[Loop]:
    """The app's cycles, in the order of its cases."""
    scenario = small(revision, app=app)
    found = {(each.path, each.circumstances): each for each in possible_loops(scenario)}
    return [found[case.path, case.circumstances] for case in cases(scenario)]


@pytest.mark.parametrize(
    ("revision", "app", "closed_by", "blocks_itself"),
    [
        ("buggy", {}, "", False),
        ("before", {}, "the guard of spotify:syncArtistCatalog: lastSynced lies within", False),
        ("fixed", {}, "catalogSyncAttemptedAt lies within the guard window, because of what the",
         True),
        ("hardened", {}, "a sync is pending or running, because of what the execution", True),
        ("buggy", {"cascade": {"mode": "none"}}, "`cascade.mode == 'none' or", False),
        ("buggy", {"cascade": {"only_if_imported": True}}, "imported))` (spotify.py:", False),
        ("buggy", {"generate": {"placeholder": True}}, "getByShow', show)) is None`", False),
        ("buggy", {"generate": {"placeholder": True}, "cascade": {"mode": "scheduled"}}, "", False),
        ("before", {"sync": {"guard_window": "1s"}, "generate": {"sync_delay": "1s"}}, "", False),
    ],
)  # fmt: skip
def test_what_closes_the_loop_of_the_incident(
    revision: str, app: dict[str, Any], closed_by: str, blocks_itself: bool
) -> None:
    loop = loops(revision, app)[0]
    assert closed_by in loop.closed_by
    assert loop.is_open is (closed_by == "")
    assert loop.blocks_itself is blocks_itself
    assert (loop.steps[-1] == "and so on: nothing has ended it") is loop.is_open


def test_work_that_is_picked_again_until_it_has_a_row() -> None:
    def closed(revision: str, **app: Any) -> dict[str, str]:
        return {each.path[0] + each.circumstances[:28]: each.closed_by
                for each in loops(revision, app)[1:]}  # fmt: skip

    def by_name(revision: str, **app: Any) -> list[str]:
        return list(closed(revision, **app).values())

    off, nobody, never = (
        "the cron is switched off", "nobody views a page", "no cron re-syncs an artist's shows",
    )  # fmt: skip
    assert by_name("buggy") == ["", "", nobody, never]
    assert by_name("buggy", background=True, visitors={"page_views": "10/day"}) == ["", "", "", ""]
    picked, cron, viewed, seeded_again = by_name(
        "fixed", background=True, visitors={"page_views": "10/day"}
    )
    assert "`tx.get(world.setlists[show]) is not None` (setlists.py:" in picked
    assert (cron, seeded_again) == (off, "")
    assert "`without_row and (songs or not self._need_songs)` (visitors.py:" in viewed
    nothing = {"seeding": {"inline": False, "delays": []}}
    assert "for delay in self._seeding.delays" in by_name("buggy", background=True, **nothing)[-1]
    seeded = loops("buggy", {"background": True})[-1].circumstances
    assert "6 times over 30m" in seeded
    once = loops("fixed", {"background": True})[-1].circumstances
    assert "1 time over 0s" in once


def test_numbers_that_would_leave_64_bits_are_told_from_those_that_do_not() -> None:
    def told(**settings: Any) -> str:
        return too_large(scenario_from(settings))

    def stagger(microseconds: int) -> str:
        return told(population={"shows": 2**19}, app={"refresh": {"stagger": f"{microseconds}us"}})

    assert stagger(2**43) == ""
    assert "due beyond 2^62" in stagger(2**43 + 1)
    manual = {"runs": 2**19, "wait": f"{2**43}us"}
    assert told(app={"manual_backfill": manual}) == ""
    assert "due beyond 2^62" in told(app={"manual_backfill": {**manual, "runs": 2**19 + 1}})
    assert told(population={"artist_size": "1TiB"}) == ""
    assert told(population={"link_size": f"{2**40 + 1}B"}) == "a size is beyond a terabyte"
