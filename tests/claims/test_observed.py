"""Statements held against logs: which can be, and what their figures are."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.claims import Audited, audit_observed, load_claims
from sim.result import Result
from tests.made import made, use

from .conftest import claims_file

LOGS = made({"a:a": use({"client": 30}), "b:b": use({"client": 10}, "mutation")}, 0.25)
"""Forty calls in a quarter of a second."""


def observed(folder: Path, text: str, logs: Result = LOGS) -> Audited:
    """The one claim of a text, held against logs."""
    report = audit_observed(load_claims(claims_file(folder, text)), logs)
    assert report.observed
    return report.claims[0]


def test_a_rate_is_told_with_its_count_in_logs_of_any_length(tmp_path: Path) -> None:
    claim = observed(tmp_path, "measure: {metric: calls, per: hour, value: 576k}")
    assert claim.verdict == "reproduced"
    assert claim.findings[0].in_the_run == pytest.approx(40)


def test_a_ratio_is_held_against_logs_if_they_have_both_parts(tmp_path: Path) -> None:
    part = "measure: {metric: calls, select: {type: mutation}, over: {metric: %s}, value: %s}"
    assert observed(tmp_path, part % ("calls", "25%")).verdict == "reproduced"
    claim = observed(tmp_path, part % ("backlog_peak", "1"))
    assert claim.verdict == "not testable"
    assert claim.reason == "Logs do not have backlog_peak."


def test_a_function_that_the_logs_lack_is_not_a_count_of_zero(tmp_path: Path) -> None:
    claim = observed(tmp_path, 'measure: {metric: calls, select: {function: "c:c"}, value: 0}')
    assert claim.verdict == "not testable"


def test_what_only_a_simulation_knows_is_not_testable_on_logs(tmp_path: Path) -> None:
    claim = observed(tmp_path, "setting: {path: horizon, value: 1h}")
    assert claim.verdict == "not testable"
    assert claim.reason.startswith("Only a simulation can answer it")
    assert observed(tmp_path, "untestable: A wish.").reason == "A wish."


def test_a_claim_on_logs_is_as_good_as_its_worst_part(tmp_path: Path) -> None:
    parts = ("{metric: calls, value: 40}", "{metric: calls, value: 10}")
    text = "all:\n" + "".join(f"- measure: {part}\n" for part in parts)
    claim = observed(tmp_path, text)
    assert [each.verdict for each in claim.findings] == ["reproduced", "contradicted by the model"]
    assert claim.verdict == "contradicted by the model"
