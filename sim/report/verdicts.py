"""The colours of verdicts in a terminal: what is broken catches the eye."""

from __future__ import annotations

import re

_COLOURS = {
    "bold red": ("FAIL", "NOT SAFE", "contradicted", "not enough"),
    "yellow": ("WARN", "NO VERDICT", "NOT JUDGED", "PASS with", "incomparable", "no baseline",
               "not judged", "not testable"),
    "green": ("PASS", "SAFE", "pass", "reproduced", "within range", "enough"),
}  # fmt: skip
_IN_TITLE = re.compile(
    r"(?<=: )(FAIL|NOT SAFE|NO VERDICT|NOT JUDGED|PASS with warnings|PASS|SAFE)\b"
)


def colour(verdict: str) -> str:
    """The style of a verdict; empty if it is none that is coloured."""
    text = " ".join(verdict.split())
    return next((style for style, words in _COLOURS.items() if text.startswith(words)), "")


def verdict_in(title: str) -> tuple[int, int] | None:
    """Where a report's title says its verdict, if it does."""
    found = _IN_TITLE.search(title)
    return None if found is None else found.span()
