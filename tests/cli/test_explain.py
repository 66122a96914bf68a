"""`sim explain` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import sim

SHORT = ("--horizon", "10m", "--replications", "2", "--workers", "1", "--quiet")


def test_it_says_what_keeps_the_calls_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("explain", "scenarios/monitor.yaml", *SHORT) == 0
    told = capsys.readouterr().out
    assert "98.3% ±<0.1% of the calls are made in a loop" in " ".join(told.split())
    assert "was started by client:resume and 1 other root cause." in " ".join(told.split())
    assert "Each pass starts 1.000" in " ".join(told.split())
    assert "so the loop neither grows nor dies out" in " ".join(told.split())


def test_files_get_their_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("e.json", "e.html", "g.dot", "g.mmd", "g.graphml")
    out = [arg for name in names[:2] for arg in ("--out", str(tmp_path / name))]
    graphs = [arg for name in names[2:] for arg in ("--graph", str(tmp_path / name))]
    assert sim("explain", "scenarios/fixed.yaml", *SHORT, *out, *graphs, "--format", "md") == 0
    assert capsys.readouterr().out.startswith("# fixed: where its calls come from")
    data = json.loads((tmp_path / "e.json").read_text())
    assert data["schema"] == "sim.explanation/1"
    assert [loop["is_open"] for loop in data["loops"] if loop["kind"] == "call"] == [False]
    page = (tmp_path / "e.html").read_text()
    assert "The call graph as Mermaid" in page
    assert "<svg" in page
    assert (tmp_path / "g.dot").read_text().startswith("digraph")
    assert (tmp_path / "g.mmd").read_text().startswith("flowchart")
    assert "graphml" in (tmp_path / "g.graphml").read_text()


def test_without_a_run_it_lists_cycles_and_guards(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("explain", "scenarios/fixed.yaml", "--static") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "because of what the execution that scheduled it has just written" in told
    assert sim("explain", "scenarios/spike.yaml", "--static", "--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["loops"][0]["is_open"]


def test_a_change_in_the_middle_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    change = ("--set", "deployments.fix={at: 30s, change: {revision: fixed}}")
    args = ("--horizon", "1m", "--replications", "1", "--quiet")
    assert sim("explain", "scenarios/spike.yaml", *args, *change) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "The app changes in the middle of the run" in told


def test_one_seed_has_no_interval(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--horizon", "10m", "--replications", "1", "--quiet")
    assert sim("explain", "scenarios/monitor.yaml", *args) == 0
    assert "(one seed, so no interval)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--graph", "x.png"), "--graph x.png: the suffix picks the format; allowed: .dot (dot)"),
        (("--graph", "no/x.dot"), "there is no directory no"),
        (("--static", "--graph", "x.dot"), "--graph needs a run"),
        (("--replications", "0"), "expected a whole number from 1 to 10,000, not '0'"),
    ],
)
def test_bad_input_is_refused(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("explain", "scenarios/monitor.yaml", *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""
