"""Checks for GitHub Actions: annotations on the changed lines, a summary on the run's page.

GitHub shows at most 10 error and 10 warning annotations of a step, and a step summary of at most
1 MiB (docs.github.com: Workflow commands for GitHub Actions; Usage limits).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .check import CheckReport
from .judge import Check

ANNOTATIONS = 10
SUMMARY_BYTES = 1 << 20
_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)")


def to_annotations(report: CheckReport, describe: Callable[[Check], str]) -> str:
    """Workflow commands, a line each; where there are too many, the last one counts the others."""
    lines = []
    for kind, verdicts in (("error", ("fail", "incomparable")), ("warning", ("warn",))):
        found = [
            (one.name, check) for one in report.scenarios for check in one.checks
            if check.verdict in verdicts
        ]  # fmt: skip
        shown = found if len(found) <= ANNOTATIONS else found[: ANNOTATIONS - 1]
        lines += [_annotation(kind, name, check, describe(check)) for name, check in shown]
        if rest := len(found) - len(shown):
            lines.append(f"::{kind} title=sim check::and {rest} more: see the step's output")
    return "".join(f"{line}\n" for line in lines)


def _annotation(kind: str, scenario: str, check: Check, text: str) -> str:
    properties = {"title": f"{scenario}: {check.budget}"}
    if match := _PLACE.fullmatch(check.where):
        properties = {"file": match["file"], "line": match["line"], "col": match["column"],
                      **properties}  # fmt: skip
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(markdown: str, room: int = SUMMARY_BYTES) -> str:
    """The Markdown, cut at a line's end where it is too large for a step summary."""
    if len(markdown.encode()) <= room:
        return markdown
    note = "\n\n(cut: the whole report is in the step's output)\n"
    kept = markdown.encode()[: max(0, room - len(note.encode()))].decode(errors="ignore")
    return kept.rpartition("\n")[0] + note
