"""What a run wrote is read back: the counts are those that the run knows."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from sim.logs import Logs, observe
from sim.logs.emit import Losses
from sim.logs.emit.formats import flat
from sim.result import Result

from .conftest import Emission, Emit

V2 = ("webhook", "webhook-arrays", "axiom", "axiom-flat", "datadog", "posthog", "self-hosted")


def same_counts(found: Result, run: Emission) -> None:
    """Equal by function, but for the actions that were still running at the end."""
    unfinished = 0
    for name, use in run.truth.by_function.items():
        seen = found.by_function[name]
        unfinished += use.calls - seen.calls
        assert use.calls == seen.calls or use.type == "action"
        assert (seen.type, seen.conflicts_retried, seen.conflicts_failed, seen.errors) == (
            use.type, use.conflicts_retried, use.conflicts_failed, use.errors,
        )  # fmt: skip
        assert seen.read_mb == pytest.approx(use.read_mb)
        assert seen.written_mb == pytest.approx(use.written_mb)
        assert (seen.read_documents, seen.written_documents) == (
            use.read_documents, use.written_documents,
        )  # fmt: skip
        again = {number: calls for number, calls in use.attempts.items() if number != "1"}
        assert {n: calls for n, calls in seen.attempts.items() if n != "1"} == again
    assert unfinished == run.done.unfinished
    assert set(found.by_function) == set(run.truth.by_function)
    assert sum(use.calls for use in found.by_function.values()) == found.calls.total


def lost(result: Result) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Conflicts by who lost to whom in which table: logs do not say on which index."""
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for each in result.conflict_pairs:
        key = each.function, each.table, each.winner
        retried, failed = found.get(key, (0, 0))
        found[key] = retried + each.retried, failed + each.failed
    return found


@pytest.mark.parametrize("format_", [*V2, "cli"])
def test_counts_are_exactly_those_of_the_run(format_: str, emit: Emit) -> None:
    run = emit(format_)
    logs = observe(run.file)
    same_counts(logs.result, run)
    assert logs.observed.completeness.repeated == 0
    assert logs.observed.completeness.bad == {}
    assert lost(logs.result) == lost(run.truth)
    assert logs.result.conflict_documents == run.truth.conflict_documents
    triggers = {"cron": 0, "scheduler": 0, "client": 0, "action": 0}
    for use in run.truth.by_function.values():
        for trigger, calls in use.by_trigger.items():
            triggers["client" if trigger == "flow" else trigger] += calls
    for trigger in ("client", "action"):
        seen = sum(use.by_trigger.get(trigger, 0) for use in logs.result.by_function.values())
        assert seen == triggers[trigger]


def test_version_1_has_the_calls_but_neither_reasons_nor_conflicts(emit: Emit) -> None:
    run = emit("v1")
    logs = observe(run.file)
    assert logs.result.calls.total == run.truth.calls.total - run.done.unfinished
    assert logs.result.conflicts.retried == 0
    assert logs.observed.format == "log stream V1, Axiom"
    assert any("version 1" in text for text in logs.observed.unknown)


def test_action_compute_is_that_of_the_run(emit: Emit) -> None:
    run = emit("cli")
    found = observe(run.file).result.compute.action_gb_hours
    assert found == pytest.approx(run.truth.compute.action_gb_hours)


def test_who_awaited_what_is_that_of_the_run(emit: Emit) -> None:
    run = emit("cli")
    found = observe(run.file).result
    for name, use in run.truth.by_function.items():
        seen = found.by_function[name].by_caller
        for caller, calls in use.by_caller.items():
            if caller in run.truth.by_function and "action" in use.by_trigger:
                assert seen.get(caller, 0) <= calls


def test_repeated_events_count_once_and_lost_ones_are_missing(emit: Emit) -> None:
    run = emit("webhook", Losses(lost=0.05, repeated=0.3))
    logs = observe(run.file)
    lines = [line for line in run.file.read_text().splitlines() if "function_execution" in line]
    assert logs.observed.completeness.repeated == len(lines) - len(set(lines)) > 0
    assert logs.result.calls.total == len(set(lines))


def test_conflicts_are_told_by_table_and_winner(emit: Emit) -> None:
    run = emit()
    pairs = observe(run.file).observed.conflicts
    assert sum(pair.retried for pair in pairs) == run.truth.conflicts.retried
    assert sum(pair.failed for pair in pairs) == run.truth.conflicts.failed
    assert pairs[0].table == "artists"
    assert pairs[0].winner == "artists:updateSpotifyData"


def test_times_are_quantiles_within_two_per_cent(emit: Emit) -> None:
    run = emit("cli")
    entries = [json.loads(line) for line in run.file.read_text().splitlines()]
    name = "setlists:autoGenerateSetlist"
    times = sorted(e["executionTime"] for e in entries if e["identifier"] == name)
    found = observe(run.file).observed.times[name]
    assert found.executions == len(times)
    assert found.p50_s == pytest.approx(times[len(times) // 2], rel=0.03)
    assert found.p99_s == pytest.approx(times[int(len(times) * 0.99)], rel=0.03)


def test_latencies_are_execution_times_of_the_attempts_that_ended_a_call(emit: Emit) -> None:
    found, truth = observe([emit().file]).result, emit().truth
    waits = 0
    for name, use in found.by_function.items():
        assert use.scheduling_lag is use.retry_time is None
        own = truth.by_function[name].latency
        if use.latency is None:
            continue
        over = use.calls - use.conflicts_retried - use.cached
        assert use.latency.count == over
        if own is not None and use.type == "query" and own.count == over:
            assert use.latency.p95_s <= own.p95_s + 0.001
        if own is not None and use.conflicts_retried:
            waits += own.p99_s > use.latency.p99_s
    assert waits, "retries are in a run's latencies, and not in a log's"


def test_calls_per_bin_add_up(emit: Emit) -> None:
    result = observe(emit().file).result
    for use in result.by_function.values():
        assert sum(use.per_bin) == use.calls


def totals(logs: Logs) -> tuple[int, int]:
    return logs.result.calls.total, logs.result.conflicts.retried


def test_compressed_split_and_piped_files_are_read_alike(
    emit: Emit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = emit().file
    data, whole = file.read_bytes(), totals(observe(file))
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(data))
    assert totals(observe(packed)) == whole
    zipped = tmp_path / "a.jsonl.zst"
    zipped.write_bytes(zstandard.compress(data))
    assert totals(observe(zipped)) == whole
    lines = data.splitlines(keepends=True)
    (tmp_path / "part-1.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    (tmp_path / "part-2.jsonl").write_bytes(b"".join(lines[len(lines) // 2 :]))
    assert totals(observe(str(tmp_path / "part-*.jsonl"))) == whole
    with file.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert totals(observe("-")) == whole


def test_an_array_and_a_csv_export_are_read_alike(emit: Emit, tmp_path: Path) -> None:
    run = emit("axiom")
    rows = [json.loads(line) for line in run.file.read_text().splitlines()]
    whole = totals(observe(run.file))
    array = tmp_path / "export.json"
    array.write_text(json.dumps(rows, indent=1))
    assert totals(observe(array)) == whole
    leaves = [dict(flat(row)) for row in rows]
    with (tmp_path / "export.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, sorted({key for row in leaves for key in row}))
        writer.writeheader()
        writer.writerows(
            {key: str(value).lower() if isinstance(value, bool) else value
             for key, value in row.items()} for row in leaves
        )  # fmt: skip
    assert totals(observe(tmp_path / "export.csv")) == whole


@pytest.mark.parametrize("format_", V2)
def test_what_ran_and_waited_is_in_the_statistics(format_: str, emit: Emit) -> None:
    pressure = observe(emit(format_).file).observed.pressure
    assert pressure is not None
    assert pressure.samples == 2  # of the scheduler and by type, after ten seconds
    assert pressure.jobs_running == 10  # slots of S16 in profile 2025-11
    assert 0 < pressure.lag_max_s < 12
    assert pressure.jobs_behind == 10
    assert pressure.running >= 10


def archived(event: dict[str, Any]) -> dict[str, Any]:
    """An event as Datadog's archives have it: its own date and status are taken out."""
    about = {"ddsource", "ddtags", "hostname", "service", "timestamp", "status"}
    time = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return {
        "_id": "AQAAAY", "date": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "host": event["hostname"], "service": "convex", "source": "convex", "tags": [],
        "status": "emergency" if event.get("status") == "failure" else "ok",
        "attributes": {key: each for key, each in event.items() if key not in about},
    }  # fmt: skip


def test_archives_of_datadog_are_read_from_their_folders(emit: Emit, tmp_path: Path) -> None:
    run = emit("datadog")
    lines = [json.dumps(archived(json.loads(line))) for line in run.file.read_text().splitlines()]
    for hour, part in enumerate((lines[:5000], lines[5000:])):
        folder = tmp_path / "dt=20251108" / f"hour={hour:02}"
        folder.mkdir(parents=True)
        file = folder / "archive_000000.1234.abc.json.gz"
        file.write_bytes(gzip.compress("\n".join(part).encode()))
    logs = observe(str(tmp_path / "**" / "*.json.gz"))
    same_counts(logs.result, run)
    assert logs.observed.format == "log stream V2, Datadog archive"
    assert logs.observed.deployment == "simulated-deployment-1"


def test_a_csv_export_of_datadog_has_its_columns(emit: Emit, tmp_path: Path) -> None:
    run = emit("datadog")
    rows = [archived(json.loads(line)) for line in run.file.read_text().splitlines()[:500]]
    leaves = [
        {"Date": row["date"], "Host": row["host"],
         **{f"@{key}": value for key, value in flat(row["attributes"])}}
        for row in rows
    ]  # fmt: skip
    with (tmp_path / "export.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, sorted({key for row in leaves for key in row}))
        writer.writeheader()
        writer.writerows(leaves)
    logs = observe(tmp_path / "export.csv")
    assert logs.result.calls.total == sum(
        "function" in json.loads(line) for line in run.file.read_text().splitlines()[:500]
    )
    assert logs.observed.format == "log stream V2, Datadog export"


def test_a_csv_export_of_posthog_has_events_as_text(emit: Emit, tmp_path: Path) -> None:
    run = emit("self-hosted")
    with (tmp_path / "export.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["timestamp", "severity", "body"])
        writer.writeheader()
        for line in run.file.read_text().splitlines():
            writer.writerow({"timestamp": "2025", "severity": "info", "body": line})
    logs = observe(tmp_path / "export.csv")
    same_counts(logs.result, run)
    assert logs.observed.format == "log stream V2, PostHog export"


def test_other_processes_decode_the_same(emit: Emit) -> None:
    alone, together = observe(emit().file), observe(emit().file, workers=2)
    assert together.to_dict() == alone.to_dict()


def test_a_file_that_is_read_twice_counts_once(emit: Emit, tmp_path: Path) -> None:
    shutil.copy(emit().file, tmp_path / "a.jsonl")
    shutil.copy(emit().file, tmp_path / "b.jsonl")
    assert totals(observe(str(tmp_path / "*.jsonl"))) == totals(observe(emit().file))
