"""What a deployment does to a run, on both engines alike (see tests/platform/compiled for that)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Result, simulate
from sim.scenario import Scenario, ScenarioError, load_scenario, scenario_from
from tests.platform.compiled.difference import first_difference
from tests.platform.compiled.laws import broken_laws
from tests.platform.compiled.strategies import BASE, scenarios

SPIKE = load_scenario("scenarios/spike.yaml", ["bin=30s"], horizon="4m")


def run(scenario: Scenario = SPIKE, **deployments: Any) -> Result:
    return simulate(scenario.with_(deployments=deployments))


def modelled(result: Result) -> list[int]:
    uses = [use.per_bin for use in result.by_function.values() if "flow" not in use.by_trigger]
    return [sum(calls) for calls in zip(*uses, strict=True)]


def organic(result: Result) -> list[int]:
    uses = [use.per_bin for use in result.by_function.values() if "flow" in use.by_trigger]
    return [sum(calls) for calls in zip(*uses, strict=True)]


@given(scenarios(), st.floats(0, 1.2))
@settings(max_examples=25)
def test_a_deployment_that_changes_nothing_changes_no_byte_but_the_hash(
    drawn: dict[str, Any], share: float
) -> None:
    scenario = scenario_from({**drawn, "deployments": {}})
    at = f"{round(scenario.horizon * share)}us"
    same = simulate(scenario.with_(deployments={"same": {"at": at, "change": {}}}))
    plain = simulate(scenario)
    assert first_difference(plain, same, skip=("scenario",)) is None
    assert plain.scenario.hash != same.scenario.hash


def test_a_run_is_the_same_up_to_a_deployment_and_another_after_it() -> None:
    fixed, plain = run(fix={"at": "2m", "change": {"revision": "fixed"}}), run()
    assert modelled(fixed)[:4] == modelled(plain)[:4]
    assert all(a < b / 10 for a, b in zip(modelled(fixed)[5:], modelled(plain)[5:], strict=True))


def test_deployed_at_the_start_the_fix_is_the_fixed_scenario() -> None:
    # But for the weekly backfill, which the buggy revision deploys and which then never runs.
    at_start = run(fix={"at": 0, "change": {"revision": "fixed"}})
    assert at_start.crons.pop("backfill-legacy-setlists").runs == 0
    fixed = simulate(SPIKE.with_(revision="fixed"))
    assert first_difference(at_start, fixed, skip=("scenario",)) is None


def test_a_pause_refuses_visitors_skips_crons_and_lets_jobs_queue() -> None:
    scenario = SPIKE.with_(**{"app.refresh.every": "20s"})
    paused = run(
        scenario, stop={"at": "1m", "action": "pause"}, go={"at": "2m", "action": "resume"}
    )
    assert organic(paused)[2:4] == [0, 0]
    assert min(organic(paused)[:2] + organic(paused)[4:]) > 0
    assert paused.crons["refresh-auto-setlists"].skipped == 3
    assert modelled(paused)[3] == 0, "what was running has ended by then"
    assert paused.scheduler.backlog_per_bin[3] > 0
    assert modelled(paused)[4] > 0


def test_a_cleared_queue_is_dropped_and_nothing_else_is() -> None:
    result = run(clear={"at": "10s", "action": "clear-queue"})
    jobs = result.scheduler
    assert jobs.dropped > 100
    assert jobs.created == jobs.executed + jobs.pending + jobs.dropped


@pytest.mark.parametrize("horizon", ["1m", "2m"])
def test_an_alert_sees_the_calls_fall(horizon: str) -> None:
    scenario = SPIKE.with_(
        horizon=horizon,
        alerts={"calls": {"metric": "calls", "above": 1, "window": "10s", "every": "1s"}},
    )
    plain, paused = run(scenario), run(scenario, stop={"at": "30s", "action": "pause"})
    assert plain.alerts[0].firings == paused.alerts[0].firings == 1
    assert paused.calls.total < plain.calls.total


@given(scenarios())
@settings(max_examples=25)
def test_the_laws_hold_whatever_is_deployed(drawn: dict[str, Any]) -> None:
    done = {
        f"{number}": {"at": f"{number}ms", "action": action}
        for number, action in enumerate(("clear-queue", "pause", "clear-queue", "resume"))
    }
    scenario = scenario_from({**drawn, "deployments": done})
    assert broken_laws(scenario, simulate(scenario)) == []


def test_a_later_fix_costs_more_calls() -> None:
    small = scenario_from({**BASE, "revision": "buggy", "horizon": "1m", "bin": "20s"})
    totals = [
        run(small, fix={"at": f"{at}s", "change": {"revision": "fixed"}}).calls.total
        for at in (0, 15, 30, 60)
    ]
    assert all(earlier <= later for earlier, later in pairwise(totals))
    assert totals[0] < totals[-1]


def _requests_of(result: Result) -> int:
    return result.external.requests - result.external.rejected


def test_an_api_that_grants_more_answers_more_from_then_on() -> None:
    tight = SPIKE.with_(**{"external.rate_limit": 30})
    plain, more = run(tight), run(
        tight, more={"at": "2m", "change": {"external.rate_limit": 400}}
    )  # fmt: skip
    at_the_end = run(tight, more={"at": "4m", "change": {"external.rate_limit": 400}})
    assert _requests_of(more) > 2 * _requests_of(plain)
    assert first_difference(plain, at_the_end, skip=("scenario",)) is None


def test_an_api_can_begin_to_fail_and_recover() -> None:
    broken = run(
        down={"at": "1m", "change": {"external": {"error_rate": 1}}},
        up={"at": "2m", "change": {"external": {"error_rate": 0}}},
    )
    plain = run(SPIKE.with_(**{"external.error_rate": 0}))
    assert plain.external.errors == 0
    assert 0 < broken.external.errors < broken.external.requests


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"external": {"rate_window": "1m"}}, "external.rate_window: cannot change while a"),
        ({"external": {"rate_limits": 3}}, "did you mean 'rate_limit'?"),
        ({"external": {"rate_limit": -1}}, "change.external.rate_limit"),
        ({"external": 3}, "change.external: expected a mapping of keys, not 3"),
        ({"externals": {}}, "did you mean 'external'?"),
    ],
)
def test_what_cannot_change_of_the_api_is_one_clear_error(change: Any, says: str) -> None:
    with pytest.raises(ScenarioError) as error:
        SPIKE.with_(deployments={"api": {"at": "1m", "change": change}})
    assert says in str(error.value)


def test_a_change_of_the_api_is_part_of_the_hash_and_loads_again() -> None:
    changes = [{"external": {"rate_limit": limit}} for limit in (100, 200)]
    found = [SPIKE.with_(deployments={"api": {"at": "1m", "change": each}}) for each in changes]
    assert len({SPIKE.hash, *(each.hash for each in found)}) == 3
    assert scenario_from(found[0].resolved()) == found[0]
