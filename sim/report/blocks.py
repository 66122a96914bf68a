"""What a report is made of, before any output format: headings, sentences and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Heading:
    """The report's title."""

    text: str
    note: str = ""
    """What was run, on a page, below the title."""
    short: str = ""
    """What the contents of a page call it; the text itself if empty."""


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
class TableBlock:
    """A table; the first ``labels`` columns are text, the others numbers."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    labels: int = 1
    """How many leading columns are text (left-aligned)."""
    notes: int = 0
    """How many trailing columns are text too."""
    folded: bool = False
    """Whether a page shows only its title until a reader opens it."""

    def aligned_left(self, column: int) -> bool:
        """Whether a column holds text."""
        return column < self.labels or column >= len(self.columns) - self.notes


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, for reports that can show one; ``alt`` says in words what it shows."""

    title: str
    alt: str
    svg: str
    narrow: str = ""
    """The same drawn for a telephone; empty if ``svg`` is small enough to serve both."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A long text to look up, word for word; only pages have it, folded."""

    title: str
    text: str
    is_for_tools: bool = False
    """Whether it is to be copied, not read: then it is left out on paper."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One headline figure of one run."""

    value: str
    detail: str = ""
    """What else to know about it, in a few words."""
    change: str = ""
    """How it differs from that of the first run."""
    is_better: bool | None = None
    """Whether the change is for the better; None if that is not known, or nothing changed."""
    is_bad: bool = False
    """Whether the value itself is what a reader must not overlook."""


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure, as every run has it."""

    title: str
    readings: list[Reading]


@dataclass(frozen=True, slots=True)
class Cards:
    """The headline figures; only pages have them, terminals and Markdown say them in sentences."""

    runs: list[str]
    """What the readings of every card are called; empty if there is one run."""
    cards: list[Card]


Block = Heading | Text | Bullets | TableBlock | Figure | Listing | Cards


def mapped(block: Block, text: Callable[[str], str]) -> Block:
    """The block with each of its texts replaced, for a format that needs some of them escaped."""
    match block:
        case Heading():
            return Heading(text(block.text), text(block.note), text(block.short))
        case Text(own):
            return Text(text(own))
        case Bullets(title, items):
            return Bullets(text(title), [text(item) for item in items])
        case TableBlock():
            return replace(
                block,
                title=text(block.title),
                columns=[text(column) for column in block.columns],
                rows=[[text(cell) for cell in row] for row in block.rows],
            )
        case Figure():
            return replace(block, title=text(block.title), alt=text(block.alt))
        case Listing():
            return replace(block, title=text(block.title))
        case Cards(runs, cards):
            return Cards([text(run) for run in runs], [_mapped_card(card, text) for card in cards])


def _mapped_card(card: Card, text: Callable[[str], str]) -> Card:
    readings = [
        replace(each, value=text(each.value), detail=text(each.detail), change=text(each.change))
        for each in card.readings
    ]
    return Card(text(card.title), readings)
