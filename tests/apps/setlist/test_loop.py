"""The loop of each revision, traced on a world small enough to reason about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import Result
from tests.apps.setlist.conftest import Run

GENERATE = "setlists:autoGenerateSetlist"
SYNC = "spotify:syncArtistCatalog"
NO_LIMIT = {"rate_limit": 0, "error_rate": 0}


def calls(result: Result, name: str) -> int:
    use = result.by_function.get(name)
    return use.calls if use else 0


def check_conservation(result: Result) -> None:
    """The laws that hold at every moment of every run (design rule 5)."""
    scheduler = result.scheduler
    assert scheduler.created == scheduler.executed + scheduler.pending + scheduler.dropped
    assert scheduler.dropped == 0
    assert result.calls.total == sum(use.calls for use in result.by_function.values())
    assert result.calls.total == sum(result.calls.per_day_series)
    kinds = (result.calls.query, result.calls.mutation, result.calls.action)
    assert result.calls.total == sum(kinds)
    for use in result.by_function.values():
        assert use.calls == sum(use.by_caller.values()) == sum(use.by_trigger.values())
        assert use.calls == sum(use.per_bin)
        assert use.conflicts_retried + use.conflicts_failed <= use.calls
        assert use.conflicts_failed <= use.errors <= use.calls
    outcomes = result.outcomes
    assert outcomes["shows"] == (
        outcomes["setlists_filled"]
        + outcomes["setlists_placeholder"]
        + outcomes["shows_without_setlist"]
    )


@pytest.mark.parametrize("revision", ["before", "buggy", "fixed", "hardened"])
def test_the_conservation_laws_hold_in_every_revision(run: Run, revision: str) -> None:
    check_conservation(run(revision, app={"background": True, "visitors": {"imports": "40/day"}}))


@given(
    revision=st.sampled_from(["before", "buggy", "fixed", "hardened"]),
    seed=st.integers(0, 50),
    mode=st.sampled_from(["inline", "scheduled", "none"]),
    placeholder=st.booleans(),
    track=st.booleans(),
    bypass=st.booleans(),
    window=st.sampled_from(["0s", "1m", "1h"]),
    slots=st.integers(1, 12),
    rate_limit=st.sampled_from([0, 5, 200]),
    cap=st.sampled_from([6, 100, 10_000]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_conservation_laws_hold_whatever_the_settings(
    run: Run, revision: str, seed: int, mode: str, placeholder: bool, track: bool, bypass: bool,
    window: str, slots: int, rate_limit: int, cap: int,
) -> None:  # fmt: skip
    app: dict[str, Any] = {
        "cascade": {"mode": mode},
        "generate": {"placeholder": placeholder},
        "sync": {"track_attempts": track, "bypass_without_songs": bypass, "guard_window": window},
    }
    result = run(
        revision, seed=seed, horizon="90s", bin="20s", app=app,
        platform={"scheduler": {"parallelism": slots, "outstanding_cap": cap,
                                "per_function_cap": 5}},
        external={"rate_limit": rate_limit},
    )  # fmt: skip
    check_conservation(result)
    assert result.scheduler.pending <= cap


def test_before_the_first_pass_refreshes_last_synced_so_the_children_skip(run: Run) -> None:
    result = run("before", external=NO_LIMIT)
    outcomes = result.outcomes
    # filtered: 3 shows, unknown: 1, importable: 2 → each show's generation schedules a sync; the
    # first sync of an artist that the search finds sets lastSynced, and the rest are skipped.
    assert calls(result, SYNC) < 30
    assert outcomes["sync_skipped_by_guard"] > 0
    # Both of the importable artist's syncs may pass the guard: it is a query, not a lock.
    assert 1 <= outcomes["catalogs_synced"] <= 2
    assert outcomes["shows_without_setlist"] == 4, "all but the importable artist's shows"


def test_buggy_a_chain_of_one_show_never_dies_and_two_shows_explode(run: Run) -> None:
    world = {"unknown": [], "importable": [], "shows_without_setlist": 3}
    one = run("buggy", population={**world, "filtered": [1]}, external=NO_LIMIT, horizon="10m")
    two = run("buggy", population={**world, "filtered": [2]}, external=NO_LIMIT, horizon="10m")
    assert one.scheduler.peak_backlog <= 1
    assert calls(one, SYNC) > 300, "about a pass a second, all the time"
    assert two.scheduler.saturated_share > 0.9
    assert two.scheduler.final_backlog > 500
    assert one.scheduler.pending >= 1


def test_buggy_the_loop_ends_where_the_search_finds_nothing_or_songs_are_imported(
    run: Run,
) -> None:
    result = run("buggy", population={"filtered": []}, external=NO_LIMIT)
    assert result.scheduler.pending == 0
    assert calls(result, SYNC) < 40
    assert result.outcomes["catalogs_synced"] >= 1
    assert result.outcomes["shows_without_setlist"] == 1, "the unknown artist's show"


def test_a_rate_limit_makes_searches_fail_and_nothing_records_it(run: Run) -> None:
    result = run("buggy", external={"rate_limit": 3, "rate_window": "30s"}, horizon="10m")
    assert result.external.rejected > 0
    assert calls(result, "artists:updateSpotifyData") < calls(result, SYNC)


def test_fixed_the_stamp_of_the_generation_blocks_its_own_sync(run: Run) -> None:
    result = run("fixed", external=NO_LIMIT)
    outcomes = result.outcomes
    assert calls(result, SYNC) == outcomes["sync_skipped_by_guard"] > 0
    assert outcomes["sync_attempts"] == outcomes["catalogs_synced"] == 0
    assert outcomes["setlists_placeholder"] == 6, "every show of a song-less artist"
    assert outcomes["shows_without_setlist"] == 0


def test_fixed_without_attempt_tracking_syncs_once_and_imports(run: Run) -> None:
    result = run("fixed", external=NO_LIMIT, app={"sync": {"track_attempts": False}}, horizon="30h")
    assert result.outcomes["catalogs_synced"] >= 1


def test_fixed_staggers_its_batch_by_row_position(run: Run) -> None:
    burst = run("fixed", app={"refresh": {"stagger": "0s"}}, horizon="10s", bin="1s")
    spread = run("fixed", horizon="200s", bin="1s")
    first = burst.by_function[GENERATE].per_bin
    assert sum(first[:2]) == sum(first)
    starts = [n for n, count in enumerate(spread.by_function[GENERATE].per_bin) if count]
    assert all(abs(start % 10) <= 1 for start in starts)
    assert len(starts) > 3


def test_hardened_locks_on_the_status_its_generation_wrote(run: Run) -> None:
    result = run("hardened", external=NO_LIMIT)
    assert result.outcomes["sync_attempts"] == 0
    assert result.outcomes["sync_skipped_by_guard"] > 0


def test_an_error_of_the_token_service_is_logged(run: Run) -> None:
    result = run("buggy", external={"error_rate": 1}, horizon="10m")
    assert calls(result, "errorTracking:logError") == result.outcomes["sync_attempts"] > 0


def test_an_existing_show_is_seeded_again_by_schedule(run: Run) -> None:
    world = {"filtered": [], "unknown": [1], "importable": [], "shows": 4,
             "shows_without_setlist": 1, "artists_with_songs": 3}  # fmt: skip
    app = {"background": True, "refresh": {"enabled": False}, "backfill": {"enabled": False}}
    result = run("buggy", population=world, app=app, horizon="50m", seed=4, external=NO_LIMIT)
    assert result.by_function[GENERATE].by_trigger.get("scheduler", 0) in (0, 6)


def test_a_manual_backfill_runs_as_often_as_the_operator_does(run: Run) -> None:
    manual = {"runs": 3, "limit": 2, "wait": "10m"}
    result = run("fixed", app={"refresh": {"enabled": False}, "manual_backfill": manual})
    refresh = result.by_function["setlists:refreshMissingAutoSetlists"]
    assert refresh.by_trigger == {"client": 3}


def test_an_imported_artist_gets_its_shows_and_setlists(run: Run) -> None:
    app = {"visitors": {"imports": "100/day"}}
    population = {"import_shows": 3, "imports_unknown": 0, "imports_filtered": 0, "filtered": []}
    result = run("buggy", app=app, population=population, external=NO_LIMIT, horizon="3h")
    imports = calls(result, "artists:create")
    assert imports > 3
    assert result.outcomes["shows"] > 12
    assert result.outcomes["catalogs_synced"] >= imports - 2


def test_two_imports_of_one_artist_at_once_do_not_double_its_songs(run: Run) -> None:
    result = run("before", external=NO_LIMIT, population={"tracks": [40, 40]})
    links, songs = (calls(result, name) for name in ("artistSongs:create", "songs:create"))
    assert links > 40 or songs > 40, "both of them import"
    assert result.outcomes["setlists_filled"] == 8
    read = result.by_function["songs:getByArtistInternal"].read_mb * 1e6
    assert read < 11 * 40 * 500, "at most 40 songs of 400 bytes and their links"
