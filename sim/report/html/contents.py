"""The table of contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .inline import inline


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A place on the page, and the places in it."""

    place: str
    title: str
    inside: Sequence[ContentsEntry] = field(default_factory=list)


def contents(entries: Sequence[ContentsEntry]) -> list[str]:
    """The lines of the list; none for a page of one place."""
    if len(entries) < 2 and not any(len(entry.inside) > 1 for entry in entries):
        return []
    return ['<nav aria-label="Contents">', *_list(entries), "</nav>"]


def _list(entries: Sequence[ContentsEntry]) -> list[str]:
    if not entries:
        return []
    items = [
        line
        for entry in entries
        for line in (
            f'<li><a href="#{entry.place}">{inline(entry.title)}</a>', *_list(entry.inside), "</li>"
        )
    ]  # fmt: skip
    return ["<ol>", *items, "</ol>"]
