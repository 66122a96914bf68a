"""Checks as JUnit XML, which CI services display."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

from sim.escaping import visible

from .check import CheckReport, ScenarioCheck
from .judge import Check

_SKIPPED = {"no baseline", "not judged"}


def to_junit(report: CheckReport, describe: Callable[[Check], str]) -> str:
    """A test suite per scenario and a test case per bound; ``describe`` puts a check into words.

    A broken bound is a failure, one that cannot be compared is an error, one without a verdict is
    skipped. A warning passes, with its text as output. The suite's property `summary` is the
    verdict in words.
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
        "testsuite", name=visible(one.name), tests=str(len(one.checks)),
        failures=str(len(one.with_verdict("fail"))),
        errors=str(len(one.with_verdict("incomparable"))), skipped=str(skipped),
    )  # fmt: skip
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="summary", value=visible(one.summary))
    for check in one.checks:
        case = ET.SubElement(
            suite, "testcase", classname=visible(f"sim.{one.name}"),
            name=visible(f"{check.budget} {check.kind}"),
        )  # fmt: skip
        text = visible(describe(check))
        if check.verdict == "fail":
            ET.SubElement(case, "failure", message=text, type="budget").text = visible(check.where)
        elif check.verdict == "incomparable":
            ET.SubElement(case, "error", message=text, type="baseline")
        elif check.verdict in _SKIPPED:
            ET.SubElement(case, "skipped", message=text)
        else:
            ET.SubElement(case, "system-out").text = text
    return suite
