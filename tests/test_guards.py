"""The guards: truth tables by revision, and the rules they promise."""

from __future__ import annotations

import ast
import itertools
import math
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
    held_back_by,
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
BYPASS, LOCKED, OPEN = (
    SyncDecision.SYNC_WITHOUT_SONGS,
    SyncDecision.SKIP_IN_PROGRESS,
    SyncDecision.SKIP_BREAKER_OPEN,
)


def stamp(age: int | None) -> int | None:
    """The timestamp of that age; None is unset."""
    return None if age is None else NOW - age


def decide(policy: SyncPolicy, *, songs: bool, synced: int, attempted: int) -> SyncDecision:
    """The decision for ages in milliseconds; 0 is unset."""
    return decide_catalog_sync(
        NOW, songs, stamp(synced or None), stamp(attempted or None), SyncStatus.UNSET, 0, 0, policy
    )


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
    for policy, without, with_songs in (
        (BEFORE, before, before), (BUGGY, buggy_none, buggy_songs),
        (FIXED, fixed, fixed), (HARDENED, fixed, fixed),
    ):  # fmt: skip
        assert decide(policy, songs=False, synced=synced, attempted=attempted) is without
        assert decide(policy, songs=True, synced=synced, attempted=attempted) is with_songs


AGES = (None, -HOUR_MS, 0, HOUR_MS - 1, HOUR_MS, 24 * HOUR_MS - 1, 24 * HOUR_MS, 48 * HOUR_MS)
"""Ages of a timestamp: unset, in the future, now, and either side of both windows."""


@pytest.mark.parametrize("revision", ["before", "buggy", "fixed", "hardened"])
@pytest.mark.parametrize("songs", [False, True])
@pytest.mark.parametrize("status", list(SyncStatus))
def test_every_cell_of_the_guard_table(revision: str, songs: bool, status: SyncStatus) -> None:
    """The table of app.md (Guards) row by row, each row's conditions in order of precedence."""
    policy = {"before": BEFORE, "buggy": BUGGY, "fixed": FIXED, "hardened": HARDENED}[revision]
    for synced, attempted, opened in itertools.product(AGES, AGES, (False, True)):
        decision = decide_catalog_sync(
            NOW, songs, stamp(synced), stamp(attempted), status,
            3 if opened else 2, NOW - HOUR_MS, policy,
        )  # fmt: skip
        old = math.inf if synced is None else synced
        tried = math.inf if attempted is None else attempted
        within_day = [(old < 24 * HOUR_MS, RECENT), (tried < 24 * HOUR_MS, ATTEMPTED)]
        in_progress = status in (SyncStatus.PENDING, SyncStatus.SYNCING)
        skips = {
            "before": [(old < HOUR_MS, RECENT)],
            "buggy": [(songs and old < HOUR_MS, RECENT)],
            "fixed": within_day,
            "hardened": [(opened, OPEN), (in_progress, LOCKED), *within_day],
        }[revision]
        otherwise = BYPASS if revision == "buggy" and not songs else ADMITTED
        assert decision is next((skip for holds, skip in skips if holds), otherwise)


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


@pytest.mark.parametrize(
    ("policy", "synced", "attempted", "status", "expected"),
    [
        # ages                                                   lastSynced, the attempt
        (BEFORE, HOUR_MS - 1, 0, SyncStatus.UNSET, (True, False)),
        (BEFORE, HOUR_MS, 0, SyncStatus.UNSET, (False, False)),
        (BEFORE, None, 0, SyncStatus.SYNCING, (False, False)),  # it looks at neither attempt field
        (FIXED, 24 * HOUR_MS - 1, 24 * HOUR_MS, SyncStatus.PENDING, (True, False)),
        (FIXED, 24 * HOUR_MS, 24 * HOUR_MS - 1, SyncStatus.PENDING, (False, True)),
        (FIXED, 0, 0, SyncStatus.UNSET, (True, True)),
        (FIXED, None, None, SyncStatus.SYNCING, (False, False)),
        (HARDENED, None, None, SyncStatus.PENDING, (False, True)),
        (HARDENED, None, None, SyncStatus.SYNCING, (False, True)),
        (HARDENED, None, None, SyncStatus.COMPLETED, (False, False)),
        (HARDENED, 5, None, SyncStatus.SYNCING, (True, True)),
        (HARDENED, 48 * HOUR_MS, 5, SyncStatus.FAILED, (False, True)),
    ],
)
def test_a_refused_sync_is_held_back_by_each_field_that_alone_would_do(
    policy: SyncPolicy, synced: int | None, attempted: int | None, status: SyncStatus,
    expected: tuple[bool, bool],
) -> None:  # fmt: skip
    assert held_back_by(NOW, stamp(synced), stamp(attempted), status, policy) == expected


@given(
    st.sampled_from(AGES),
    st.sampled_from(AGES),
    st.sampled_from(SyncStatus),
    st.builds(
        SyncPolicy, window_ms=st.sampled_from([HOUR_MS, 24 * HOUR_MS]),
        bypass_without_songs=st.booleans(), track_attempts=st.booleans(), status_lock=st.booleans(),
    ),
    st.booleans(),
)  # fmt: skip
def test_what_holds_a_sync_back_is_what_still_does_when_the_other_field_is_cleared(
    synced: int | None, attempted: int | None, status: SyncStatus, policy: SyncPolicy, songs: bool
) -> None:
    def refused(synced: int | None, attempted: int | None, status: SyncStatus) -> bool:
        at, tried = stamp(synced), stamp(attempted)
        return not decide_catalog_sync(NOW, songs, at, tried, status, 0, 0, policy).admits

    if not refused(synced, attempted, status):
        return
    found = held_back_by(NOW, stamp(synced), stamp(attempted), status, policy)
    alone = (refused(synced, None, SyncStatus.UNSET), refused(None, attempted, status))
    if policy.bypass_without_songs and not songs:
        assert found[1], "only the lock refuses where the bypass admits"
    else:
        assert found == alone


def test_windows_are_in_milliseconds() -> None:
    windows = [policy.window_ms for policy in (BEFORE, BUGGY, FIXED, HARDENED)]
    assert windows == [3_600_000, 3_600_000, 86_400_000, 86_400_000]


def test_every_decision_says_why() -> None:
    for decision in (*SyncDecision, *GenerateDecision):
        assert decision.reason
    assert {d for d in SyncDecision if d.admits} == {ADMITTED, BYPASS}
    assert all(d.admits == (d < OPEN) for d in SyncDecision)


def test_no_two_statuses_or_decisions_are_the_same() -> None:
    """Two names of one number would be one member to Python, and one answer to compiled code."""
    assert [status.name for status in SyncStatus] == [
        "UNSET", "NEVER", "PENDING", "SYNCING", "COMPLETED", "FAILED",
    ]  # fmt: skip
    assert (len(SyncDecision), len(GenerateDecision)) == (6, 6)
    assert SyncStatus(0) is SyncStatus.UNSET, "a row without the field"
    assert {d for d in SyncDecision if d.hangs_on_a_stamp} == {LOCKED, RECENT, ATTEMPTED}


def test_a_timestamp_in_the_future_counts_as_recent() -> None:
    """After a clock that went backwards, however far; `lastSynced` is in the table above."""
    for ahead in (1, 100 * HOUR_MS):
        tried = decide_catalog_sync(NOW, False, 0, NOW + ahead, 0, 0, 0, FIXED)
        assert tried is ATTEMPTED
        assert decide_catalog_sync(NOW, False, 0, 0, 0, 3, NOW + ahead, HARDENED) is OPEN
        both = GeneratePolicy(placeholder=True, track_attempts=True)
        generated = decide_setlist(NOW, 0, NO_ROW, NOW + ahead, both)
        assert generated is GenerateDecision.PLACEHOLDER_ONLY


def test_a_negative_timestamp_is_set_and_only_its_age_counts() -> None:
    """JavaScript takes every number but zero for true."""
    assert decide_catalog_sync(0, True, -1, 0, 0, 0, 0, BEFORE) is RECENT
    assert decide_catalog_sync(NOW, True, -1, 0, 0, 0, 0, BEFORE) is ADMITTED


@pytest.mark.parametrize("policy", [BEFORE, BUGGY, FIXED, HARDENED])
@pytest.mark.parametrize("songs", [False, True])
def test_a_missing_timestamp_and_a_zero_one_are_the_same(policy: SyncPolicy, songs: bool) -> None:
    for failures in (0, 3):
        zero = decide_catalog_sync(NOW, songs, 0, 0, 0, failures, 0, policy)
        missing = decide_catalog_sync(NOW, songs, None, None, 0, failures or None, None, policy)
        assert zero is missing
        assert zero.admits


@pytest.mark.parametrize("placeholder", [False, True])
@pytest.mark.parametrize("track_attempts", [False, True])
def test_an_attempt_never_made_is_missing_or_zero(placeholder: bool, track_attempts: bool) -> None:
    policy = GeneratePolicy(placeholder, track_attempts)
    zero = decide_setlist(NOW, 0, NO_ROW, 0, policy)
    assert decide_setlist(NOW, 0, NO_ROW, None, policy) is zero
    assert zero.schedules_sync


@pytest.mark.parametrize(
    ("songs", "setlist", "age", "plain", "placeholder", "tracked", "fixed"),
    [
        # songs, setlist, age of the attempt → no switch, placeholder, track_attempts, both
        (9, 5, 0, "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING"),
        (0, 5, 0, "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING"),
        (0, 1, 0, "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING", "RETURN_EXISTING"),
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


@pytest.mark.parametrize("tracks", [False, True])
@pytest.mark.parametrize("age", [0, 1, 48 * HOUR_MS])
def test_generation_that_never_syncs_only_leaves_a_placeholder(tracks: bool, age: int) -> None:
    for placeholder, expected in ((False, "NULL"), (True, "PLACEHOLDER")):
        policy = GeneratePolicy(placeholder, tracks, schedules_sync=False)
        decision = decide_setlist(NOW, 0, NO_ROW, NOW - age if age else 0, policy)
        assert decision.name == f"{expected}_WITHOUT_SYNC"
        assert decide_setlist(NOW, 3, 0, 0, policy) is GenerateDecision.FILL


def test_generation_names_its_effects() -> None:
    assert {d.name for d in GenerateDecision if d.schedules_sync} == {
        "SYNC_ONLY", "SYNC_AND_PLACEHOLDER",
    }  # fmt: skip
    assert {d.name for d in GenerateDecision if d.writes_placeholder} == {
        "PLACEHOLDER_ONLY", "SYNC_AND_PLACEHOLDER", "PLACEHOLDER_WITHOUT_SYNC",
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


DAY_MS = FIXED.window_ms
STEPS = st.sampled_from([0, 1, HOUR_MS, DAY_MS - 1, DAY_MS, DAY_MS + 1, -1, -HOUR_MS, -DAY_MS])


@pytest.mark.parametrize("policy", [FIXED, HARDENED])
@given(
    tries=st.lists(
        st.tuples(
            STEPS | st.integers(-30 * HOUR_MS, 30 * HOUR_MS),
            st.sampled_from(["empty", "not found", "thrown"]),
            st.sampled_from([False, False, False, True]),
        ),
        min_size=2,
        max_size=60,
    ),
)
def test_the_24_hour_guard_never_admits_two_failed_syncs_within_a_window(
    policy: SyncPolicy, tries: list[tuple[int, str, bool]]
) -> None:
    """However each sync fails, whoever generates in between, and whichever way the clock jumps.

    One sync after another, that is: the guard is a query and the mark a later mutation, so that two
    that overlap can both pass (app.md, step 3).
    """
    now, synced, attempted, status = NOW, 0, 0, SyncStatus.UNSET
    failures = last_failure = 0
    admitted: list[int] = []
    for step, outcome, generates in tries:
        now += step
        generated = decide_setlist(now, 0, NO_ROW, attempted, GeneratePolicy(True, True))
        if generates and generated.schedules_sync:
            attempted, status = apply_patch(on_scheduled(now), attempted, status)
        if not decide_catalog_sync(
            now, False, synced, attempted, status, failures, last_failure, policy
        ).admits:
            continue
        admitted.append(now)
        attempted, status = apply_patch(on_start(now), attempted, status)
        if outcome == "thrown":
            failures, last_failure = breaker_after(True, failures, last_failure, now)
        elif outcome == "empty":
            synced = now
            attempted, status = apply_patch(on_finish(0), attempted, status)
            failures, last_failure = breaker_after(False, failures, last_failure, now)
    assert all(b - a >= DAY_MS for a, b in itertools.pairwise(admitted))


def test_a_failed_sync_is_tried_again_once_the_window_has_passed() -> None:
    for policy in (FIXED, HARDENED):
        attempted, status = apply_patch(on_start(NOW), 0, SyncStatus.UNSET)
        attempted, status = apply_patch(on_finish(0), attempted, status)
        for age, expected in ((DAY_MS - 1, ATTEMPTED), (DAY_MS, ADMITTED)):
            again = decide_catalog_sync(NOW + age, False, 0, attempted, status, 0, 0, policy)
            assert again is expected


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


@given(
    now=st.integers(0, 2**43), songs=st.integers(0, 9), setlist=st.integers(NO_ROW, 9),
    attempted=st.none() | st.integers(0, 2**43), placeholder=st.booleans(), tracks=st.booleans(),
    shift=st.integers(1, 2**40),
)  # fmt: skip
def test_a_generation_depends_on_ages_only(
    now: int, songs: int, setlist: int, attempted: int | None, placeholder: bool, tracks: bool,
    shift: int,
) -> None:  # fmt: skip
    policy = GeneratePolicy(placeholder, tracks)
    later = attempted + shift if attempted else attempted
    first = decide_setlist(now, songs, setlist, attempted, policy)
    assert decide_setlist(now + shift, songs, setlist, later, policy) is first


def test_the_guards_import_neither_a_clock_nor_a_library() -> None:
    imported: set[str | None] = set()
    for node in ast.walk(ast.parse(Path(guards.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module if node.level == 0 else "the package")
    assert imported == {"__future__", "enum", "typing"}


def test_the_guards_load_without_the_rest() -> None:
    """By path, so that the package around the file is not imported either."""
    alone = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); "
        "print(*{'sim', 'simpy', 'pydantic', 'numpy'} & sys.modules.keys())"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", alone, guards.__file__],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert loaded.stdout.split() == []
