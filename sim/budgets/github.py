"""Checks for GitHub Actions: annotations on the changed lines, a summary on the run's page.

GitHub shows at most 10 error and 10 warning annotations of a step, and a step summary of at most
1 MiB (docs.github.com: Workflow commands for GitHub Actions; Usage limits).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sim.escaping import workflow_message, workflow_property

from .check import CheckReport
from .judge import Check

ANNOTATIONS = 10
SUMMARY_BYTES = 1 << 20
_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)")

_TITLE = {"title": "sim check"}


def to_annotations(report: CheckReport, describe: Callable[[Check], str]) -> str:
    """Workflow commands, one per line. If there are too many, the last one counts the rest.

    A scenario with bounds that were not judged gets a notice.
    """
    lines = []
    for kind, verdicts in (("error", ("fail", "incomparable")), ("warning", ("warn",))):
        found = [
            (one.name, check) for one in report.scenarios for check in one.checks
            if check.verdict in verdicts
        ]  # fmt: skip
        shown = found if len(found) <= ANNOTATIONS else found[: ANNOTATIONS - 1]
        lines += [_annotation(kind, name, check, describe(check)) for name, check in shown]
        if rest := len(found) - len(shown):
            lines.append(_command(kind, _TITLE, f"and {rest} more: see the step's output"))
    notices = [one for one in report.scenarios if one.with_verdict("no baseline", "not judged")]
    lines += [_command("notice", _TITLE, f"{one.name}: {one.summary}")
              for one in notices[:ANNOTATIONS]]  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _annotation(kind: str, scenario: str, check: Check, text: str) -> str:
    place = {}
    if match := _PLACE.fullmatch(check.where):
        place = {"file": match["file"], "line": match["line"], "col": match["column"]}
    return _command(kind, {**place, "title": f"{scenario}: {check.budget}"}, text)


def _command(kind: str, properties: dict[str, str], text: str) -> str:
    listed = ",".join(f"{key}={workflow_property(value)}" for key, value in properties.items())
    return f"::{kind} {listed}::{workflow_message(text)}"


def summary(markdown: str, room: int = SUMMARY_BYTES) -> str:
    """The Markdown, cut at the end of a line if it is too large for a step summary."""
    if len(markdown.encode()) <= room:
        return markdown
    note = "\n\n(shortened: the whole report is in the step's output)\n"
    kept = markdown.encode()[: max(0, room - len(note.encode()))].decode(errors="ignore")
    return kept.rpartition("\n")[0] + note
