"""How a table fits a width: lines break at spaces and within long names, never within a number.

What is still too wide becomes several tables below each other, each with the columns that name the
rows, or else a list of the rows. Every column is always shown.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from .blocks import TableBlock

GAP, EDGE = 3, 2
"""Characters between two columns, and beside the outer ones together."""
LineParts = Callable[[str], list[str]]
"""Splits a text where lines may break; together the parts are the text."""


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column as it is drawn: its lines fit its width."""

    heading: str
    cells: list[str]
    width: int
    left: bool


@dataclass(frozen=True, slots=True)
class Laid:
    """A table, or some columns of one."""

    title: str
    columns: list[DrawnColumn]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as a list: the heading and the text of every cell, row by row."""

    title: str
    rows: list[list[tuple[str, str]]]


def laid_out(table: TableBlock, room: int) -> list[Laid] | Rows:
    """A table as it fits a width; only a word that is wider itself overflows."""
    names = [row[0] for row in table.rows]
    for within_keys in (False, True):
        for labels in (table.labels, 1):
            identifies = labels == table.labels or len(set(names)) == len(names)
            if identifies and (parts := _stacked(table, labels, room, within_keys)):
                return parts
    return Rows(table.title, [
        list(zip(table.columns, row, strict=True)) for row in table.rows
    ])  # fmt: skip


def _stacked(table: TableBlock, labels: int, room: int, within_keys: bool) -> list[Laid]:
    """The table, or as few as possible that are not too wide; nothing if one column is.

    ``within_keys``: names in the first column may break too; they are what a reader looks for.
    """
    everything = list(range(len(table.columns)))
    named, others = everything[:labels], everything[labels:]
    if whole := _fitted(table, everything, room, within_keys):
        return [Laid(table.title, whole)]
    parts: list[Laid] = []
    while others:
        title = f"{table.title}, continued" if parts else table.title
        for number in range(len(others), 0, -1):
            if fitted := _fitted(table, [*named, *others[:number]], room, within_keys):
                parts.append(Laid(title, fitted))
                others = others[number:]
                break
        else:
            return []
    return parts


def _fitted(
    table: TableBlock, chosen: Sequence[int], room: int, within_keys: bool
) -> list[DrawnColumn]:
    """These columns, if they fit: headings break first, then texts at spaces, then anything."""
    spare = room - EDGE - GAP * (len(chosen) - 1)
    cells = [[row[n] for row in table.rows] for n in chosen]
    headings = [table.columns[n] for n in chosen]
    texts = [table.aligned_left(n) for n in chosen]

    def widths(
        of_heading: LineParts, of_text: LineParts, of_number: LineParts, of_key: LineParts
    ) -> list[int]:
        parts = [of_key, *(of_text if text else of_number for text in texts[1:])]
        return [
            max(_widest([heading], of_heading), _widest(own, of_cell))
            for heading, own, of_cell in zip(headings, cells, parts, strict=True)
        ]

    of_key = _within_names if within_keys else _at_spaces
    levels = [
        widths(_unbroken, _unbroken, _unbroken, _unbroken),
        widths(_of_heading, _unbroken, _unbroken, _unbroken),
        widths(_of_heading, _at_spaces, _unbroken, _at_spaces),
        widths(_of_heading, _at_spaces, _at_spaces, _at_spaces),
        widths(_within_names, _within_names, _within_names, of_key),
    ]
    for wide, narrow in itertools.pairwise(levels):
        if sum(narrow) <= spare:
            return [
                DrawnColumn(_broken(heading, width, _of_heading),
                       [_broken(cell, width, _at_spaces) for cell in own], width, text)
                for heading, own, width, text in zip(
                    headings, cells, _between(narrow, wide, spare), texts, strict=True
                )
            ]  # fmt: skip
    return []


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


def _widest(texts: Sequence[str], parts: LineParts) -> int:
    return max((cell_len(part.strip()) for text in texts for part in parts(text)), default=0)


def _unbroken(text: str) -> list[str]:
    return [text]


def _at_spaces(text: str) -> list[str]:
    return re.findall(r"\s*\S+", text)


def _of_heading(text: str) -> list[str]:
    """At spaces and after slashes, as in ``calls/day``."""
    return re.findall(r"\s*(?:[^\s/]*/|[^\s/]+)", text)


_LETTER = r"[^\W\d_]"


def _within_names(text: str) -> list[str]:
    """At spaces and within names, after a mark between two letters."""
    marked = re.sub(rf"(?<={_LETTER})[.:_/-](?={_LETTER})", "\\g<0>\0", text)
    return [part for word in _at_spaces(marked) for part in word.split("\0")]


def _broken(text: str, width: int, parts: LineParts) -> str:
    """The text in lines of at most that width; within names where there is no other way."""
    if _widest([text], parts) > width:
        parts = _within_names
    lines = [""]
    for part in parts(text):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append(part.lstrip())
        else:
            lines[-1] = (lines[-1] + part).lstrip()
    return "\n".join(lines)


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
