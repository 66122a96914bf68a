"""A run writes its executions as production would log them, and is none the worse for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from sim.logs.emit import Losses, emission
from sim.scenario import Scenario
from sim.simulation import simulate

from .conftest import Emit


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def executions(file: Path) -> list[dict[str, Any]]:
    """The events that are no statistics."""
    return [each for each in rows(file) if not each.get("topic", "").endswith("_stats")]


def test_a_run_gives_the_same_result_with_a_journal(emit: Emit, scenario: Scenario) -> None:
    plain, told = simulate(scenario).to_dict(), emit().truth.to_dict()
    for each in (plain, told):
        del each["performance"], each["engine"]
    assert told == plain


def test_every_attempt_has_a_row_in_the_order_of_time(emit: Emit) -> None:
    run = emit()
    events = executions(run.file)
    assert len(events) == run.truth.calls.total - run.done.unfinished
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)


def test_a_lost_attempt_is_a_success_that_is_retried_after_its_back_off(emit: Emit) -> None:
    events = [event for event in executions(emit().file) if event["occ_info"]]
    retried = [event for event in events if event["will_retry"]]
    assert len(retried) == emit().truth.conflicts.retried > 0
    for event in retried:
        assert event["status"] == "success"
        assert event["error_message"] is None
    for event in events:
        if not event["will_retry"]:
            assert (event["status"], event["occ_info"]["retry_count"]) == ("failure", 4)


def test_an_action_and_what_it_awaits_share_a_request(emit: Emit) -> None:
    by_request: dict[str, set[str]] = {}
    for event in executions(emit().file):
        by_request.setdefault(event["function"]["request_id"], set()).add(event["run_reason"])
    kinds = {frozenset(reasons) for reasons in by_request.values()}
    assert {"scheduler", "action"} in kinds
    assert {"cron", "action"} in kinds
    outermost = {"cron", "scheduler", "webSocket", "initialSubscription"}
    assert all(len(reasons & outermost) <= 1 for reasons in kinds)


def test_only_the_command_line_knows_who_awaits_an_execution(emit: Emit) -> None:
    entries = rows(emit("cli").file)
    known = {entry["executionId"]: entry for entry in entries}
    assert len(known) == len(entries)
    awaited = [entry for entry in entries if entry["caller"] == "Action"]
    found = [known[entry["parentExecutionId"]] for entry in awaited
             if entry["parentExecutionId"] in known]  # fmt: skip
    assert len(found) > len(awaited) / 2  # others are awaited by actions that still run
    assert {parent["udfType"] for parent in found} == {"Action"}


def test_every_job_that_ran_is_in_the_export_of_jobs(emit: Emit) -> None:
    run = emit()
    jobs = {job["_id"]: job for job in rows(run.jobs)}
    assert len(jobs) == run.truth.scheduler.created
    ran = {
        event["scheduler_info"]["job_id"]
        for event in executions(run.file)
        if event["scheduler_info"]
    }
    assert ran <= set(jobs)
    assert all(job["_creationTime"] <= job["scheduledTime"] for job in jobs.values())


def test_the_same_run_gives_the_same_bytes(scenario: Scenario, tmp_path: Path) -> None:
    small = scenario.with_(horizon="1s")
    texts = []
    for name in ("first", "second"):
        jobs = tmp_path / f"{name}-jobs"
        with emission(small, tmp_path / name, "cli", Losses(0.1, 0.1), jobs) as emitting:
            simulate(small, journal=emitting.journal)
            emitting.done()
        texts.append((tmp_path / name).read_bytes() + jobs.read_bytes())
    assert texts[0] == texts[1] != b""


def test_losses_and_repetitions_are_as_many_as_asked_for(emit: Emit) -> None:
    whole = emit()
    lossy = emit("webhook", Losses(lost=0.1, repeated=0.2))
    assert lossy.done.rows == whole.done.rows
    assert lossy.done.lost == pytest.approx(0.1 * whole.done.rows, rel=0.25)
    assert lossy.done.repeated > 0
    written = len(rows(lossy.file))
    assert written == whole.done.rows - lossy.done.lost + lossy.done.repeated


def test_a_name_that_ends_in_zst_is_compressed(scenario: Scenario, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("events.jsonl", "events.jsonl.zst")]
    for file in files:
        with emission(scenario.with_(horizon="1s"), file) as emitting:
            simulate(scenario.with_(horizon="1s"), journal=emitting.journal)
            emitting.done()
    with zstandard.open(files[1]) as packed:
        assert packed.read() == files[0].read_bytes()


def test_what_is_cut_short_leaves_no_file(scenario: Scenario, tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        emission(scenario, tmp_path / "events.jsonl") as emitting,
    ):
        simulate(scenario, journal=emitting.journal, progress=stop)
    assert list(tmp_path.iterdir()) == []
