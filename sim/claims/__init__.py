"""Audits of a report: its statements as data, each tested by simulation, with the reason."""

from .audit import Audited, AuditReport, audit
from .claim import Claim, Claims, Question
from .load import load_claims
from .schema import claims_schema
from .verdict import VERDICTS, ClaimVerdict, Finding

__all__ = [
    "VERDICTS",
    "AuditReport",
    "Audited",
    "Claim",
    "ClaimVerdict",
    "Claims",
    "Finding",
    "Question",
    "audit",
    "claims_schema",
    "load_claims",
]
