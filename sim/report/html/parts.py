"""Each kind of block as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sim.escaping import html_lines

from ..blocks import Block, Bullets, Cards, Figure, Heading, Listing, TableBlock, Text
from .cards import cards_html
from .contents import ContentsEntry
from .inline import breakable, inline, plain

Rendered = tuple[ContentsEntry | None, str]
"""What the contents say of a block, if anything, and its HTML."""


@dataclass(slots=True)
class Parts:
    """Blocks become HTML; what has to differ on a page is numbered."""

    figures: int = 0

    def blocks(self, blocks: Sequence[Block], level: int, prefix: str) -> Iterator[Rendered]:
        """Each block, with titles of a level; charts that fit beside each other are together."""
        places = 0
        for is_small, group in groupby(blocks, _is_small):
            if is_small:
                places += 1
                place = f"{prefix}-{places}" if prefix else ""
                inside = "\n".join(self._figure(each, level + 1, "") for each in group
                                   if isinstance(each, Figure))  # fmt: skip
                heading = _heading("Charts", level, place)
                yield (
                    ContentsEntry(place, "Charts"),
                    f'{heading}\n<div class="charts">\n{inside}\n</div>',
                )
                continue
            for block in group:
                title = _title(block)
                places += bool(title)
                place = f"{prefix}-{places}" if prefix and title else ""
                short = re.split(r": | \(", title)[0] if isinstance(block, TableBlock) else title
                yield (
                    ContentsEntry(place, short) if title else None,
                    self._block(block, level, place),
                )

    def _block(self, block: Block, level: int, place: str) -> str:
        match block:
            case Heading(text):
                return f"<h{level}>{inline(text)}</h{level}>"
            case Text(text):
                return f"<p>{inline(text)}</p>"
            case Cards():
                return cards_html(block)
            case Bullets(title, items):
                listed = "\n".join(f"<li>{inline(item)}</li>" for item in items)
                return f"{_heading(title, level, place)}\n<ul>\n{listed}\n</ul>"
            case Figure():
                return self._figure(block, level, place)
            case Listing(title, text, is_for_tools):
                return _fold(f"<span>{inline(title)}</span>",
                             f'<pre tabindex="0">{html_lines(text)}</pre>', is_open=False,
                             kind="tools" if is_for_tools else "")  # fmt: skip
            case TableBlock():
                rows = f"{len(block.rows):,} row{'' if len(block.rows) == 1 else 's'}"
                heading = _heading(block.title, level, place)
                return _fold(f'{heading} <span class="hint">{rows}</span>', _table(block),
                             is_open=not block.folded)  # fmt: skip

    def _figure(self, figure: Figure, level: int, place: str) -> str:
        self.figures += 1
        drawn = _own_ids(figure.svg, f"c{self.figures}")
        if figure.narrow:
            narrow = _own_ids(figure.narrow, f"n{self.figures}")
            drawn = f'<div class="wide">{drawn}</div>\n<div class="narrow">{narrow}</div>'
        caption = f"<figcaption>{inline(figure.alt)}</figcaption>"
        return f"<figure>\n{_heading(figure.title, level, place)}\n{drawn}\n{caption}\n</figure>"


def _is_small(block: Block) -> bool:
    return isinstance(block, Figure) and not block.narrow


def _title(block: Block) -> str:
    return block.title if isinstance(block, Bullets | Figure | TableBlock) else ""


def _heading(title: str, level: int, place: str) -> str:
    mark = f' id="{place}"' if place else ""
    return f"<h{level}{mark}>{inline(title)}</h{level}>"


def _fold(summary: str, inside: str, *, is_open: bool, kind: str = "") -> str:
    state = (f' class="{kind}"' if kind else "") + (" open" if is_open else "")
    return f"<details{state}>\n<summary>{summary}</summary>\n{inside}\n</details>"


def _own_ids(svg: str, mark: str) -> str:
    """The same chart may stand on a page twice: its ids are made the page's own."""
    svg = re.sub(r' id="', f' id="{mark}-', svg)
    return svg.replace('href="#', f'href="#{mark}-').replace("url(#", f"url(#{mark}-")


def _table(table: TableBlock) -> str:
    """A table in a box of its own that scrolls sideways where the page is narrow."""
    kinds = [' class="text"' if table.aligned_left(n) else "" for n in range(len(table.columns))]
    head = "".join(f'<th scope="col"{kind}>{inline(column)}</th>'
                   for kind, column in zip(kinds, table.columns, strict=True))  # fmt: skip
    rows = "\n".join(_row(row, kinds) for row in table.rows)
    return (
        f'<div class="scroll" role="region" aria-label="{plain(table.title)}" tabindex="0">\n'
        f"<table>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _row(row: Sequence[str], kinds: Sequence[str]) -> str:
    first, *rest = row
    cells = "".join(f"<td{kind}>{inline(cell)}</td>"
                    for kind, cell in zip(kinds[1:], rest, strict=True))  # fmt: skip
    return f'<tr><th scope="row"{kinds[0]}>{breakable(first)}</th>{cells}</tr>'
