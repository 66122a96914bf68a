"""Checks as JUnit XML, which CI services show test by test."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from .check import CheckReport, ScenarioCheck
from .judge import Check

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SKIPPED = {"no baseline", "not judged"}


def to_junit(report: CheckReport, describe: Callable[[Check], str]) -> str:
    """A test suite per scenario and a test case per bound; ``describe`` words a check.

    A broken bound is a failure, an incomparable one an error, one without a verdict is skipped. A
    warning passes, with what it warns of in its output.
    """
    root = ET.Element("testsuites", name="sim check")
    for one in report.scenarios:
        root.append(_suite(one, describe))
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(one: ScenarioCheck, describe: Callable[[Check], str]) -> ET.Element:
    skipped = sum(check.verdict in _SKIPPED for check in one.checks)
    suite = ET.Element(
        "testsuite", name=_clean(one.name), tests=str(len(one.checks)),
        failures=str(len(one.with_verdict("fail"))),
        errors=str(len(one.with_verdict("incomparable"))), skipped=str(skipped),
    )  # fmt: skip
    for check in one.checks:
        case = ET.SubElement(
            suite, "testcase", classname=_clean(f"sim.{one.name}"),
            name=_clean(f"{check.budget} {check.kind}"),
        )  # fmt: skip
        text = _clean(describe(check))
        if check.verdict == "fail":
            ET.SubElement(case, "failure", message=text, type="budget").text = _clean(check.where)
        elif check.verdict == "incomparable":
            ET.SubElement(case, "error", message=text, type="baseline")
        elif check.verdict in _SKIPPED:
            ET.SubElement(case, "skipped", message=text)
        else:
            ET.SubElement(case, "system-out").text = text
    return suite


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("?", text)
