"""Audits of a report: its statements as data, each tested by simulation, with the reason."""

from .audit import Audited, AuditReport, audit
from .claim import Claim, Claims, Question
from .load import check_claims, load_claims, scenario_of
from .measure import Measure, unit_of
from .observed import audit_observed
from .schema import claims_schema
from .verdict import VERDICTS, Bounds, ClaimVerdict, Finding

__all__ = [
    "VERDICTS",
    "AuditReport",
    "Audited",
    "Bounds",
    "Claim",
    "ClaimVerdict",
    "Claims",
    "Finding",
    "Measure",
    "Question",
    "audit",
    "audit_observed",
    "check_claims",
    "claims_schema",
    "load_claims",
    "scenario_of",
    "unit_of",
]
