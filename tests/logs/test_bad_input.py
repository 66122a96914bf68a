"""What is no log gives one clear line and exit code 2; a single bad row is counted and shown."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import run
from sim.logs import observe

from .test_private import event


def plain(number: int, **changes: Any) -> dict[str, Any]:
    good = event(number, occ_info=None, status="success", error_message=None)
    good["function"]["request_id"] = f"{number:016x}"
    return {**good, **changes}


def lines(*rows: Any) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows) + b"\n"


V1 = {"_topic": "_execution_record", "_timestamp": 1786579200000, "_functionPath": "a:b",
      "_functionType": "query", "executionTimeMs": 3}  # fmt: skip
CLI = {"kind": "Completion", "identifier": "a:b", "udfType": "Query", "timestamp": 1786579200.0}
OTHER = {"deployment_name": "quick-crane-7"}
KNOWN = (
    "holds no logs that are known: there are log streams (webhook, Axiom, Datadog, PostHog, "
    "self-hosted), `npx convex logs --jsonl` and CSV exports with these columns"
)

CASES: dict[str, tuple[bytes, str]] = {
    "not logs": (b"name: x\nhorizon: 1h\n", KNOWN),
    "other JSON": (lines({"a": 1}), KNOWN),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50, KNOWN),
    "empty": (b"", "is empty"),
    "only spaces": (b" \n\n ", "is empty"),
    "mixed versions": (
        lines(plain(0), plain(1), V1),
        "3: a row of another format (log stream V1) in a file of log stream V2, webhook: "
        "split the file",
    ),
    "the command line among a stream": (
        lines(plain(0), CLI),
        "2: a row of another format (npx convex logs --jsonl) in a file of log stream V2, "
        "webhook: split the file",
    ),
    "two deployments": (
        lines(plain(0), plain(1, convex=OTHER)),
        "holds rows of two deployments (quick-crane-7, quiet-heron-123): split it first",
    ),
    "cut in the middle of its only line": (
        lines(plain(0))[:-20], "is cut off in the middle of its only line, or is no JSON",
    ),
    "only a line of 10 MB": (
        lines(plain(0, pad="x" * 10_000_000)),
        "begins with a line longer than 8 MiB: no event is as long",
    ),
    "only absurd times": (
        lines(plain(0, timestamp=-5), plain(1, timestamp=1e30)),
        "no row can be used: a time that cannot be true",
    ),
    "no executions": (
        lines(plain(0, topic="console"), plain(1, topic="verification")),
        "holds no executions, only console (1), verification (1)",
    ),
    "a damaged archive": (
        gzip.compress(lines(*(plain(n) for n in range(200))))[:-30],
        "is a damaged or incomplete archive",
    ),
    "an array that is cut off": (
        b"[\n" + lines(plain(0))[:-1] + b",\n", "is neither a whole JSON array nor JSON lines",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_used_is_one_line_and_exit_code_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, message = CASES[name]
    file = tmp_path / "x.jsonl"
    file.write_bytes(data)
    assert run(["observe", str(file)]) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.removeprefix(f"error: {file}:").strip() == message
    assert said.out == ""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (".", "is a directory: name its files, such as 'logs/*.jsonl'"),
        ("nowhere.jsonl", "there is no such file"),
        ("nowhere-*.jsonl", "no file has such a name"),
        ("/dev/null", "not a plain file"),
    ],
)
def test_what_is_no_file_is_one_line(
    given: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["observe", given]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(message)


def test_files_of_two_formats_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_bytes(lines(plain(0)))
    (tmp_path / "b").write_bytes(lines(CLI))
    assert run(["observe", str(tmp_path / "?")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "b: has another format (npx convex logs --jsonl) than" in line


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"topic": 5}', "a field of another type than it should have"),
        (b"{nonsense", "no JSON"),
        (b'{"some": "thing"}', "no log event"),
        (lines(plain(1, timestamp=12)), "a time that cannot be true"),
        (lines(plain(1, execution_time_ms=-5)), "a negative or absurd execution time"),
        (lines(plain(1, execution_time_ms=10**12)), "a negative or absurd execution time"),
        (lines(plain(1, function={"path": "a:b", "type": "magic"})), "an unknown type of function"),
        (lines(plain(1, usage={"database_io_read_bytes": -1})), "negative bytes or memory"),
        (lines(plain(1, usage={"database_read_documents": -1})), "negative documents"),
        (lines(plain(1, function=None)), "an execution without its function"),
        (b'{"message": "' + b"x" * (9 << 20) + b'"}', "a line longer than 8 MiB"),
        (b"\xff\xfe{}", "no JSON"),
    ],
)
def test_a_bad_row_is_counted_and_the_others_too(bad: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(plain(0)) + bad.rstrip(b"\n") + b"\n" + lines(plain(2), plain(3)))
    logs = observe(file)
    assert logs.result.calls.total == 3
    assert logs.observed.completeness.bad == {reason: 1}


def test_the_first_bad_row_is_shown_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(plain(0), plain(1)) + b"{nonsense\n" + lines(plain(2)))
    assert run(["observe", str(file), "--quiet"]) == 0
    assert "x.jsonl:3: no JSON." in capsys.readouterr().out.replace("\n", " ").replace("   ", "")


def test_numbers_as_text_are_read_and_told(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(plain(0), plain(1, execution_time_ms="15", timestamp="1786579200999")))
    logs = observe(file)
    assert logs.result.calls.total == 2
    assert logs.observed.completeness.numbers_as_text == 1


def test_a_last_line_that_is_cut_off_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(plain(0), plain(1), plain(2))[:-30])
    logs = observe(file)
    assert logs.result.calls.total == 2
    assert logs.observed.completeness.cut_off == [str(file)]


def test_unknown_fields_and_topics_are_no_errors(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(plain(0, brand_new={"a": [1]}), plain(1, topic="brand_new_topic")))
    logs = observe(file)
    assert logs.result.calls.total == 1
    assert logs.observed.completeness.skipped == {"other": 1}


def test_a_gap_is_found_where_there_is_one(tmp_path: Path) -> None:
    minute = 60_000
    steady = [plain(n, timestamp=1786579200000 + n * 1000) for n in range(600)]
    late = [plain(n, timestamp=1786579200000 + n * 1000 + 30 * minute) for n in range(600, 700)]
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(*steady))
    assert observe(file).observed.completeness.gaps == []
    file.write_bytes(lines(*steady, *late))
    (gap,) = observe(file).observed.completeness.gaps
    assert gap[1] == pytest.approx(30 * 60, abs=60)


def test_a_stream_that_was_full_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(*(plain(n, timestamp=1786579200000 + n % 5000) for n in range(4100))))
    assert observe(file).observed.completeness.full_buffers == 1


def test_times_far_apart_are_shown_not_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(lines(plain(0, timestamp=1600000000000), plain(1, timestamp=4000000000000)))
    logs = observe(file)
    assert logs.result.calls.total == sum(
        sum(use.per_bin) for use in logs.result.by_function.values()
    )
