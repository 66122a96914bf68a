"""Audits of a report: its statements as data, each tested by simulation, with the reason."""

from .audit import Audited, AuditReport, audit
from .claim import Claim, Claims, Question
from .load import load_claims
from .observed import audit_observed
from .schema import claims_schema
from .verdict import VERDICTS, Finding, Verdict

__all__ = [
    "VERDICTS",
    "AuditReport",
    "Audited",
    "Claim",
    "Claims",
    "Finding",
    "Question",
    "Verdict",
    "audit",
    "audit_observed",
    "claims_schema",
    "load_claims",
]
