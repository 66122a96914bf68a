"""A report's statements held against what happened: a result that was read from logs."""

from __future__ import annotations

from sim.logs import is_logged
from sim.result import Result
from sim.scenario import Rated, scenario_from

from .audit import Audited, AuditReport
from .claim import Claim, Claims, Question
from .measure import Measure
from .verdict import ClaimVerdict, Finding, worst

_ONLY_SIMULATED = "only a simulation can answer it: it asks for settings, causes or prices"


def audit_observed(claims: Claims, result: Result) -> AuditReport:
    """Test the statements that are about figures on a result from logs.

    The others are not testable: logs have no settings, and nothing can be run again. Whatever
    scenario a statement is about, it is held against the logs.
    """
    facts = result.scenario
    audited = [_audited(name, claim, claims, result) for name, claim in claims.claims.items()]
    return AuditReport(
        claims.title, claims.source, [facts], 1, audited, claims.conclusion, observed=True
    )


def _audited(name: str, claim: Claim, claims: Claims, result: Result) -> Audited:
    findings = [_found(question, result) for _, question in claim.questions()]
    verdict: ClaimVerdict = "not testable"
    if findings:
        verdict = worst(finding.verdict for finding in findings)
    return Audited(
        id=name, section=claim.section, quote=claim.quote, reading=claim.reading, verdict=verdict,
        reason=claim.untestable or " ".join(finding.reason for finding in findings),
        findings=findings, where=claims.where(("claims", name)),
    )  # fmt: skip


def _found(question: Question, result: Result) -> Finding:
    asked = question.question
    if not isinstance(asked, Measure):
        return _untestable(result, question.kind, _ONLY_SIMULATED)
    rated: list[Rated] = [asked, *([asked.over] if asked.over is not None else [])]
    for each in rated:
        if not is_logged(each.metric, each.select.selection, result):
            return _untestable(result, asked.asked, f"logs do not have {each.counted}")
    # The question needs a scenario's name; the figures are those of the logs.
    return asked.ask(scenario_from({"name": result.scenario.name}), lambda _: [result])


def _untestable(result: Result, asked: str, reason: str) -> Finding:
    return Finding(result.scenario.name, asked, "", "", "not testable", f"{reason.capitalize()}.")
