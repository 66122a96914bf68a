"""What is set explicitly stays; what a revision or profile implies follows a change of it."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioError, diff, load_scenario, scenario_from

from .conftest import ErrorsOf

EXPLICIT = {"revision": "buggy", "app": {"refresh": {"limit": 33}}}


def test_a_change_of_revision_on_the_command_line_derives_the_rest_too(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("revision: buggy\napp: {refresh: {limit: 33}}")
    fixed = load_scenario(file, ["revision=fixed"])
    assert fixed == scenario_from({**EXPLICIT, "revision": "fixed", "name": "x"})
    assert fixed.resolved()["app"]["refresh"] == {
        "enabled": True, "every": "12h", "limit": 33, "stagger": "10s",
        "inline": False, "schedules_sync": False,
    }  # fmt: skip


def test_a_change_of_profile_derives_the_platform_anew() -> None:
    scenario = scenario_from({"platform": {"concurrency": {"queries": 5}}})
    changed = scenario.with_(**{"platform.deployment_class": "S256"}).platform
    assert (changed.concurrency.queries, changed.concurrency.mutations) == (5, 256)
    assert changed.scheduler.parallelism == 300


@pytest.mark.parametrize("make", [scenario_from, Scenario.model_validate])
def test_what_was_set_is_remembered_however_the_scenario_was_made(make: Any) -> None:
    for scenario in (make(EXPLICIT), pickle.loads(pickle.dumps(make(EXPLICIT)))):
        later = scenario.with_(seed=5).with_(horizon="2h")
        assert later == scenario_from({**EXPLICIT, "seed": 5, "horizon": "2h"})
        assert later.with_(revision="fixed").app.refresh.every == 12 * 3_600_000_000
        assert scenario.seed == 1


def test_a_scenario_does_not_follow_changes_of_the_data_it_was_made_from() -> None:
    given_settings: dict[str, Any] = {"app": {"refresh": {"limit": 33}}}
    scenario = scenario_from(given_settings)
    given_settings["app"]["refresh"]["limit"] = 1
    assert scenario.with_(seed=2).resolved()["app"]["refresh"]["limit"] == 33


def test_a_whole_section_can_be_changed_and_then_one_key_of_it() -> None:
    small = scenario_from({"population": {"shows": 400}}).population
    scenario = scenario_from({}).with_(population=small).with_(**{"population.import_shows": 3})
    assert scenario.resolved()["population"]["shows"] == 400
    assert scenario.resolved()["population"]["import_shows"] == 3


def test_a_bad_change_names_its_path() -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_from({}).with_(**{"app.refresh.limt": 3})
    assert str(caught.value) == (
        "app.refresh.limt=3: app.refresh: unknown key 'limt'; allowed: enabled, every, "
        "inline, limit, schedules_sync, stagger; did you mean 'limit'?"
    )


def test_later_overrides_win_and_pairs_do_what_texts_do(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("app: setlist\nseed: 1")
    scenario = load_scenario(file, ["seed=2", ("seed", 3), ("app.refresh.limit", 7)], horizon="3h")
    assert scenario == load_scenario(file, ["app={refresh: {limit: 7}}", "seed=3", "horizon=3h"])
    assert load_scenario(file, ["seed=2"], seed=9).seed == 9


@pytest.mark.parametrize(
    ("text", "override", "message"),
    [
        ("seed: 3", "seed.x=3",
         "seed: expected a whole number such as 60, 10k or 4M, not {'x': 3}"),
        ("population: {filtered: [1, 2]}", "population.filtered=[1, x]",
         "population.filtered[1]: expected a whole number such as 60, 10k or 4M, not 'x'"),
        ("app: {refresh: {limit: 3}}", "app={refresh: {limit: x}}",
         "app.refresh.limit: expected a whole number such as 60, 10k or 4M, not 'x'"),
        ("population: {import_shows: 3}", "population.shows=3",
         "population: shows_without_setlist is above shows"),
        ("seed: 3", "extends=y.yaml",
         "extends: only a scenario file can extend another one"),
        ("seed: 3", "=3", "expected path=value, such as app.refresh.limit=20"),
        ("seed: 3", "app={1: 2}", "keys are names, not 1"),
    ],
)  # fmt: skip
def test_an_override_is_blamed_for_what_it_replaced(
    errors_of: ErrorsOf, text: str, override: str, message: str
) -> None:
    assert errors_of(text, override) == [f"--set {override}: {message}"]


def test_a_setting_of_the_file_is_not_blamed_on_an_override_beside_it(errors_of: ErrorsOf) -> None:
    assert errors_of("app: {refresh: {limit: x}}", "app.refresh.stagger=1s") == [
        "x.yaml:1:17: app.refresh.limit: expected a whole number such as 60, 10k or 4M, not 'x'"
    ]


def test_a_chain_of_files_is_laid_over_each_other_and_lists_replace(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "description: A.\nseed: 1\npopulation: {filtered: [1, 2, 3], import_shows: 1}\nbin: 2h"
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.yaml").write_text("extends: ../a.yaml\nseed: 2\npopulation: {filtered: [9]}")
    (tmp_path / "c.yaml").write_text("extends: sub/b.yaml\nseed: 3\n")
    scenario = load_scenario(tmp_path / "c.yaml")
    flat = {"population": {"filtered": [9], "import_shows": 1}, "bin": "2h", "seed": 3}
    assert scenario == scenario_from({**flat, "name": "c"})
    assert scenario.hash == scenario_from(flat).hash


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(["seed", "horizon", "revision", "external", "app", "platform"]))
def test_the_hash_does_not_depend_on_the_order_of_keys(order: list[str]) -> None:
    values = {
        "seed": 4, "horizon": "1h", "revision": "fixed", "external": {"error_rate": "1%"},
        "app": {"refresh": {"limit": 3, "every": "1h"}}, "platform": {"profile": "2026-08"},
    }  # fmt: skip
    assert scenario_from({key: values[key] for key in order}).hash == scenario_from(values).hash


def test_a_difference_is_named_by_its_dotted_path() -> None:
    scenario = scenario_from({"revision": "fixed"})
    changed = scenario.with_(
        **{"app.refresh.limit": 21, "population.filtered": [4], "name": "other", "seed": 2}
    )
    assert diff(scenario, changed) == {
        "seed": (1, 2),
        "app.refresh.limit": (20, 21),
        "population.filtered": ([3, 2, 2, 1, 1, 1, 1, 1], [4]),
    }
    assert diff(scenario, scenario) == {}
