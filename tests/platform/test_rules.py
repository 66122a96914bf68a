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
from sim.scenario import Platform

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
        "documents_read": most, "documents_written": most, "bytes_read": 1000,
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


@given(running=st.integers(0, 4), waiting=st.integers(0, 3), paused=st.booleans())
def test_a_free_slot_goes_to_one_job_or_to_none(running: int, waiting: int, paused: bool) -> None:
    at_once = rules.starts_at_once(running, 4, waiting, paused)
    after_others = rules.starts_next(running, 4, waiting, paused)
    assert not (at_once and after_others)
    assert (at_once or after_others) == (running < 4 and not paused)


@pytest.mark.parametrize(
    ("now", "begin"), [(50, 100), (49, rules.NO_PLACE), (100, 100), (120, 120)]
)
def test_a_call_waits_for_its_place_as_long_as_it_may(now: int, begin: int) -> None:
    assert rules.place_from(now, 100, 50) == begin


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


@pytest.mark.parametrize(
    ("refused", "now", "locked"), [(3, 100, True), (2, 100, False), (3, 99, False)]
)
def test_too_many_refusals_lock_the_app_out_once(refused: int, now: int, locked: bool) -> None:
    assert rules.locks_out(refused, 3, now, locked_until=100) == locked
