"""The third-party API alone: its rate windows, lock-outs, errors and latencies, by hand.

Both engines have it, so that comparing them says nothing about what is right.
"""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.platform.external import (
    FAILED,
    OK,
    RATE_LIMITED,
    External,
    SlidingCounter,
    SlidingLog,
    locked_out_us,
)
from sim.scenario import ExternalSettings as Settings
from sim.scenario import format_duration

Kind = Literal["counter", "log"]


def api(seed: int = 1, **settings: Any) -> External:
    """An API without errors, of constant latencies, unless told otherwise; times in µs."""
    given_settings = {
        "latency": "50ms", "rejected_latency": "20ms", "error_rate": 0, "rate_limit": 3,
        "rate_window": "100us", "rate_window_kind": "log", **settings,
    }  # fmt: skip
    return External(Settings.model_validate(given_settings), seed)


def statuses(external: External, *times: int) -> list[int]:
    """The statuses of limited requests at these times."""
    return [external.limited_request(now)[0] for now in times]


# -- the rolling window as a log ---------------------------------------------------------------


def test_a_log_admits_up_to_its_limit_and_again_when_the_first_is_a_window_old() -> None:
    log = SlidingLog(limit=2, window=100, phase=0)
    assert [log.admits(now) for now in (0, 10, 20, 99)] == [True, True, False, False]
    assert log.admits(100), "the request at 0 is exactly a window old"
    assert not log.admits(109), "those at 10 and 100 count"
    assert log.admits(110)


def test_a_log_does_not_count_what_it_refused() -> None:
    log = SlidingLog(limit=1, window=100, phase=0)
    assert [log.admits(now) for now in range(100)] == [True] + [False] * 99
    assert log.admits(100)


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 5), st.integers(1, 60))
def test_no_window_of_a_log_accepts_more_than_the_limit(
    gaps: list[int], limit: int, window: int
) -> None:
    log, now = SlidingLog(limit, window, phase=0), 0
    accepted: list[int] = []
    for gap in gaps:
        now += gap
        inside = [at for at in accepted if now - window < at]
        admitted = log.admits(now)
        assert admitted == (len(inside) < limit), "refused only if the window is full"
        accepted += [now] * admitted


# -- the rolling window as a counter -----------------------------------------------------------


def admitted_at(counter: SlidingCounter, now: int) -> int:
    """How many of many requests at one time are accepted."""
    return sum(counter.admits(now) for _ in range(50))


def test_a_counter_weighs_the_window_before_by_the_share_that_still_counts() -> None:
    counter = SlidingCounter(limit=10, window=100, phase=0)
    assert admitted_at(counter, 50) == 10
    # Accepted while what is left of the ten, and the new ones, are below ten.
    assert admitted_at(counter, 100) == 0, "10 are left"
    assert admitted_at(counter, 101) == 1, "9.9 are left"
    assert admitted_at(counter, 110) == 0, "9 are left, and 1 is new"
    assert admitted_at(counter, 111) == 1, "8.9 are left, and 1 is new"
    assert admitted_at(counter, 150) == 3, "5 are left, and 2 are new"
    assert admitted_at(counter, 199) == 5, "0.1 is left, and 5 are new"
    assert admitted_at(counter, 200) == 0, "of a window with ten"


def test_a_counter_forgets_a_window_when_a_whole_one_has_passed() -> None:
    counter = SlidingCounter(limit=10, window=100, phase=0)
    assert admitted_at(counter, 99) == 10
    assert admitted_at(counter, 200) == 10, "nothing was accepted from 100 to 199"
    assert admitted_at(counter, 1000) == 10


def test_the_windows_of_a_counter_begin_at_its_phase() -> None:
    counter = SlidingCounter(limit=4, window=100, phase=30)
    assert admitted_at(counter, 29) == 4
    assert admitted_at(counter, 30) == 0
    assert admitted_at(counter, 80) == 2, "half of the window that ended at 30 is left"


@pytest.mark.parametrize("kind", [SlidingCounter, SlidingLog])
def test_under_constant_demand_the_limit_is_the_rate(
    kind: type[SlidingCounter] | type[SlidingLog],
) -> None:
    window = kind(limit=10, window=100, phase=0)
    accepted = [now for now in range(5000) if window.admits(now)]
    assert [sum(begin <= at < begin + 100 for at in accepted) for begin in range(0, 5000, 100)] == (
        [10] * 50
    )


def test_statuses_are_those_of_http() -> None:
    assert (OK, RATE_LIMITED, FAILED) == (200, 429, 503)


# -- limited and unlimited requests ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["counter", "log"])
def test_exactly_the_limit_is_accepted_and_the_rest_is_answered_429(kind: Kind) -> None:
    external = api(rate_window_kind=kind, rate_window="1h")
    assert statuses(external, *[5] * 5) == [OK] * 3 + [RATE_LIMITED] * 2
    assert (external.requests, external.limited, external.rejected) == (5, 5, 2)


def test_a_refusal_comes_back_sooner_than_an_answer() -> None:
    external = api(rate_limit=1)
    assert external.limited_request(0) == (OK, 50_000)
    assert external.limited_request(1) == (RATE_LIMITED, 20_000)
    assert external.request(0) == (OK, 50_000)


def test_an_endpoint_without_a_limit_neither_fills_the_window_nor_is_refused() -> None:
    external = api(rate_limit=1)
    assert [external.request(0)[0] for _ in range(5)] == [OK] * 5
    assert statuses(external, 0, 0) == [OK, RATE_LIMITED]
    assert external.request(0)[0] == OK
    assert (external.requests, external.limited) == (8, 2)


def test_a_limit_of_zero_is_none_and_locks_nobody_out() -> None:
    external = api(rate_limit=0, lockout_after=1, lockout="1h")
    assert statuses(external, *range(50)) == [OK] * 50
    assert (external.rejected, external.lockouts) == (0, 0)


@pytest.mark.parametrize(("rate", "low", "high"), [(0, 0, 0), (1, 2000, 2000), (0.3, 500, 700)])
def test_a_share_of_the_accepted_requests_fails(rate: float, low: int, high: int) -> None:
    external = api(error_rate=rate, rate_limit=1000, rate_window="1h")
    found = statuses(external, *[0] * 1500) + [external.request(0)[0] for _ in range(1000)]
    assert found.count(RATE_LIMITED) == external.rejected == 500, "a refusal is no failure"
    assert found.count(FAILED) == external.errors
    assert low <= external.errors <= high  # 600 of 2,000 on average, 20 of standard deviation


# -- lock-outs ---------------------------------------------------------------------------------

LOCKING: dict[str, Any] = {"rate_limit": 1, "lockout_after": 3, "lockout": "1000us"}


def test_too_many_refusals_lock_the_app_out_for_so_long() -> None:
    external = api(**LOCKING)
    assert statuses(external, 0, 10, 20) == [OK, RATE_LIMITED, RATE_LIMITED]
    assert external.lockouts == 0
    assert statuses(external, 30) == [RATE_LIMITED]
    assert (external.lockouts, external.rejected_locked_out) == (1, 0)
    # The window has room from 100 on, but the lock-out ends 1,000 µs after 30.
    assert statuses(external, 500, 1029, 1030) == [RATE_LIMITED, RATE_LIMITED, OK]
    assert (external.rejected, external.rejected_locked_out, external.lockouts) == (5, 2, 1)


@pytest.mark.parametrize(("last", "lockouts"), [(109, 1), (110, 0), (111, 0)])
def test_only_refusals_within_one_window_count(last: int, lockouts: int) -> None:
    external = api(**LOCKING)
    assert statuses(external, 0, 10, 60, 100) == [OK, RATE_LIMITED, RATE_LIMITED, OK]
    assert statuses(external, last) == [RATE_LIMITED]
    assert external.lockouts == lockouts, "the one at 10 is a whole window old at 110"


def test_who_goes_on_while_locked_out_is_locked_out_again_at_the_next_refusal() -> None:
    def locked_until_1030() -> External:
        external = api(**LOCKING)
        statuses(external, 0, 10, 20, 30)
        return external

    quiet, stubborn = locked_until_1030(), locked_until_1030()
    assert statuses(quiet, 1030, 1031) == [OK, RATE_LIMITED]
    assert quiet.lockouts == 1
    statuses(stubborn, 1000, 1029)
    assert stubborn.lockouts == 1, "nobody is locked out twice at a time"
    assert statuses(stubborn, 1030, 1031) == [OK, RATE_LIMITED]
    assert stubborn.lockouts == 2
    assert statuses(stubborn, 2030, 2031) == [RATE_LIMITED, OK]


def test_a_lock_out_is_over_at_its_end() -> None:
    external = api(**{**LOCKING, "lockout_after": 1, "lockout": "50us"})
    assert statuses(external, 0, 10) == [OK, RATE_LIMITED]
    assert statuses(external, 60) == [RATE_LIMITED], "for the window, which is still full"
    assert (external.lockouts, external.rejected_locked_out) == (2, 0)


def test_without_a_number_of_refusals_there_is_no_lock_out() -> None:
    external = api(**{**LOCKING, "lockout_after": 0})
    assert statuses(external, *range(100)) == [OK] + [RATE_LIMITED] * 99
    assert statuses(external, 100) == [OK]
    assert external.lockouts == 0


@pytest.mark.parametrize(
    ("lockouts", "locked_until", "now", "expected"),
    [
        (0, 0, 5000, 0), (1, 1030, 30, 0), (1, 1030, 530, 500), (1, 1030, 1030, 1000),
        (1, 1030, 9999, 1000), (2, 2031, 2031, 2000), (2, 2031, 1531, 1500),
    ],
)  # fmt: skip
def test_the_time_locked_out_is_counted_up_to_now(
    lockouts: int, locked_until: int, now: int, expected: int
) -> None:
    assert locked_out_us(lockouts, 1000, locked_until, now) == expected


# -- draws -------------------------------------------------------------------------------------


def test_a_seed_decides_latencies_failures_and_where_windows_begin() -> None:
    settings: dict[str, Any] = {
        "latency": "25ms..120ms", "error_rate": 0.2, "rate_window": format_duration(1_000_000),
        "rate_window_kind": "counter", "rate_limit": 5,
    }  # fmt: skip

    def seen(seed: int) -> list[tuple[int, int]]:
        external = api(seed, **settings)
        return [external.limited_request(now) for now in range(0, 3_000_000, 100_000)]

    assert seen(1) == seen(1)
    assert len({tuple(seen(seed)) for seed in range(5)}) == 5
    accepted = {tuple(status == RATE_LIMITED for status, _ in seen(seed)) for seed in range(20)}
    assert len(accepted) > 1, "windows begin at different times"


def test_a_request_fails_if_its_draw_is_below_the_error_rate_and_not_at_it() -> None:
    half, never = api(error_rate=0.5), api(error_rate=0)
    half._luck, never._luck = iter([2**63 - 1, 2**63]), iter([0])
    assert [half.request(0)[0] for _ in range(2)] == [FAILED, OK]
    assert never.request(0)[0] == OK


# -- endpoints, quotas, others and outages -----------------------------------------------------


def test_an_endpoint_with_limits_of_its_own_leaves_those_of_the_api_alone() -> None:
    external = api(endpoints={"search": {"rate_limit": 1}})
    search, albums = external.endpoint("search"), external.endpoint("albums")
    assert albums is external
    assert statuses(search, 0, 1, 2) == [OK, RATE_LIMITED, RATE_LIMITED]
    assert statuses(albums, 3, 4, 5, 6) == [OK, OK, OK, RATE_LIMITED]
    assert (external.requests, external.limited, external.rejected) == (7, 7, 3)


def test_an_endpoint_without_limits_of_its_own_counts_against_those_of_the_api() -> None:
    external = api(endpoints={"search": {"latency": "7ms"}})
    search = external.endpoint("search")
    assert [search.limited_request(0), search.limited_request(1)] == [(OK, 7_000)] * 2
    assert external.limited_request(2) == (OK, 50_000)
    assert search.limited_request(3) == (RATE_LIMITED, 20_000)
    assert not search.covered


def test_an_endpoint_is_limited_by_what_it_gives_only() -> None:
    external = api(rate_limit=1, endpoints={"token": {"daily_quota": 5}})
    token = external.endpoint("token")
    assert token.covered, "also for requests that the app takes for unlimited ones"
    assert statuses(token, *range(7)) == [OK] * 5 + [RATE_LIMITED] * 2


def test_an_endpoints_lock_out_is_its_own() -> None:
    settings = {"rate_limit": 1, "lockout_after": 2, "lockout": "1ms"}
    external = api(endpoints={"search": settings})
    search = external.endpoint("search")
    assert statuses(search, 0, 1, 2, 3) == [OK, RATE_LIMITED, RATE_LIMITED, RATE_LIMITED]
    assert statuses(external, 4) == [OK]
    assert (external.lockouts, external.rejected_locked_out) == (1, 1)
    assert external.locked_out_us(502) == 500
    assert external.locked_out_us(9_999) == 1_000


def test_a_quota_begins_anew_at_midnight() -> None:
    day = 86_400_000_000
    settings = Settings.model_validate({"daily_quota": 2, "rate_limit": 0, "error_rate": 0})
    external = External(settings, 1, since_midnight=day - 10)
    assert statuses(external, 0, 5, 9) == [OK, OK, RATE_LIMITED]
    assert statuses(external, 10, 11, 12) == [OK, OK, RATE_LIMITED]
    assert statuses(external, day + 9, day + 10) == [RATE_LIMITED, OK]


def test_others_take_their_share_of_the_window_first() -> None:
    external = api(rate_limit=4, others=1)
    assert statuses(external, 0, 0, 0) == [OK, OK, RATE_LIMITED], "each brings one other along"
    quarter = api(rate_limit=4, others=0.25)
    assert statuses(quarter, *[0] * 5) == [OK, OK, OK, RATE_LIMITED, RATE_LIMITED]
    assert quarter.requests == 5, "the others' are not this deployment's"


def test_others_help_to_lock_the_app_out() -> None:
    external = api(rate_limit=1, lockout_after=4, lockout="1s", others=3)
    assert statuses(external, 0) == [RATE_LIMITED], "three others were first, two too many"
    assert external.lockouts == 0
    assert statuses(external, 1) == [RATE_LIMITED]
    assert external.lockouts == 1


def test_nothing_answers_during_an_outage_and_it_ends_on_time() -> None:
    external = api(outages=[
        {"since": "10us", "until": "20us"},
        {"since": "30us", "until": "40us", "endpoint": "search", "status": 429},
    ])  # fmt: skip
    search = external.endpoint("search")
    asked = [(at, external.request(at)[0], search.request(at)[0]) for at in (9, 10, 19, 20, 30, 40)]
    assert asked == [
        (9, OK, OK), (10, FAILED, FAILED), (19, FAILED, FAILED), (20, OK, OK),
        (30, OK, RATE_LIMITED), (40, OK, OK),
    ]  # fmt: skip
    assert (external.errors, external.rejected) == (4, 1)
