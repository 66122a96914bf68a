"""The shipped claims files: every statement gets a verdict, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim as package
from sim.claims import VERDICTS, load_claims
from sim.report import audit_report, to_markdown
from sim.scenario import Scenario, load_scenario
from tests.command import sim

CLAIMS = Path("scenarios/claims/incident-report.yaml")
NAMES = ("spike", "fixed", "normal", "spike-3-days")


def test_every_statement_of_the_incident_report_gets_a_verdict_and_a_reason() -> None:
    scenarios = [load_scenario(f"scenarios/{name}.yaml", horizon="2m") for name in NAMES]
    report = package.audit(load_claims(CLAIMS), scenarios, workers=1)
    assert len(report.claims) >= 30
    assert sum(report.counts().values()) == len(report.claims)
    for claim in report.claims:
        assert claim.verdict in VERDICTS
        assert claim.reason.strip()
        assert claim.where.startswith(f"{CLAIMS}:")
    text = to_markdown(audit_report(report))
    assert all(claim.id in text for claim in report.claims)
    assert json.loads(report.to_json())["schema"] == "sim.audit/1"
    # Arithmetic needs no run: it holds on any horizon.
    assert report["normal-cost"].verdict == "contradicted by the model"
    assert report["stagger-length"].verdict == "input"
    assert report["ready"].verdict == "not testable"


def test_another_app_is_audited_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / name for name in ("a.json", "a.md", "a.html")]
    outs = [part for file in files for part in ("--out", str(file))]
    args = ("scenarios/claims/monitor.yaml", "scenarios/monitor.yaml", "--horizon", "10m")
    assert sim("audit", *args, "--workers", "1", *outs) == 0
    out, err = capsys.readouterr()
    assert "reference engine" not in err, "its app is compiled"
    assert max(map(len, out.splitlines())) <= 100
    data = json.loads(files[0].read_text())
    found = {claim["id"]: claim["verdict"] for claim in data["claims"]}
    assert found == {
        "rate": "reproduced",
        "cause": "reproduced",
        "probes-too-often": "contradicted by the model",
        "quick": "contradicted by the model",
        "price": "reproduced",
        "users": "not testable",
    }
    assert (
        "3 reproduced, 0 within range, 2 contradicted by the model, 0 input, 1 not testable" in out
    )
    assert files[1].read_text().startswith("# Monitor review: 3 reproduced")
    assert "Nobody noticed." in files[2].read_text()


def test_an_audit_says_the_same_twice(monitor: Scenario) -> None:
    claims = "scenarios/claims/monitor.yaml"
    first = package.audit(claims, [monitor], workers=1)
    assert first.to_json() == package.audit(claims, [monitor], workers=1).to_json()
