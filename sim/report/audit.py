"""The report of `sim audit`: every statement with its verdict, then the reasons, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.numbers import seconds

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import seeds_text

if TYPE_CHECKING:
    from sim.claims import Audited, AuditReport, ClaimVerdict, Finding

_SUMMED: tuple[ClaimVerdict, ...] = (
    "reproduced", "within range", "contradicted by the model", "input", "not testable",
)  # fmt: skip
_EXPLAINED: tuple[ClaimVerdict, ...] = (
    "contradicted by the model", "within range", "reproduced", "input", "not testable",
)  # fmt: skip


def audit_report(report: AuditReport) -> list[Block]:
    """The blocks of the report."""
    return [
        Heading(f"{report.title}: {_summary(report)}"),
        Text(_basis(report)),
        *([Text(report.conclusion)] if report.conclusion else []),
        _table(report),
        *_reasons(report),
    ]


def _summary(report: AuditReport) -> str:
    counts = report.counts()
    return ", ".join(f"{counts[verdict]} {_said(verdict, report)}" for verdict in _SUMMED)


def _said(verdict: ClaimVerdict, report: AuditReport) -> str:
    """A verdict in words: what happened is no model."""
    return verdict.replace("the model", "the logs") if report.observed else verdict


def _basis(report: AuditReport) -> str:
    runs = ", ".join(
        f"{each.name} ({f'{each.revision}, ' if each.revision else ''}{seconds(each.horizon_s)}, "
        f"{seeds_text(range(each.seed, each.seed + report.replications))})"
        for each in report.scenarios
    )
    source = f"Source: {report.source}. " if report.source else ""
    if report.observed:
        (logs,) = report.scenarios
        return f"{source}Compared with {seconds(logs.horizon_s)} of logs ({logs.name})."
    return f"{source}Compared with runs of {runs}."


def _table(report: AuditReport) -> TableBlock:
    """A line for every statement; where it was asked several things, the worst answer."""
    rows = []
    for claim in report.claims:
        shown = _decisive(claim)
        asked = f"{shown.asked}: {shown.reported}" if shown else " ".join(claim.quote.split())
        said = _said(claim.verdict, report)
        rows.append([claim.id, asked, shown.computed if shown else "", said])
    return TableBlock(
        "Verdicts", ["claim", "stated", "computed", "verdict"], rows, labels=2, notes=2
    )


def _decisive(claim: Audited) -> Finding | None:
    """The finding that gave the claim its verdict: the last of them, causes come after facts."""
    return next((each for each in reversed(claim.findings) if each.verdict == claim.verdict), None)


def _reasons(report: AuditReport) -> Iterator[Bullets]:
    for verdict in _EXPLAINED:
        claims = [claim for claim in report.claims if claim.verdict == verdict]
        if claims:
            said = _said(verdict, report)
            title = said[:1].upper() + said[1:]
            yield Bullets(title, [_reason(claim) for claim in claims])


def _reason(claim: Audited) -> str:
    section = f" ({claim.section})" if claim.section else ""
    reading = f" Read as: {claim.reading.rstrip('.')}." if claim.reading else ""
    quote = " ".join(claim.quote.split())
    return f"{claim.id}{section}: “{quote}”{reading} {claim.reason}"
