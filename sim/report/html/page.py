"""Blocks as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files

from sim._version import __version__
from sim.escaping import visible

from ..blocks import Block, Heading, mapped
from .contents import ContentsEntry, contents
from .inline import inline, plain
from .parts import Parts

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Whatever a name in a scenario says: the page asks nobody for anything."""


@dataclass(slots=True)
class _Section:
    """What stands under one heading."""

    heading: Heading | None
    blocks: list[Block] = field(default_factory=list)


def to_html(blocks: Iterable[Block]) -> str:
    """The report as a whole page, ending in a newline; the same blocks give the same bytes.

    Every heading begins a section; the first one is the page's title. The contents list them, and
    what has a title in them.
    """
    sections = _sections(blocks)
    titles = [section.heading.text for section in sections if section.heading]
    parts = Parts()
    entries, body = [], []
    for number, section in enumerate(sections, start=1):
        entry, html = _section(section, number, parts)
        entries.append(entry)
        body.append(html)
    return "\n".join([
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{plain(titles[0] if titles else 'sim')}</title>",
        f"<style>\n{_style()}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#content">Skip to the report</a>',
        *contents(entries),
        '<main id="content">',
        *body,
        f"<footer>Written by sim {escape(__version__)}.</footer>",
        "</main>",
        "</body>",
        "</html>",
    ]) + "\n"  # fmt: skip


def fragment(blocks: Sequence[Block]) -> str:
    """The blocks alone, for a page that is there already, such as a notebook."""
    shown = [mapped(block, visible) for block in blocks]
    return "\n".join(html for _, html in Parts().blocks(shown, level=1, prefix=""))


def _style() -> str:
    return files(__package__).joinpath("style.css").read_text("utf-8")


def _sections(blocks: Iterable[Block]) -> list[_Section]:
    sections: list[_Section] = []
    for block in (mapped(block, visible) for block in blocks):
        if isinstance(block, Heading):
            sections.append(_Section(block))
        elif sections:
            sections[-1].blocks.append(block)
        else:
            sections.append(_Section(None, [block]))
    return sections


def _section(section: _Section, number: int, parts: Parts) -> tuple[ContentsEntry, str]:
    level, place = (1 if number == 1 else 2), f"part-{number}"
    heading = section.heading
    title = "" if heading is None else f"<h{level}>{inline(heading.text)}</h{level}>\n"
    note = f'<p class="facts">{inline(heading.note)}</p>\n' if heading and heading.note else ""
    rendered = list(parts.blocks(section.blocks, level + 1, place))
    inside = "\n".join(html for _, html in rendered)
    entry = ContentsEntry(place, "" if heading is None else heading.short or heading.text,
                  [entry for entry, _ in rendered if entry])  # fmt: skip
    return entry, f'<section id="{place}">\n{title}{note}{inside}\n</section>'
