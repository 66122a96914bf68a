"""What a report is made of, before any output format: headings, sentences and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Heading:
    """The report's title."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences under a title."""

    title: str
    items: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first ``labels`` columns are text, the others numbers."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    labels: int = 1
    """How many leading columns are text (left-aligned)."""
    notes: int = 0
    """How many trailing columns are text too."""

    def aligned_left(self, column: int) -> bool:
        """Whether a column holds text."""
        return column < self.labels or column >= len(self.columns) - self.notes


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, for reports that can show one; ``alt`` says in words what it shows."""

    title: str
    alt: str
    svg: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A long text to look up, word for word; only pages have it, folded."""

    title: str
    text: str


Block = Heading | Text | Bullets | Table | Figure | Listing


def mapped(block: Block, text: Callable[[str], str]) -> Block:
    """The block with each of its texts replaced, for a format that needs some of them escaped."""
    match block:
        case Heading(own):
            return Heading(text(own))
        case Text(own):
            return Text(text(own))
        case Bullets(title, items):
            return Bullets(text(title), [text(item) for item in items])
        case Table():
            return replace(
                block,
                title=text(block.title),
                columns=[text(column) for column in block.columns],
                rows=[[text(cell) for cell in row] for row in block.rows],
            )
        case Figure(title, alt, svg):
            return Figure(text(title), text(alt), svg)
        case Listing(title, listed):
            return Listing(text(title), listed)
