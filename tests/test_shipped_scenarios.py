"""The shipped scenarios, as far as a test suite has time for; full scale is in tests/benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import check, simulate
from sim.causes import possible_loops
from sim.scenario import load_budgets, load_scenario

SCENARIOS = sorted(Path("scenarios").glob("*.yaml"))
GENERATE, UPDATE = "setlists:autoGenerateSetlist", "artists:updateSpotifyData"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_loads_and_says_what_it_is(path: Path) -> None:
    scenario = load_scenario(path)
    assert scenario.name == path.stem
    assert scenario.description
    assert "# Expected:" in path.read_text()


def test_spike_and_fixed_differ_in_the_revision_only() -> None:
    spike, fixed = load_scenario("scenarios/spike.yaml"), load_scenario("scenarios/fixed.yaml")
    assert spike.with_(revision="fixed") == fixed.with_(name=spike.name,
                                                        description=spike.description)  # fmt: skip


def test_normal_is_about_four_million_calls_a_day_and_nothing_loops() -> None:
    result = simulate(load_scenario("scenarios/normal.yaml"))
    assert 3.8e6 <= result.calls.per_day <= 4.4e6
    assert result.scheduler.final_backlog == 0
    assert result.scheduler.saturated_share < 0.01


def test_fixed_keeps_its_calls_and_syncs_nothing() -> None:
    result = simulate(load_scenario("scenarios/fixed.yaml"))
    assert 3.8e6 <= result.calls.per_day <= 4.4e6
    assert result.by_function[GENERATE].per_day < 1000
    own = [result.by_function[name] for name in (GENERATE, UPDATE) if name in result.by_function]
    assert sum(use.conflicts_retried + use.conflicts_failed for use in own) < 10
    assert result.outcomes["catalogs_synced"] == 0
    assert result.outcomes["setlists_placeholder"] > 0


@pytest.mark.parametrize(
    "harder", [(), ("platform.deployment_class=S256",), ("external.error_rate=0.02",),
               ("population.filtered=[24]", "external.rate_limit=200")],
)  # fmt: skip
def test_the_recommended_settings_fill_what_can_be_filled_within_the_calls(
    harder: tuple[str, ...],
) -> None:
    scenario = load_scenario("scenarios/recommended.yaml", harder)
    result = simulate(scenario)
    assert result.calls.per_day <= 4.4e6
    assert result.outcomes["fillable_shows_unfilled"] == 0
    assert result.outcomes["catalogs_synced"] > 0
    assert not result.bounds
    assert all(loop.closed_by for loop in possible_loops(scenario) if loop.kind == "call")


def test_the_recommended_settings_keep_the_checklist_of_the_report() -> None:
    checklist = load_budgets("scenarios/budgets/incident-checklist.yaml")
    judged = check([load_scenario("scenarios/recommended.yaml", below=[checklist])])
    assert judged.exit_code == 0
    assert len(judged.scenarios) == 1


def test_the_spike_runs_at_its_rate_within_the_first_hour() -> None:
    result = simulate(load_scenario("scenarios/spike.yaml", ["bin=15m"], horizon="1h"))
    last = sum(use.per_bin[-1] for use in result.by_function.values()) * 96
    assert 18.05e6 <= last <= 19.95e6
    assert 2.56e6 <= result.by_function[GENERATE].per_bin[-1] * 96 <= 3.84e6
    assert result.bounds[0].name == "scheduler slots"
    assert result.bounds[1].name == "API rate limit"


def test_the_manual_procedure_keeps_the_rate() -> None:
    result = simulate(load_scenario("scenarios/backfill-manual.yaml"))
    assert result.calls.per_day < 4.4e6
    assert result.by_function["setlists:refreshMissingAutoSetlists"].by_trigger["client"] == 10


def test_the_monitor_makes_27_calls_a_second_with_nobody_on_the_site() -> None:
    result = simulate(load_scenario("scenarios/monitor.yaml", horizon="1h"))
    assert result.calls.per_day / 86_400 == pytest.approx(27, rel=0.1)
    assert not any("flow" in use.by_trigger for use in result.by_function.values())
    cured = simulate(
        load_scenario("scenarios/monitor.yaml", ["app.already_running=0", "app.check_running=true"],
                      horizon="6h")
    )  # fmt: skip
    assert cured.outcomes["chains"] == 1
