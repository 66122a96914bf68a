"""What scripts and notebooks call: scenarios by their paths, and clear errors for what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.budgets import How
from sim.experiments import compare_replications, try_thresholds

SMALL = """
revision: fixed
horizon: 1m
budgets: [{id: calls, metric: calls, max: 1M}]
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """The path of a scenario that runs at once."""
    (tmp_path / "x.yaml").write_text(SMALL)
    return str(tmp_path / "x.yaml")


def test_scenarios_may_be_given_by_their_paths(path: str) -> None:
    loaded = sim.load_scenario(path)
    (result,) = sim.compare([path]).results
    for given in (loaded, iter([Path(path)])):
        (other,) = sim.compare(given).results
        assert other.outcomes == result.outcomes
    assert sim.check([path]).exit_code == sim.check(path, against=path).exit_code == 0
    assert sim.replications(path, 2).results[0].calls == result.calls
    assert try_thresholds(path, []).calls == result.calls.total
    assert len(compare_replications([path, path], 2).runs) == 2


@pytest.mark.parametrize("call", [sim.compare, sim.check, lambda given: sim.audit("x", given)])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "scenarios: there are none: give at least one scenario, or its path"),
        (None, "None: is neither a scenario nor the path of one"),
        ([3], "3: is neither a scenario nor the path of one"),
        (["no.yaml"], "no.yaml: there is no such file"),
        ("no.yaml", "no.yaml: there is no such file"),
    ],
)
def test_what_is_no_scenario_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Any, given: Any, message: str
) -> None:
    (tmp_path / "x").write_text("title: t\nclaims: [{id: a, quote: q, untestable: so}]\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sim.ScenarioError) as caught:
        call(given)
    assert str(caught.value) == message


def test_a_way_to_check_that_there_is_not_is_refused() -> None:
    with pytest.raises(sim.ScenarioError, match=r"unknown statistic 'men'; .* did you mean 'mean'"):
        How(statistic="men")  # type: ignore[arg-type]


def test_an_alert_on_what_is_not_counted_is_refused(path: str) -> None:
    alert = "{metric: calls, above: 1, window: 1h, every: 1m, select: {function: 'typo:*'}}"
    with pytest.raises(sim.ScenarioError, match=r"alerts.a.select.function: unknown function"):
        sim.run(path, f"alerts.a={alert}")


def test_mistakes_are_told_in_the_words_of_python() -> None:
    with pytest.raises(sim.ScenarioError, match=r"^horizon=6: horizon: expected a duration"):
        sim.run("shipped:fixed", horizon=6)  # type: ignore[arg-type]
    with pytest.raises(sim.ScenarioError, match=r"^app\.refresh\.limit=x: app\.refresh\.limit: "):
        sim.run("shipped:fixed", "app.refresh.limit=x")
    with pytest.raises(sim.ScenarioError, match=r"^vary app\.refresh\.limit: expected a list of "):
        sim.sweep("shipped:fixed", {"app.refresh.limit": 20})


def test_a_result_is_short_in_a_notebook_and_knows_near_names() -> None:
    result = sim.run("shipped:fixed", horizon="1m")
    total = f"{result.calls.total:,}"
    assert repr(result) == f"<Result of fixed: {total} calls in 60 s, seed 1>"
    with pytest.raises(KeyError, match="did you mean 'setlists_filled'"):
        result.outcomes["setlist_filled"]
    assert repr(sim.Scenario.load("shipped:fixed")) == "<Scenario fixed: setlist, 1d>"
