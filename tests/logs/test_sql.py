"""Large files are read by DuckDB: what comes out is the same, whatever is in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.logs import observe
from sim.logs.emit import Losses
from sim.logs.read import sql
from sim.scenario import ScenarioError

from .conftest import Emit

Both = Callable[[Path], tuple[dict[str, Any], int]]
STATS = (
    {"topic": "concurrency_stats", "timestamp": 1_762_560_004_000,
     "query": {"num_running": 300, "num_queued": 1}, "mutation": {"num_running": 2}},
    {"topic": "scheduler_stats", "timestamp": 1_762_560_005_000, "lag_seconds": 62.5,
     "num_running_jobs": 7},
    {"topic": "audit_log", "timestamp": 1_762_560_006_000, "audit_log_action": "push_config"},
    {"topic": "console", "timestamp": 1_762_560_007_000, "message": "somebody's data"},
)  # fmt: skip


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    """Reads a file in both ways, which must agree; the result, and the lines that DuckDB took."""

    def read(file: Path) -> tuple[dict[str, Any], int]:
        plain = observe(file).to_dict()
        taken: list[sql.SqlFile] = []
        made = sql.SqlFile.__init__

        def noted(self: sql.SqlFile, path: Path, workers: int) -> None:
            made(self, path, workers)
            taken.append(self)

        with monkeypatch.context() as patched:
            patched.setattr(sql, "WORTH_IT", 0)
            patched.setattr(sql.SqlFile, "__init__", noted)
            fast = observe(file).to_dict()
        for found in (plain, fast):
            found["performance"] = None
        assert fast == plain
        return fast, sum(each.lines for each in taken)

    return read


def lines_of(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def written(folder: Path, lines: list[bytes]) -> Path:
    file = folder / "changed.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


@pytest.mark.parametrize("format_", ["webhook", "datadog", "self-hosted"])
def test_both_ways_count_the_same(format_: str, emit: Emit, both: Both) -> None:
    file = emit(format_).file
    _, taken = both(file)
    assert taken == len(lines_of(file))


@pytest.mark.parametrize("format_", ["axiom", "posthog", "cli", "webhook-arrays"])
def test_other_formats_are_read_as_ever(format_: str, emit: Emit, both: Both) -> None:
    _, taken = both(emit(format_).file)
    assert taken == 0


def test_repeated_events_are_found(emit: Emit, both: Both) -> None:
    found, _ = both(emit("webhook", Losses(lost=0.05, repeated=0.3)).file)
    assert found["observed"]["completeness"]["repeated"] > 0


def test_events_that_are_no_executions_are_kept(emit: Emit, both: Both, tmp_path: Path) -> None:
    lines = lines_of(emit().file)
    wrapper = json.loads(lines[0])["convex"]
    others = [json.dumps({**each, "convex": wrapper}).encode() for each in STATS]
    found, taken = both(written(tmp_path, [*lines[:100], *others, b"", *lines[100:]]))
    assert taken == len(lines) + len(STATS)
    assert found["observed"]["pressure"]["running"] == 302
    assert found["observed"]["pressure"]["lag_max_s"] == 62.5
    assert found["observed"]["completeness"]["skipped"] == {"console": 1}
    assert "somebody" not in json.dumps(found)


@pytest.mark.parametrize(
    "damaged",
    [b"{", b"[]", b'{"timestamp": 1}', b'{"topic": "", "timestamp": 1}',
     b'{"topic": "function_execution", "timestamp": "soon", "function": {"path": "a:b"}}',
     b'{"topic": "function_execution", "timestamp": 1, "function": "none"}', b"\xff\xfe"],
)  # fmt: skip
def test_from_a_damaged_line_on_it_is_read_as_ever(
    damaged: bytes, emit: Emit, both: Both, tmp_path: Path
) -> None:
    lines = lines_of(emit().file)
    found, _ = both(written(tmp_path, [*lines[:50], b"", damaged, *lines[50:]]))
    assert found["observed"]["completeness"]["first_bad"].partition(": ")[0].endswith(":52")


def test_lines_that_duckdb_has_read_are_not_read_again(
    emit: Emit, both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "_VECTORS", 1)
    lines = lines_of(emit().file) * 4  # repeated ones do not count twice
    cut = lines[-1][:40]
    _, taken = both(written(tmp_path, [*lines, cut]))
    assert taken in range(len(lines) + 1)


@pytest.mark.parametrize("key", ["timestamp", "execution_time_ms"])
def test_numbers_as_text_are_counted(key: str, emit: Emit, both: Both, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in lines_of(emit().file)[:200]]
    for row in rows:
        row[key] = str(row[key])
    found, taken = both(written(tmp_path, [json.dumps(row).encode() for row in rows]))
    assert taken == 0
    assert found["observed"]["completeness"]["numbers_as_text"] == 200


def test_ids_that_are_no_hexadecimal_numbers_are_told_apart(
    emit: Emit, both: Both, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in lines_of(emit().file)[:300]]
    for number, row in enumerate(rows):
        row["function"]["request_id"] = ("é" * number, f"{number:016x}", "0_1234567890abcd")[
            number % 3
        ]
    both(written(tmp_path, [json.dumps(row).encode() for row in rows]))


def test_two_deployments_in_one_file_are_refused(
    emit: Emit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "WORTH_IT", 0)
    lines = lines_of(emit().file)[:100]
    other = lines[0].replace(b"simulated-deployment-1", b"other-deployment-2")
    with pytest.raises(ScenarioError, match="two deployments"):
        observe(written(tmp_path, [*lines, other]))


def test_a_name_with_signs_of_a_pattern_is_one_file(emit: Emit, both: Both, tmp_path: Path) -> None:
    file = tmp_path / "a[1].jsonl"
    file.write_bytes(emit().file.read_bytes())
    (tmp_path / "a1.jsonl").write_bytes(b"not logs\n")
    path = tmp_path / "a[[]1].jsonl"  # the command's own patterns
    _, taken = both(path)
    assert taken == len(lines_of(file))
