"""A report as one line of text."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import markdown
from sim.report.blocks import Block


def told(blocks: Sequence[Block]) -> str:
    """All of a report as Markdown, on one line."""
    return " ".join(markdown.to_markdown(blocks).split())
