"""The cycles that settings allow, and what closes them: no simulation, the app's own guards."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import simulate
from sim.causes import cycles_of, possible_loops
from sim.causes.conditions import Condition, conditions, what_stopped
from sim.causes.walk import _Watch
from sim.loops import Loop
from sim.scenario import Scenario, ScenarioError, load_scenario, scenario_from
from sim.scenario.apps import Sources
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
    returns = "`cascade.mode == 'none' or (cascade.only_if_imported and (not imported))`"
    for cascade in ({"only_if_imported": True}, {"mode": "none"}):
        assert f"{returns} (spotify.py:" in closed_by("buggy", cascade=cascade)
    has_row = "`(yield from ctx.query('setlists:getByShow', show)) is None` (spotify.py:"
    assert has_row in closed_by("buggy", generate={"placeholder": True})
    attempted = closed_by("buggy", sync={"track_attempts": True})
    assert "`decision.schedules_sync` (setlists.py:" in attempted
    assert attempted.endswith("does not hold: no songs, and a sync was attempted within the window")


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


def test_a_condition_is_cited_where_it_stands_in_the_source() -> None:
    cited = re.findall(r"`(.*)` \((\w+\.py):(\d+)\)", closed_by("buggy", cascade={"mode": "none"}))
    ((condition, file, line),) = cited
    text = (Path("sim/apps/setlist") / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert ast.unparse(ast.parse(text.strip() + " pass").body[0].test) == condition


def test_a_placeholder_does_not_stop_generations_that_are_scheduled() -> None:
    assert not closed_by("buggy", generate={"placeholder": True}, cascade={"mode": "scheduled"})


def test_a_pick_by_clients_begins_with_what_the_client_does() -> None:
    found = {}
    for revision in ("buggy", "fixed"):
        scenario = small(revision, app={"visitors": {"page_views": "1000/day"}})
        (viewed,) = (each for each in possible_loops(scenario) if "views" in each.circumstances)
        found[revision] = viewed
        assert viewed.steps[0] == "after 0 s: client:page_views"
    assert found["buggy"].is_open
    assert [step.rpartition(": ")[2] for step in found["buggy"].steps] == [
        "client:page_views", "setlists:autoGenerateSetlist", "nothing has ended it",
    ]  # fmt: skip
    assert found["fixed"].closed_by.startswith("client:page_views does not go on to setlists:")


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


GUARDED = """
from sim.loops import Case
from sim.scenario import Settings as Base


class Settings(Base):
    name: str = "guarded"
    retries: int = 2


def install(backend, scenario):
    app = scenario.app

    def work(ctx, attempt):
        if attempt >= app.retries:
            return
        for again in range(1):
            yield from ctx.schedule(1_000_000, "work", attempt + 1)

    def tidy(tx, more):
        if more:
            tx.schedule(0, "tidy", more)

    backend.action("work", work)
    backend.mutation("tidy", tidy)
    return dict


def cases(scenario):
    return [Case(("work", "work"), "call", "the first attempt", "work", (0,))]
"""


def guarded(tmp_path: Path, text: str = GUARDED, **app: Any) -> list[Loop]:
    (tmp_path / "guarded.py").write_text(text)
    source = Sources.read(tmp_path, "guarded")
    return possible_loops(scenario_from({"name": "g", "app": {"name": "guarded", **app}}, source))


def test_an_apps_own_cases_are_walked_and_other_cycles_show_their_conditions(
    tmp_path: Path,
) -> None:
    work, tidy = guarded(tmp_path)
    assert work.closed_by == (
        "work does not go on to work: `attempt >= app.retries` (guarded.py:15) holds"
    )
    assert [step.rpartition(": ")[2] for step in work.steps[:3]] == ["work"] * 3
    assert not tidy.is_known
    assert tidy.circumstances == "found in the code: `more` (guarded.py:21) before tidy"


def test_a_case_without_an_end_is_open(tmp_path: Path) -> None:
    assert guarded(tmp_path, retries=100)[0].is_open


@pytest.mark.parametrize(("retries", "is_open"), [(10, False), (11, True)])
def test_a_case_that_runs_each_function_twelve_times_is_open(
    tmp_path: Path, retries: int, is_open: bool
) -> None:
    loop = guarded(tmp_path, retries=retries)[0]
    assert loop.is_open is is_open
    assert loop.steps[-1].startswith("and so on" if is_open else "ends: ")


def test_what_stopped_an_execution_is_told_in_words() -> None:
    plain = Condition("rows", True, range(7, 8), 8, "a/own.py")
    assert plain.in_words() == "`rows` (own.py:7) does not hold"
    assert replace(plain, wanted=False).in_words() == "`rows` (own.py:7) holds"
    assert replace(plain, is_loop=True).in_words() == "`rows` (own.py:7) has nothing to go through"


def test_a_condition_stopped_an_execution_that_reached_it_and_went_another_way() -> None:
    condition = Condition("rows", True, range(7, 9), 9, "own.py")
    assert not condition.stopped([1, 2])
    assert condition.stopped([7, 12])
    assert condition.stopped([8, 12])
    assert not condition.stopped([7, 9])
    assert condition.stopped([7, 9, 7, 12])  # the last time counts
    assert not replace(condition, is_loop=True).stopped([7, 9, 7, 12])  # the loop has only ended
    assert replace(condition, wanted=False).stopped([7, 9])


def test_code_without_a_source_shows_no_conditions() -> None:
    made_up: dict[str, Any] = {}
    exec("def work():\n    if True:\n        return 'own:second'", made_up)  # in no file
    assert conditions(made_up["work"], "own:second") == []
    assert what_stopped(made_up["work"], "own:second", [2]) is None


def test_only_functions_of_the_cycle_are_watched() -> None:
    def inner() -> int:
        return 1

    def work() -> int:
        return inner() + inner()

    backend: Any = SimpleNamespace(env=SimpleNamespace(now=5))
    watch = _Watch(backend, {"work": work}, lambda runs: False)
    with watch.looking():
        work()
        inner()
    assert [(run.name, run.at) for run in watch.runs] == [("work", 5)]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ('Case(("work", "wrok", "work"), "call", "", "work", (0,))', "did you mean 'work'"),
        ('Case(("work", "work"), "call", "", "client:users")', "unknown kind of client 'users'"),
        ('"work"', "`cases` must return a list of sim.loops.Case"),
    ],
)
def test_a_case_that_names_nothing_is_a_mistake_of_the_app(
    tmp_path: Path, case: str, message: str
) -> None:
    text = GUARDED[: GUARDED.index("    return [Case")] + f"    return [{case}]\n"
    with pytest.raises(ScenarioError, match=re.escape(message)):
        guarded(tmp_path, text)


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
    """What the functions show agrees with runs, where one artist's catalog is empty."""
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
