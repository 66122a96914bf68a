"""How a table fits a width: headings and sentences wrap at spaces, and no number is ever cut.

A table that is still too wide becomes several below each other, each with the columns that name the
rows; where not even those fit, a list of the rows. Every column is always shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from .blocks import Table

GAP, EDGE = 3, 2
"""Characters between two columns, and beside the outer ones together."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A table with the width of each of its columns."""

    table: Table
    widths: list[int]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as a list: the heading and the text of every cell, row by row."""

    title: str
    rows: list[list[tuple[str, str]]]


def laid_out(table: Table, room: int) -> list[Laid] | Rows:
    """A table as it fits a width; it overflows only where a single word is wider."""
    for labels in dict.fromkeys((min(table.labels, len(table.columns) - 1), 1)):
        if parts := _stacked(table, max(1, labels), room):
            return parts
    return Rows(table.title, [
        list(zip(table.columns, row, strict=True)) for row in table.rows
    ])  # fmt: skip


def _stacked(table: Table, labels: int, room: int) -> list[Laid]:
    """The table, or as few as possible that are not too wide; nothing if one column is."""
    whole = _widths(table, room)
    if whole is not None:
        return [Laid(table, whole)]
    columns = len(table.columns)
    parts: list[Laid] = []
    first = labels
    while first < columns:
        best = None
        for end in range(first + 1, columns + 1):
            part = _part(table, labels, first, end)
            widths = _widths(part, room)
            if widths is None:
                break
            best = (end, Laid(part, widths))
        if best is None:
            return []
        first = best[0]
        parts.append(best[1])
    return parts


def _part(table: Table, labels: int, first: int, end: int) -> Table:
    """The columns that name the rows, and some of the others."""
    chosen = [*range(labels), *range(first, end)]
    return replace(
        table,
        title=table.title if first == labels else f"{table.title}, continued",
        columns=[table.columns[n] for n in chosen],
        rows=[[row[n] for n in chosen] for row in table.rows],
        notes=sum(table.aligned_left(n) for n in chosen if n >= labels),
    )


def _widths(table: Table, room: int) -> list[int] | None:
    """Widths of the columns that come to no more than the room; None if there are none.

    Headings wrap first, then texts, the widest ones first.
    """
    spare = room - EDGE - GAP * (len(table.columns) - 1)
    least, cells_whole, all_whole = [], [], []
    for number, heading in enumerate(table.columns):
        cells = [row[number] for row in table.rows]
        of_heading = max((cell_len(part.strip()) for part in _parts_of(heading)), default=0)
        narrow = _longest_word if table.aligned_left(number) else cell_len
        least.append(max([of_heading, *map(narrow, cells)]))
        cells_whole.append(max([of_heading, *map(cell_len, cells)]))
        all_whole.append(max(cell_len(heading), cells_whole[-1]))
    if sum(least) > spare:
        return None
    if sum(cells_whole) <= spare:
        return _between(cells_whole, all_whole, spare)
    return _between(least, cells_whole, spare)


def _between(least: Sequence[int], most: Sequence[int], spare: int) -> list[int]:
    """The widest columns that fit: all that are wider than some width come down to it."""

    def at_most(width: int) -> list[int]:
        return [max(lower, min(upper, width)) for lower, upper in zip(least, most, strict=True)]

    low, high = 0, max(most)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(at_most(middle)) <= spare:
            low = middle
        else:
            high = middle - 1
    return at_most(low)


def _longest_word(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)


def heading_lines(heading: str, width: int) -> list[str]:
    """A heading's lines; after a slash it may break too."""
    lines = [""]
    for part in _parts_of(heading):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append(part.lstrip())
        else:
            lines[-1] = (lines[-1] + part).lstrip()
    return lines


def _parts_of(heading: str) -> list[str]:
    return re.findall(r"\s*(?:[^\s/]*/|[^\s/]+)", heading)


def wrapped(text: str, width: int, first: str = "", following: str = "") -> Iterator[str]:
    """Lines of at most a width, broken at spaces only, each with what it begins with."""
    words: list[str] = []
    start, used = first, 0
    for word in text.split(" "):
        wide = cell_len(word) + 1
        if words and cell_len(start) + used + wide - 1 > width:
            yield start + " ".join(words)
            words, start, used = [], following, 0
        words.append(word)
        used += wide
    yield start + " ".join(words)
