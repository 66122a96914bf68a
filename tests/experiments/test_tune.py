"""The front of settings that nothing surely beats."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiments import tune
from sim.experiments.tune import _beaten_by
from sim.report import to_markdown, tune_report
from sim.scenario import ScenarioError, load_scenario
from tests.command import sim

SMALL = load_scenario("scenarios/fixed.yaml", horizon="10m")


def test_a_batch_that_answers_more_shows_costs_more_and_both_stay() -> None:
    found = tune(SMALL, {"app.refresh.limit": [1, 40]},
                 ("outcomes.shows_without_setlist", "jobs_created"), replications=3,
                 workers=1)  # fmt: skip
    assert [each.settings["app.refresh.limit"] for each in found.front] == [40, 1]
    assert all(each.beaten_by is None for each in found.candidates)


def test_a_setting_that_only_costs_is_beaten_and_says_by_which() -> None:
    found = tune(SMALL, {"traffic.organic.rate": ["4M/day", "5M/day"]}, ("calls",), workers=1)
    assert [each.beaten_by for each in found.candidates] == [None, 0]


def test_settings_that_change_nothing_are_all_on_the_front() -> None:
    found = tune(SMALL, {"app.sync.guard_window": ["23h", "24h"]}, ("calls",), workers=1)
    assert len(found.front) == 2


def test_budgets_that_a_setting_breaks_are_named() -> None:
    scenario = SMALL.with_(**{"budgets.calls": {"metric": "calls", "per": "day", "max": "4.4M"}})
    found = tune(scenario, {"traffic.organic.rate": ["4M/day", "5M/day"]}, workers=1)
    assert [each.broken for each in found.candidates] == [(), ("calls",)]


@given(
    values=st.lists(
        st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=2),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_the_front_is_never_empty_and_nothing_beats_itself(values: list[list[list[int]]]) -> None:
    rows = [{"a": [float(x) for x in a], "b": [float(x) for x in b]} for a, b in values]
    beaten = [_beaten_by(place, rows) for place in range(len(rows))]
    assert None in beaten
    assert all(by != place for place, by in enumerate(beaten))


def test_what_is_maximised_is_better_the_more_of_it_there_is() -> None:
    limits = {"app.refresh.limit": [1, 40]}
    found = tune(SMALL, limits, maximise=("jobs_created",), replications=3, workers=1)
    assert [each.settings["app.refresh.limit"] for each in found.front] == [40]
    both = tune(SMALL, limits, ("calls",), maximise=("jobs_created",), replications=3, workers=1)
    assert both.objectives == ("calls", "jobs_created")
    assert [each.settings["app.refresh.limit"] for each in both.front] == [1, 40]
    assert both.to_dict()["maximised"] == ["jobs_created"]
    assert "Higher is better for jobs created" in to_markdown(tune_report(both))
    with pytest.raises(ScenarioError, match="calls: is maximised as well: choose one"):
        tune(SMALL, limits, ("calls",), maximise=("calls",), workers=1)


def test_an_unknown_objective_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'conflicts'"):
        tune(SMALL, {"app.refresh.limit": [1]}, ("conflict",))
    with pytest.raises(ScenarioError) as caught:
        tune(SMALL, {"app.refresh.limit": [1]}, ("outcomes.setlist_filled",))
    assert str(caught.value).startswith(
        "--minimise outcomes.setlist_filled: unknown outcome 'outcomes.setlist_filled'; allowed: "
    )
    assert "did you mean 'outcomes.setlists_filled'" in str(caught.value)


def test_a_budget_on_an_outcome_that_is_not_counted_is_refused() -> None:
    scenario = SMALL.with_(**{"budgets.a": {"metric": "outcomes.typo", "max": 3}})
    with pytest.raises(ScenarioError, match="unknown outcome 'typo'"):
        tune(scenario, {"app.refresh.limit": [1]}, ("calls",))


def test_an_app_of_ones_own_is_tuned_for_what_it_names(tmp_path: Path) -> None:
    source = Path("scenarios/monitor_app.py").read_text()
    (tmp_path / "x.yaml").write_text("app: own\nhorizon: 1m\ntraffic: {organic: {rate: 0}}\n")
    for added, objectives in (
        ("", ("calls", "conflicts")),
        ("OBJECTIVES = ['outcomes.chains', 'cost']", ("outcomes.chains", "cost")),
    ):
        (tmp_path / "own.py").write_text(f"{source}\n{added}\n")
        found = tune(tmp_path / "x.yaml", {"app.period": ["5s", "10s"]}, replications=1, workers=1)
        assert found.objectives == objectives
    (tmp_path / "own.py").write_text(f"{source}\nOBJECTIVES = ['outcomes.typo']\n")
    with pytest.raises(ScenarioError, match="OBJECTIVES of the app own: unknown outcome"):
        tune(tmp_path / "x.yaml", {"app.period": ["5s"]}, workers=1)


def test_the_command_prints_the_front(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("tune", "scenarios/fixed.yaml", "--horizon", "10m", "--replications", "2",
            "--workers", "1", "--store", ":memory:")  # fmt: skip
    assert sim(*args, "--vary", "app.refresh.limit=10,40", "--minimise", "calls") == 0
    out = capsys.readouterr().out
    assert "fixed: 1 of 2 combinations of settings are on the front" in out
    assert sim(*args, "--vary", "app.refresh.limit=1,2", "--vary", "app.refresh.limit=3") == 2
    assert "a setting is varied twice" in capsys.readouterr().err
