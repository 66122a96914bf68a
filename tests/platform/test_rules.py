"""The platform's decisions: at their boundaries, and asked by both engines."""

from __future__ import annotations

import ast
from inspect import getmembers, isfunction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.platform import rules
from sim.platform.rules import Limits
from sim.scenario import DAY, Platform

SHARED_CODE = {"ceilings", "next_due"}
"""Rules that the compiled engine is given the answers of, by code that both engines run."""
RULES = {name for name, rule in getmembers(rules, isfunction) if rule.__module__ == rules.__name__}


def names_used(*files: Path) -> set[str]:
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    return {
        node.func.id
        for tree in trees for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }  # fmt: skip


def test_both_engines_ask_every_rule() -> None:
    platform = Path("sim/platform")
    reference = names_used(platform / "external.py", *(platform / "reference").glob("*.py"))
    compiled = names_used(*(platform / "compiled").glob("*.py"))
    assert RULES - reference == set()
    assert RULES - compiled - SHARED_CODE == set()


def limits(**changed: int) -> Limits:
    return Limits.of(Platform())._replace(
        documents_read=100, documents_written=20, bytes_read=1000, time=500, per_document=10,
        call_depth=8, **changed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("documents", "writes", "read_bytes", "time"),
    [
        (10, 20, 1000, 0),
        (60, 20, 1000, 500),
        (61, 20, 1000, rules.TOO_LONG),
        (101, 0, 0, rules.TOO_MANY_DOCUMENTS),
        (10, 21, 0, rules.TOO_MANY_DOCUMENTS),
        (10, 20, 1001, rules.TOO_MANY_BYTES),
    ],
)
def test_a_large_transaction_takes_longer_until_it_breaks_a_limit(
    documents: int, writes: int, read_bytes: int, time: int
) -> None:
    assert rules.transaction_time(limits(), documents, writes, read_bytes) == time


@given(
    documents=st.integers(0, 200), writes=st.integers(0, 40), read_bytes=st.integers(0, 2000),
    most=st.integers(1, 30),
)  # fmt: skip
def test_what_is_small_breaks_no_limit_and_takes_no_longer(
    documents: int, writes: int, read_bytes: int, most: int
) -> None:
    platform = Platform.model_validate({"transactions": {
        "documents_read": most, "documents_written": most, "bytes_read": "1000B",
    }})  # fmt: skip
    asked = Limits.of(platform)
    if rules.is_small(asked, documents, writes > asked.few_writes, read_bytes):
        assert rules.transaction_time(asked, documents, writes, read_bytes) == 0


@pytest.mark.parametrize(
    ("scheduled", "buffered", "outstanding", "room"),
    [
        (4, 0, 9, rules.ROOM),
        (4, 1, 9, rules.SCHEDULER_IS_FULL),
        (0, 0, 10, rules.SCHEDULER_IS_FULL),
        (5, 0, 0, rules.FUNCTION_IS_FULL),
        (5, 5, 10, rules.FUNCTION_IS_FULL),
    ],
)
def test_a_job_needs_room_in_its_function_and_in_the_scheduler(
    scheduled: int, buffered: int, outstanding: int, room: int
) -> None:
    assert rules.room_for_job(scheduled, buffered, outstanding, 5, 10) == room


def test_what_a_small_transaction_may_have_needs_no_look_at_the_limits() -> None:
    asked = Limits.of(Platform())
    most = asked.bytes_read
    assert (asked.small_transaction, asked.few_writes) == (10, 10)
    assert rules.is_small(asked, 10, has_many_writes=False, read_bytes=most)
    assert not rules.is_small(asked, 11, has_many_writes=False, read_bytes=most)
    assert not rules.is_small(asked, 10, has_many_writes=True, read_bytes=most)
    assert not rules.is_small(asked, 10, has_many_writes=False, read_bytes=most + 1)


def test_the_most_that_a_transaction_may_have_is_not_too_much() -> None:
    assert rules.transaction_time(limits(), 100, 0, 0) == rules.TOO_LONG
    assert rules.transaction_time(limits()._replace(time=900), 100, 20, 1000) == 900
    assert not rules.query_reads_too_much(limits(), 1000)
    assert rules.query_reads_too_much(limits(), 1001)
    assert not rules.is_too_deep(limits(), 7)
    assert rules.is_too_deep(limits(), 8)


def test_an_answer_says_why_by_a_negative_number_of_its_own() -> None:
    for room, *refusals in (
        (rules.ROOM, rules.SCHEDULER_IS_FULL, rules.FUNCTION_IS_FULL),
        (0, rules.TOO_MANY_DOCUMENTS, rules.TOO_MANY_BYTES, rules.TOO_LONG),
    ):
        assert room == 0
        assert max(refusals) < 0
        assert len(set(refusals)) == len(refusals)


def test_what_never_comes_is_later_than_all_else_and_can_still_be_added_to() -> None:
    assert rules.NEVER > 1000 * 366 * DAY
    assert rules.NEVER + 1000 * 366 * DAY < 2**63  # the compiled engine has 64 bits


@given(running=st.integers(0, 4), waiting=st.integers(0, 3), paused=st.booleans())
def test_a_free_slot_goes_to_a_job_that_waits(running: int, waiting: int, paused: bool) -> None:
    starts = rules.starts_next(running, 4, waiting, paused)
    assert starts == (running < 4 and waiting > 0 and not paused)


@pytest.mark.parametrize(
    ("now", "over", "begins"), [(50, 100, 100), (100, 100, 100), (120, 100, 120)]
)
def test_a_pass_begins_at_once_unless_the_last_one_goes_on(
    now: int, over: int, begins: int
) -> None:
    assert rules.next_pass(now, over) == begins


@pytest.mark.parametrize(
    ("now", "begin"), [(50, 100), (49, rules.NO_PLACE), (100, 100), (120, 120)]
)
def test_a_call_waits_for_its_place_as_long_as_it_may(now: int, begin: int) -> None:
    assert rules.place_from(now, 100, 50) == begin


def test_who_makes_no_more_calls_than_there_are_places_waits_for_none() -> None:
    assert rules.nobody_waits(4, 4)
    assert not rules.nobody_waits(5, 4)


def test_a_job_is_not_due_before_its_commit_is_visible() -> None:
    assert rules.job_due(100, 50, 120) == 150
    assert rules.job_due(100, 10, 120) == 120
    assert rules.visible_from(100, 120) == rules.visible_from(120, 100) == 120


def test_a_backoff_doubles_with_each_failure_and_then_stays() -> None:
    kept = rules.ceilings(1, 1 << 40)
    waits = [kept[rules.ceiling_after(failures)] for failures in range(40)]
    assert waits == [1 << min(failures, 31) for failures in range(40)]


def test_retries_end_after_as_many_failures_as_are_allowed() -> None:
    assert [rules.gives_up(failures, 2) for failures in range(3)] == [False, False, True]
    assert not any(rules.gives_up(failures, rules.UNLIMITED) for failures in range(200))


def test_attempts_are_told_apart_up_to_the_deepest() -> None:
    assert [rules.depth(failures) for failures in (0, 63, 64, 65, 1000)] == [0, 63, 64, 64, 64]


def test_an_action_is_timed_out_after_its_deadline_and_metered_until_then() -> None:
    assert not rules.is_timed_out(100, 100)
    assert rules.is_timed_out(101, 100)
    assert [rules.metered_time(now, 40, 100) for now in (90, 100, 101)] == [50, 60, 60]
    assert [rules.metered_memory(512, time) for time in (999, 1000, 1999, 2000)] == [
        0, 512, 512, 1024,
    ]  # fmt: skip


@given(st.integers(0, 100), st.integers(0, 2**64 - 1))
def test_a_backoff_is_positive_and_below_its_ceiling(failures: int, luck: int) -> None:
    ceiling = rules.ceilings(10_000, 2_000_000)[rules.ceiling_after(failures)]
    assert ceiling == min(2_000_000, 10_000 << min(failures, 31))
    assert 1 <= rules.backoff(ceiling, luck) <= ceiling


@pytest.mark.parametrize(
    ("last", "every", "due"),
    [
        (rules.NOT_YET, 60, 100),
        (90, 60, 150),
        (10, 60, 100),
        (90, 0, rules.NEVER),
    ],
)
def test_a_cron_is_due_an_interval_after_it_was_due_last(last: int, every: int, due: int) -> None:
    assert rules.next_due(last, every, 100) == due


@given(st.lists(st.integers(0, 40), min_size=1, max_size=80), st.integers(1, 5))
def test_a_sliding_counter_never_admits_more_than_its_limit_in_a_fixed_window(
    gaps: list[int], limit: int
) -> None:
    window, start, current, previous, now = 100, 0, 0, 0, 0
    admitted: dict[int, int] = {}
    for gap in gaps:
        now += gap
        passed = rules.windows_passed(now, start, window)
        if passed:
            previous, current = rules.counted_before(passed, current), 0
            start += passed * window
        if rules.counter_has_room(now, start, window, limit, current, previous):
            current += 1
            admitted[start] = admitted.get(start, 0) + 1
    assert max(admitted.values()) <= limit


def test_only_the_window_just_before_counts() -> None:
    assert [rules.windows_passed(now, 100, 50) for now in (149, 150, 199, 200)] == [0, 1, 1, 2]
    assert [rules.counted_before(passed, 7) for passed in (1, 2, 3)] == [7, 0, 0]


def test_a_counter_has_room_while_its_estimate_is_below_the_limit() -> None:
    def has_room(current: int, now: int) -> bool:
        return rules.counter_has_room(now, 0, 100, 10, current, previous=10)

    assert not has_room(5, now=50)  # 5 + 10 × 50% are 10
    assert has_room(4, now=50)
    assert has_room(5, now=51)


def test_a_request_leaves_the_rolling_window_when_it_is_as_old_as_it() -> None:
    assert rules.has_left(100, 150, 50)
    assert not rules.has_left(101, 150, 50)
    assert rules.log_has_room(2, 3)
    assert not rules.log_has_room(3, 3)


def test_a_quota_is_used_up_when_it_is_reached_and_is_that_of_a_day() -> None:
    assert not rules.is_used_up(2, 3)
    assert rules.is_used_up(3, 3)
    assert [rules.day_of(now, DAY - 10) for now in (9, 10, DAY + 9, DAY + 10)] == [0, 1, 1, 2]


def test_an_outage_begins_at_its_begin_and_is_over_at_its_end() -> None:
    assert [rules.is_out(now, 10, 20) for now in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_cron_that_is_busy_or_disabled_skips() -> None:
    asked = [(False, False), (True, False), (False, True), (True, True)]
    assert [rules.skips(*each) for each in asked] == [False, True, True, True]


@pytest.mark.parametrize(
    ("refused", "now", "locked"), [(3, 100, True), (2, 100, False), (3, 99, False)]
)
def test_too_many_refusals_lock_the_app_out_once(refused: int, now: int, locked: bool) -> None:
    assert rules.locks_out(refused, 3, now, locked_until=100) == locked
