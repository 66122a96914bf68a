"""The guards: truth tables by revision, and the rules they promise."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import guards
from sim.guards import (
    BEFORE,
    BUGGY,
    FIXED,
    HARDENED,
    HOUR_MS,
    NO_ROW,
    GenerateDecision,
    GeneratePolicy,
    SyncDecision,
    SyncPolicy,
    SyncStatus,
    SyncStatusPatch,
    apply_patch,
    breaker_after,
    decide_catalog_sync,
    decide_setlist,
    needs_seeding,
    on_finish,
    on_scheduled,
    on_start,
    setlist_size,
)

NOW = 1_762_560_000_000
MINUTE_MS = 60_000
ADMITTED, RECENT, ATTEMPTED = (
    SyncDecision.SYNC_WINDOW_PASSED,
    SyncDecision.SKIP_RECENTLY_SYNCED,
    SyncDecision.SKIP_RECENTLY_ATTEMPTED,
)
BYPASS, LOCKED = SyncDecision.SYNC_WITHOUT_SONGS, SyncDecision.SKIP_IN_PROGRESS


def decide(policy: SyncPolicy, *, songs: bool = False, synced: int = 0, attempted: int = 0,
           status: SyncStatus = SyncStatus.UNSET) -> SyncDecision:  # fmt: skip
    """The decision for ages in milliseconds; 0 is unset."""
    return decide_catalog_sync(
        NOW, songs, NOW - synced if synced else 0, NOW - attempted if attempted else 0, status,
        0, 0, policy,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("synced", "attempted", "before", "buggy_songs", "buggy_none", "fixed"),
    [
        # ages                          before    with songs  without  fixed
        (0, 0, ADMITTED, ADMITTED, BYPASS, ADMITTED),
        (MINUTE_MS, 0, RECENT, RECENT, BYPASS, RECENT),
        (HOUR_MS - 1, 0, RECENT, RECENT, BYPASS, RECENT),
        (HOUR_MS, 0, ADMITTED, ADMITTED, BYPASS, RECENT),
        (24 * HOUR_MS - 1, 0, ADMITTED, ADMITTED, BYPASS, RECENT),
        (24 * HOUR_MS, 0, ADMITTED, ADMITTED, BYPASS, ADMITTED),
        (0, MINUTE_MS, ADMITTED, ADMITTED, BYPASS, ATTEMPTED),
        (0, 24 * HOUR_MS, ADMITTED, ADMITTED, BYPASS, ADMITTED),
        (48 * HOUR_MS, 5_000, ADMITTED, ADMITTED, BYPASS, ATTEMPTED),
        (MINUTE_MS, MINUTE_MS, RECENT, RECENT, BYPASS, RECENT),
    ],
)
def test_the_guard_by_revision(
    synced: int, attempted: int, before: SyncDecision, buggy_songs: SyncDecision,
    buggy_none: SyncDecision, fixed: SyncDecision,
) -> None:  # fmt: skip
    ages = {"synced": synced, "attempted": attempted}
    assert decide(BEFORE, songs=False, **ages) is decide(BEFORE, songs=True, **ages) is before
    assert decide(BUGGY, songs=True, **ages) is buggy_songs
    assert decide(BUGGY, songs=False, **ages) is buggy_none
    assert decide(FIXED, songs=False, **ages) is decide(FIXED, songs=True, **ages) is fixed
    assert decide(HARDENED, **ages) is fixed


@pytest.mark.parametrize("status", list(SyncStatus))
def test_only_hardened_locks_on_the_status(status: SyncStatus) -> None:
    locks = status in (SyncStatus.PENDING, SyncStatus.SYNCING)
    assert decide(HARDENED, status=status) is (LOCKED if locks else ADMITTED)
    assert decide(FIXED, status=status) is ADMITTED


@pytest.mark.parametrize(
    ("failures", "age", "opens"),
    [(2, 0, False), (3, 0, True), (4, 72 * HOUR_MS - 1, True), (3, 72 * HOUR_MS, False)],
)
def test_the_breaker_opens_after_three_errors_for_72_hours(
    failures: int, age: int, opens: bool
) -> None:
    decision = decide_catalog_sync(NOW, False, 0, 0, 0, failures, NOW - age, HARDENED)
    assert (decision is SyncDecision.SKIP_BREAKER_OPEN) == opens
    assert decide_catalog_sync(NOW, False, 0, 0, 0, failures, NOW - age, FIXED).admits


def test_every_decision_says_why() -> None:
    for decision in (*SyncDecision, *GenerateDecision):
        assert decision.reason
    assert {d for d in SyncDecision if d.admits} == {ADMITTED, BYPASS}


@pytest.mark.parametrize("policy", [BEFORE, FIXED, HARDENED])
def test_a_timestamp_in_the_future_counts_as_recent(policy: SyncPolicy) -> None:
    assert decide_catalog_sync(NOW, True, NOW + HOUR_MS, 0, 0, 0, 0, policy) is RECENT


@pytest.mark.parametrize("policy", [BEFORE, BUGGY, FIXED, HARDENED])
@pytest.mark.parametrize("songs", [False, True])
def test_a_missing_timestamp_and_a_zero_one_are_the_same(policy: SyncPolicy, songs: bool) -> None:
    zero = decide_catalog_sync(NOW, songs, 0, 0, 0, 3, 0, policy)
    missing = decide_catalog_sync(NOW, songs, None, None, 0, 3, None, policy)
    assert zero is missing
    assert zero.admits


@pytest.mark.parametrize(
    ("songs", "setlist", "age", "plain", "placeholder", "tracked", "fixed"),
    [
        # songs, setlist, age of the attempt → no switch, placeholder, track_attempts, both
        (9, 5, 0, "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING"),
        (0, 5, 0, "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING"),
        (9, NO_ROW, 0, "FILL", "FILL", "FILL", "FILL"),
        (1, 0, 0, "FILL", "FILL", "FILL", "FILL"),
        (0, NO_ROW, 0, "SYNC_ONLY", "SYNC_AND_PLACEHOLDER", "SYNC_ONLY", "SYNC_AND_PLACEHOLDER"),
        (0, NO_ROW, 1, "SYNC_ONLY", "SYNC_AND_PLACEHOLDER", "RETURN_NULL", "PLACEHOLDER_ONLY"),
        (0, 0, 24 * HOUR_MS - 1, "SYNC_ONLY", "SYNC_AND_PLACEHOLDER", "RETURN_NULL",
         "PLACEHOLDER_ONLY"),
        (0, 0, 24 * HOUR_MS, "SYNC_ONLY", "SYNC_AND_PLACEHOLDER", "SYNC_ONLY",
         "SYNC_AND_PLACEHOLDER"),
    ],
)  # fmt: skip
def test_what_generation_does_under_either_switch(
    songs: int, setlist: int, age: int, plain: str, placeholder: str, tracked: str, fixed: str
) -> None:
    attempted = NOW - age if age else 0
    for expected, policy in (
        (plain, GeneratePolicy()),
        (placeholder, GeneratePolicy(placeholder=True)),
        (tracked, GeneratePolicy(track_attempts=True)),
        (fixed, GeneratePolicy(placeholder=True, track_attempts=True)),
    ):
        assert decide_setlist(NOW, songs, setlist, attempted, policy).name == expected


def test_generation_names_its_effects() -> None:
    assert {d.name for d in GenerateDecision if d.schedules_sync} == {
        "SYNC_ONLY", "SYNC_AND_PLACEHOLDER",
    }  # fmt: skip
    assert {d.name for d in GenerateDecision if d.writes_placeholder} == {
        "PLACEHOLDER_ONLY", "SYNC_AND_PLACEHOLDER",
    }  # fmt: skip


def test_a_setlist_has_at_most_five_songs_and_is_seeded_until_then() -> None:
    assert [setlist_size(n) for n in (1, 4, 5, 300)] == [1, 4, 5, 5]
    assert [needs_seeding(n) for n in (NO_ROW, 0, 4, 5)] == [True, True, True, False]


def test_update_sync_status_writes_only_what_it_is_given() -> None:
    assert apply_patch(on_scheduled(NOW), 7, SyncStatus.UNSET) == (NOW, SyncStatus.PENDING)
    assert apply_patch(on_start(NOW), 7, SyncStatus.PENDING) == (NOW, SyncStatus.SYNCING)
    assert apply_patch(on_finish(12), 7, SyncStatus.SYNCING) == (7, SyncStatus.COMPLETED)
    assert apply_patch(on_finish(0), 7, SyncStatus.SYNCING) == (7, SyncStatus.FAILED)
    assert apply_patch(SyncStatusPatch(None, None), 7, SyncStatus.NEVER) == (7, SyncStatus.NEVER)


def test_the_fix_blocks_the_sync_it_schedules() -> None:
    """autoGenerateSetlist stamps the attempt; five seconds later the sync's guard reads it."""
    decision = decide_setlist(NOW, 0, NO_ROW, 0, GeneratePolicy(True, True))
    assert decision.schedules_sync
    attempted, status = apply_patch(on_scheduled(NOW), 0, SyncStatus.UNSET)
    for policy, expected in ((FIXED, ATTEMPTED), (HARDENED, LOCKED)):
        later = decide_catalog_sync(NOW + 5_000, False, 0, attempted, status, 0, 0, policy)
        assert later is expected


def test_only_errors_in_a_row_count_for_the_breaker() -> None:
    assert breaker_after(True, 2, 5, NOW) == (3, NOW)
    assert breaker_after(False, 2, 5, NOW) == (0, 5)


@given(gaps=st.lists(st.integers(1, 30 * HOUR_MS), max_size=60))
def test_the_24_hour_guard_never_admits_two_failed_syncs_within_a_window(gaps: list[int]) -> None:
    now, attempted, status = NOW, 0, SyncStatus.UNSET
    admitted: list[int] = []
    for gap in gaps:
        now += gap
        if decide_catalog_sync(now, False, 0, attempted, status, 0, 0, FIXED).admits:
            admitted.append(now)
            attempted, status = apply_patch(on_start(now), attempted, status)
            attempted, status = apply_patch(on_finish(0), attempted, status)
    assert all(b - a >= FIXED.window_ms for a, b in itertools.pairwise(admitted))


@given(
    now=st.integers(0, 2**43), songs=st.booleans(), synced=st.none() | st.integers(0, 2**43),
    attempted=st.none() | st.integers(0, 2**43), status=st.sampled_from(SyncStatus),
    failures=st.integers(0, 9), failed=st.none() | st.integers(0, 2**43),
    policy=st.sampled_from([BEFORE, BUGGY, FIXED, HARDENED]), shift=st.integers(1, 2**40),
)  # fmt: skip
def test_a_decision_depends_on_ages_only(
    now: int, songs: bool, synced: int | None, attempted: int | None, status: SyncStatus,
    failures: int, failed: int | None, policy: SyncPolicy, shift: int,
) -> None:  # fmt: skip
    def later(at: int | None) -> int | None:
        return at + shift if at else at

    first = decide_catalog_sync(now, songs, synced, attempted, status, failures, failed, policy)
    moved = decide_catalog_sync(
        now + shift, songs, later(synced), later(attempted), status, failures, later(failed), policy
    )
    assert first is moved


def test_the_guards_import_nothing_but_the_standard_library() -> None:
    source = Path(guards.__file__)
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source.read_text()))
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported <= set(sys.stdlib_module_names)
    alone = "import runpy, sys; runpy.run_path(sys.argv[1]); assert 'simpy' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-c", alone, str(source)], check=True)
