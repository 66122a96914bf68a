"""Budgets, comparisons and claims on what happened, as on a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.budgets import check_observed
from sim.claims import audit_observed, load_claims
from sim.cli.main import run
from sim.experiments.observed import predict
from sim.logs import observe
from sim.scenario import Scenario, load_budgets

from .conftest import Emit

BUDGETS = """
budgets:
  - {id: calls, metric: calls, max: 1M}
  - {id: retried, metric: conflicts_retried, max: 1}
  - {id: scheduled, metric: calls, select: {function: "setlists:*", trigger: scheduler}, max: 1M}
  - {id: backlog, metric: backlog_peak, max: 5}
  - {id: typo, metric: calls, select: {function: "setlist:*"}, max: 5}
"""


@pytest.fixture
def budgets(tmp_path: Path) -> Path:
    file = tmp_path / "budgets.yaml"
    file.write_text(BUDGETS)
    return file


def test_budgets_have_the_verdicts_that_the_run_has(emit: Emit, budgets: Path) -> None:
    run_ = emit()
    (one,) = check_observed(observe(run_.file).result, [load_budgets(budgets)]).scenarios
    checks = {check.budget: check for check in one.checks}
    assert checks["calls"].verdict == "pass"
    assert checks["retried"].verdict == "fail"
    assert checks["retried"].value == run_.truth.conflicts.retried
    assert checks["scheduled"].verdict == "pass"
    assert one.verdict == "fail"


def test_what_logs_cannot_tell_is_not_judged(emit: Emit, budgets: Path) -> None:
    (one,) = check_observed(observe(emit().file).result, [load_budgets(budgets)]).scenarios
    assert {check.budget for check in one.with_verdict("not judged")} == {"backlog", "typo"}
    assert one.summary.endswith("2 not judged (the logs do not tell)")


def test_exit_codes_are_those_of_a_run(
    emit: Emit, budgets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs, holds = str(emit().file), budgets.with_name("holds.yaml")
    holds.write_text("budgets: [{id: calls, metric: calls, max: 1M}]\n")
    assert run(["check", "--observed", logs, "--budgets", str(budgets), "--quiet"]) == 1
    assert run(["check", "--observed", logs, "--budgets", str(holds), "--quiet"]) == 0
    assert run(["check", "--observed", logs]) == 2
    assert run(["check", "--observed", logs, "--budgets", str(holds), "--seed", "3"]) == 2
    assert run(["check"]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert errors[0] == (
        "error: --observed: there are no budgets to judge: name their file with --budgets"
    )


def test_a_baseline_from_logs_is_compared_with_later_logs(
    emit: Emit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "budgets.yaml"
    file.write_text("budgets: [{id: more, metric: calls, max_increase: {relative: 1%}}]\n")
    baseline = tmp_path / "baseline.json"
    given = ["check", "--budgets", str(file), "--baseline", str(baseline), "--quiet", "--observed"]
    lines = emit().file.read_bytes().splitlines(keepends=True)
    part = tmp_path / "part.jsonl"
    part.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert run([*given, str(part), "--update-baseline"]) == 0
    assert run([*given, str(part)]) == 0
    assert run([*given, str(emit().file)]) == 1
    assert "The baseline was measured on other logs." in capsys.readouterr().out


def test_a_run_held_against_its_own_logs_is_predicted(emit: Emit, scenario: Scenario) -> None:
    logs = observe(emit().file)
    prediction = predict(logs, scenario)
    for way in prediction.ways:
        if way.trigger != "action":
            assert way.predicted == pytest.approx(way.observed, rel=0.2, abs=3 * 86_400 / 12)
    whole = sum(way.observed for way in prediction.ways)
    assert whole == pytest.approx(logs.result.calls.per_day)


def test_compare_takes_logs_and_a_scenario(
    emit: Emit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.json"
    given = ["compare", str(emit().file), "scenarios/spike.yaml", "--horizon", "5s", "--quiet"]
    assert run([*given, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("spike held against events.jsonl")
    data = json.loads(out.read_text())
    assert data["observed"]["calls"]["total"] == emit().truth.calls.total - emit().done.unfinished
    assert run(["compare", "scenarios/spike.yaml", str(emit().file)]) == 2
    assert run(["compare", str(emit().file), "scenarios/spike.yaml", "--replications", "2"]) == 2


def test_statements_about_figures_are_held_against_the_logs(emit: Emit, tmp_path: Path) -> None:
    run_ = emit()
    retried = run_.truth.conflicts.retried
    (tmp_path / "claims.yaml").write_text(f"""
title: What we said
claims:
  - {{id: right, quote: q, measure: {{metric: conflicts_retried, value: {retried}}}}}
  - {{id: wrong, quote: q, measure: {{metric: conflicts_retried, value: 1}}}}
  - {{id: unknown, quote: q, measure: {{metric: backlog_peak, value: 1}}}}
  - {{id: setting, quote: q, setting: {{path: horizon, value: 1h}}}}
""")
    report = audit_observed(load_claims(tmp_path / "claims.yaml"), observe(run_.file).result)
    assert [claim.verdict for claim in report.claims] == [
        "reproduced", "contradicted by the model", "not testable", "not testable",
    ]  # fmt: skip
