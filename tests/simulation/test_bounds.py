"""What bound the rate: every limit that acted is said, with its share; what was refused is counted.

The shares are computed by hand: organic traffic of one call a second, and nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim import Result, simulate
from sim.report.findings import findings
from sim.result import Bound
from sim.scenario import overlay, scenario_from
from tests.platform.compiled.strategies import BASE

EVEN: dict[str, Any] = overlay(
    BASE,
    {
        "app": {"refresh": {"enabled": False}},
        "traffic": {"organic": {"rate": "1/s", "mutations": 0, "actions": 0}},
        "starts": "2025-11-08T12:00:00Z",
        "horizon": "13h",
        "bin": "1h",
        "platform": {"usage_limit_interval": "1m"},
    },
)
TO_MIDNIGHT_S = 12 * 3600


def run(**settings: Any) -> Result:
    return simulate(scenario_from(overlay(EVEN, settings)))


def limited(*limits: dict[str, Any], **settings: Any) -> Result:
    return run(**overlay({"platform": {"usage_limits": list(limits)}}, settings))


def only(result: Result) -> Bound:
    (bound,) = result.bounds
    return bound


def test_nothing_is_a_bound_where_no_limit_was_met() -> None:
    result = limited({"metric": "function_calls", "warn": 100})
    assert result.bounds == []
    assert (result.calls.refused, result.calls.total) == (0, 13 * 3600)


def test_a_usage_limit_that_disabled_the_deployment_is_a_bound_and_what_it_refused_is_counted() -> (
    None
):
    result = limited({"metric": "function_calls", "disable": 150})
    # Above 150 calls after 3 minutes; again 3 minutes after midnight, to the end at 1 o'clock.
    refused = (TO_MIDNIGHT_S - 180) + (3600 - 180)
    bound = only(result)
    assert (bound.name, bound.limit) == ("usage limit on function_calls", "150 calls a day")
    assert bound.share == pytest.approx(refused / (13 * 3600))
    assert bound.detail == "disabled the deployment first after 3 min, for 12.9 h in all"
    assert (result.calls.refused, result.calls.refused_organic) == (refused, refused)
    assert result.calls.total == 360
    assert [(e.threshold, e.at_s, e.until_s) for e in result.usage_limits] == [
        ("disable", 180, TO_MIDNIGHT_S), ("disable", TO_MIDNIGHT_S + 180, None),
    ]  # fmt: skip
    assert "46,440 calls were refused" in " ".join(findings(result))


def test_two_limits_on_one_thing_disable_for_the_time_that_they_cover_together() -> None:
    result = limited(
        {"metric": "function_calls", "disable": 150},
        {"metric": "function_calls", "disable": 50},
        {"metric": "function_calls", "window": "month", "disable": 10_000},
    )
    bound = only(result)  # after 60 calls the first one comes no more, and the month's never
    assert (bound.name, bound.limit) == ("usage limit on function_calls", "50 calls a day")
    assert bound.share == pytest.approx((13 * 3600 - 120) / (13 * 3600))


def test_limits_of_two_windows_are_two_bounds() -> None:
    result = limited(
        {"metric": "function_calls", "disable": 150},
        {"metric": "function_calls", "window": "month", "disable": 200},
    )
    # The month's count goes on after midnight: 180, and above 200 in the first minute.
    by_limit = {bound.limit: bound.share for bound in result.bounds}
    assert by_limit == {
        "150 calls a day": pytest.approx((TO_MIDNIGHT_S - 180) / (13 * 3600)),
        "200 calls a month": pytest.approx((3600 - 60) / (13 * 3600)),
    }


def test_a_limit_exceeded_in_the_last_moment_of_its_window_disables_nothing() -> None:
    result = limited({"metric": "function_calls", "disable": TO_MIDNIGHT_S - 1})
    assert [(e.at_s, e.until_s) for e in result.usage_limits] == [(TO_MIDNIGHT_S, TO_MIDNIGHT_S)]
    assert result.bounds == []
    assert result.calls.total == 13 * 3600


def test_what_a_pause_refuses_is_counted_and_no_slot_is_its_bound() -> None:
    result = simulate(
        scenario_from(
            overlay(BASE, {
                "horizon": "1h", "traffic": {"organic": {"rate": "1/s"}},
                "app": {"visitors": {"page_views": "8640/day"}, "refresh": {"every": "10m"}},
                "deployments": {"pause": {"at": "30m", "action": "pause"}},
            })
        )
    )  # fmt: skip
    assert result.calls.refused_organic == pytest.approx(1800, abs=3)
    views = result.calls.refused - result.calls.refused_organic
    assert 120 < views < 240, "a view every ten seconds asks for one page"
    cron = result.crons["refresh-auto-setlists"]
    assert (cron.skipped, cron.skipped_disabled) == (3, 3)
    assert "3 cron runs were skipped, because the deployment was paused" in " ".join(
        findings(result)
    )
    assert [bound.name for bound in result.bounds] == []


def test_jobs_that_queue_while_the_deployment_is_paused_wait_for_no_slot() -> None:
    settings = overlay(BASE, {
        "horizon": "2m", "bin": "30s", "revision": "buggy",
        "app": {"seeding": {"delays": []}, "refresh": {"stagger": "2s"}},
        "deployments": {"pause": {"at": "1s", "action": "pause"}},
    })  # fmt: skip
    paused = simulate(scenario_from(settings))
    assert paused.scheduler.final_backlog > 0
    assert paused.scheduler.saturated_share == 0
    resumed = simulate(
        scenario_from(overlay(settings, {
            "deployments": {"resume": {"at": "60s", "action": "resume"}},
            "platform": {"scheduler": {"parallelism": 1}},
        }))
    )  # fmt: skip
    # One slot has to work off what queued: for the last minute, and the first second.
    assert 0.5 < resumed.scheduler.saturated_share <= 61 / 120


def test_a_lock_out_of_the_api_is_said_apart_from_its_rate_limit() -> None:
    looping = overlay(BASE, {
        "revision": "buggy", "horizon": "10m",
        "population": {"shows": 4, "shows_without_setlist": 3, "artists_with_songs": 1,
                       "filtered": [3], "unknown": [], "importable": []},
        "external": {"rate_limit": 30, "rate_window": "30s", "error_rate": 0},
    })  # fmt: skip
    free = simulate(scenario_from(looping))
    locked = simulate(
        scenario_from(overlay(looping, {"external": {"lockout_after": 5, "lockout": "1h"}}))
    )
    assert free.external.lockouts == 0
    assert "API lock-out" not in {bound.name for bound in free.bounds}
    assert locked.external.lockouts == 1
    bounds = {bound.name: bound for bound in locked.bounds}
    rate, lockout = bounds["API rate limit"], bounds["API lock-out"]
    assert rate.limit == "30 requests in 30s"
    assert rate.detail.startswith("5 of ")
    assert lockout.limit == "1h after 5 refusals"
    assert lockout.detail.startswith("locked out once, for 9.96 min in all; ")
    assert locked.external.rejected == 5 + locked.external.rejected_locked_out
    assert 500 < locked.external.locked_out_s < 600


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"platform": {"scheduler": {"outstanding_cap": 2}}}, "outstanding-job cap"),
        ({"platform": {"scheduler": {"per_function_cap": 2}}}, "per-function job cap"),
        ({"platform": {"transactions": {"documents_read": 5}}}, "transaction limits"),
        ({"platform": {"actions": {"node_timeout": "5ms"}}}, "action time-out"),
        ({"platform": {"concurrency": {"call_depth": 0}}, "app": {"background": True}},
         "call depth"),
    ],
)  # fmt: skip
def test_a_limit_of_the_platform_that_was_met_is_a_bound_by_its_name(
    settings: dict[str, Any], name: str
) -> None:
    base = overlay(BASE, {"horizon": "1m", "bin": "30s", "revision": "buggy"})
    assert name not in {bound.name for bound in simulate(scenario_from(base)).bounds}
    met = {bound.name: bound for bound in simulate(scenario_from(overlay(base, settings))).bounds}
    assert name in met
    assert 0 < met[name].share <= 1
