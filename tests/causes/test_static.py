"""The cycles that settings allow, and what closes them: no simulation, the app's own guards."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import simulate
from sim.causes import cycles_of, possible_loops
from sim.loops import Loop
from sim.scenario import Scenario, ScenarioError, load_scenario
from tests.apps.setlist.conftest import small
from tests.causes.conftest import Trees

PATH = (
    "setlists:autoGenerateSetlist",
    "spotify:syncArtistCatalog",
    "setlists:autoGenerateSetlist",
)


def sync_loop(scenario: Scenario) -> Loop:
    (loop,) = (loop for loop in possible_loops(scenario) if loop.kind == "call")
    assert loop.path == PATH
    return loop


def test_only_the_buggy_revision_has_an_open_loop() -> None:
    revisions = ("before", "buggy", "fixed", "hardened")
    assert [sync_loop(small(revision)).is_open for revision in revisions] == [
        False, True, False, False,
    ]  # fmt: skip


def test_the_fix_closes_the_loop_by_blocking_its_own_work() -> None:
    assert sync_loop(small("fixed")).blocks_itself
    assert sync_loop(small("hardened")).blocks_itself
    assert not sync_loop(small("before")).blocks_itself


def closed_by(revision: str, **app: object) -> str:
    return sync_loop(small(revision, app=app)).closed_by


def test_each_change_that_closes_the_loop_says_how() -> None:
    assert closed_by("buggy", sync={"bypass_without_songs": False}) == (
        "the guard of spotify:syncArtistCatalog: lastSynced lies within the guard window"
    )
    assert "only if it imported something" in closed_by("buggy", cascade={"only_if_imported": True})
    assert "starts no generation" in closed_by("buggy", cascade={"mode": "none"})
    assert "each has one now" in closed_by("buggy", generate={"placeholder": True})
    assert "schedules no sync" in closed_by("buggy", sync={"track_attempts": True})


def test_changes_that_do_not_matter_leave_it_open() -> None:
    for change in (
        {"refresh": {"limit": 20, "stagger": "10s"}},
        {"backfill": {"enabled": False}},
        {"generate": {"sync_delay": "5s"}},
        {"cascade": {"limit": 10}},
        {"cascade": {"mode": "scheduled"}},
        {"sync": {"guard_window": "24h"}},
    ):
        assert not closed_by("buggy", **change)


def test_a_placeholder_does_not_stop_generations_that_are_scheduled() -> None:
    assert not closed_by("buggy", generate={"placeholder": True}, cascade={"mode": "scheduled"})


def test_a_window_shorter_than_a_pass_lets_it_round() -> None:
    assert closed_by("before")
    short = {"sync": {"guard_window": "1s"}, "generate": {"sync_delay": "5s"}}
    assert not closed_by("before", **short)


def test_work_is_picked_again_until_a_row_is_left_behind() -> None:
    picked = {
        loop.circumstances.split(" looks")[0]: loop
        for loop in possible_loops(small("buggy"))
        if loop.kind == "pick"
    }
    assert picked["the cron refresh-auto-setlists"].is_open
    assert picked["the cron backfill-legacy-setlists"].is_open
    fixed = [loop for loop in possible_loops(small("fixed")) if loop.kind == "pick"]
    assert [loop.path[0] for loop in fixed if loop.is_open] == (
        []  # the small world has no hourly job that seeds
    )


def test_loops_of_another_app_are_read_from_its_code(trees: Trees) -> None:
    (monitor,) = possible_loops(load_scenario("scenarios/monitor.yaml"))
    assert monitor.path == ("monitor:probe", "monitor:probe")
    assert not monitor.is_known  # so it is neither open nor closed
    assert not monitor.is_open
    paths = {loop.path for loop in possible_loops(trees(shape="two-hops"))}
    assert ("tree:leaf", "tree:node", "tree:leaf") in paths  # through a function and a variable


@given(
    bypass=st.booleans(),
    track=st.booleans(),
    placeholder=st.booleans(),
    mode=st.sampled_from(["inline", "scheduled", "none"]),
    only_if_imported=st.booleans(),
    window=st.sampled_from(["1s", "1h", "24h"]),
    delay=st.sampled_from(["0s", "5s"]),
)
@settings(max_examples=40)
def test_what_the_settings_close_never_goes_round_for_ever(
    bypass: bool, track: bool, placeholder: bool, mode: str, only_if_imported: bool, window: str,
    delay: str,
) -> None:  # fmt: skip
    """The trace agrees with runs of the same settings, where one artist's catalog is empty."""
    scenario = small(
        "buggy",
        horizon="4m",
        app={
            "sync": {
                "bypass_without_songs": bypass, "track_attempts": track, "guard_window": window,
            },
            "generate": {"placeholder": placeholder, "sync_delay": delay},
            "cascade": {"mode": mode, "only_if_imported": only_if_imported, "stagger": "1s"},
            "refresh": {"every": "1h"},
            "backfill": {"enabled": False},
        },
        population={"filtered": [1], "unknown": [], "importable": []},
        external={"rate_limit": 0, "error_rate": 0},
    )  # fmt: skip
    cycles = cycles_of([simulate(scenario)])
    goes_round = any(cycle.path == PATH and cycle.reproduction.mean > 0 for cycle in cycles)
    assert sync_loop(scenario).is_open == goes_round


@pytest.mark.parametrize("name", ["spike", "fixed", "normal"])
def test_shipped_scenarios_say_what_they_are(name: str) -> None:
    loop = sync_loop(load_scenario(f"scenarios/{name}.yaml"))
    assert loop.is_open == (name == "spike")
    assert loop.steps


def test_only_the_apps_own_code_is_read(tmp_path: Path) -> None:
    """A name in a helper of another module says nothing: it may be there for something else."""
    (tmp_path / "x.yaml").write_text("app: own\nhorizon: 1m\n")
    (tmp_path / "texts.py").write_text("def helper():\n    return 'own:second'\n")
    app = (
        "{imported}\nfrom sim.scenario import Settings as Base, param\n\n"
        "class Settings(Base):\n    name: str = param('own', 'This module.')\n\n"
        "{helper}\n"
        "def first(tx):\n    helper()\n\n"
        "def second(tx):\n    return 'own:first'\n\n"
        "def install(backend, scenario):\n"
        "    backend.mutation('own:first', first)\n    backend.mutation('own:second', second)\n"
        "    return dict\n"
    )
    (tmp_path / "own.py").write_text(app.format(imported="from texts import helper", helper=""))
    assert possible_loops(load_scenario(tmp_path / "x.yaml")) == []
    own = "def helper():\n    return 'own:second'\n"
    (tmp_path / "own.py").write_text(app.format(imported="", helper=own))
    (loop,) = possible_loops(load_scenario(tmp_path / "x.yaml"))
    assert loop.path == ("own:first", "own:second", "own:first")


@pytest.mark.parametrize("given", ["3", "[3]", "None", "(Loop(('a', 'a'), 'call', ''),)"])
def test_loops_that_an_app_declares_are_checked(tmp_path: Path, given: str) -> None:
    (tmp_path / "x.yaml").write_text("app: own\nhorizon: 1m\n")
    app = (
        "from sim.loops import Loop\nfrom sim.scenario import Settings as Base, param\n\n"
        "class Settings(Base):\n    name: str = param('own', 'This module.')\n\n"
        "def install(backend, scenario):\n    return dict\n\n"
        "def loops(scenario):\n    return {}\n"
    )
    (tmp_path / "own.py").write_text(app.format(given))
    with pytest.raises(ScenarioError, match="`loops` must return a list of"):
        possible_loops(load_scenario(tmp_path / "x.yaml"))
    (tmp_path / "own.py").write_text(app.format("[Loop(('a', 'a'), 'call', 'always')]"))
    assert [loop.path for loop in possible_loops(load_scenario(tmp_path / "x.yaml"))] == [
        ("a", "a")
    ]
