"""Claims files written on the spot, and scenarios that take milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.claims import Audited, AuditReport, Claims, audit, load_claims
from sim.scenario import Scenario, ScenarioError, load_scenario

ErrorsOf = Callable[..., list[str]]
AuditOf = Callable[..., Audited]
HEAD = "title: T\nclaims:\n"


def claims_file(folder: Path, text: str) -> Path:
    """A claims file; a text without a title is that of one claim, its keys after id and quote."""
    file = folder / "c.yaml"
    if not text.startswith("tit"):
        text = f"{HEAD}- id: a\n  quote: Q\n" + "".join(f"  {line}\n" for line in text.splitlines())
    file.write_text(text)
    return file


@pytest.fixture(scope="session")
def fixed() -> Scenario:
    """The fixed revision, for ten minutes."""
    return load_scenario("scenarios/fixed.yaml", horizon="10m")


@pytest.fixture(scope="session")
def monitor() -> Scenario:
    """The other app."""
    return load_scenario("scenarios/monitor.yaml", horizon="10m")


@pytest.fixture
def errors_of(tmp_path: Path, fixed: Scenario) -> ErrorsOf:
    """The lines of the error that a claims file gets, loaded and held against the scenario."""

    def errors(text: str) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            audit(claims_file(tmp_path, text), [fixed])
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return errors


@pytest.fixture
def audit_of(tmp_path: Path, fixed: Scenario) -> AuditOf:
    """The one claim of a text, audited."""

    def audited(text: str, scenario: Scenario = fixed, replications: int = 1) -> Audited:
        claims: Claims = load_claims(claims_file(tmp_path, text))
        report: AuditReport = audit(claims, [scenario], replications=replications, workers=1)
        return report.claims[0]

    return audited
