"""Blocks as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from sim._version import __version__

from ..blocks import Block, Bullets, Figure, Heading, Listing, Table, Text

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Whatever a name in a scenario says: the page asks nobody for anything."""


def to_html(blocks: Iterable[Block]) -> str:
    """The report as a whole page, ending in a newline; the same blocks give the same bytes.

    Every heading begins a section; with several of them there is a list to jump to each.
    """
    parts = _sections(list(blocks))
    titles = [title for title, _ in parts if title]
    style = files(__package__).joinpath("style.css").read_text("utf-8")
    body = [
        f'<section id="part-{n}">\n<h1>{escape(title)}</h1>\n{fragment(inside)}\n</section>'
        for n, (title, inside) in enumerate(parts, start=1)
    ]
    return "\n".join([
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(', '.join(titles) or 'sim')}</title>",
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#content">Skip to the report</a>',
        *_contents(titles),
        '<main id="content">',
        *body,
        "</main>",
        f"<footer>Written by sim {escape(__version__)}.</footer>",
        "</body>",
        "</html>",
    ]) + "\n"  # fmt: skip


def fragment(blocks: Sequence[Block]) -> str:
    """The blocks alone, for a page that is there already, such as a notebook."""
    return "\n".join(map(_block, blocks))


def _sections(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    parts: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading):
            parts.append((block.text, []))
        elif parts:
            parts[-1][1].append(block)
        else:
            parts.append(("", [block]))
    return parts


def _contents(titles: Sequence[str]) -> list[str]:
    if len(titles) < 2:
        return []
    items = [f'<li><a href="#part-{n}">{escape(title)}</a></li>'
             for n, title in enumerate(titles, start=1)]  # fmt: skip
    return ['<nav aria-label="Reports">', "<ul>", *items, "</ul>", "</nav>"]


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h1>{escape(text)}</h1>"
        case Text(text):
            return f"<p>{escape(text)}</p>"
        case Bullets(title, items):
            listed = "\n".join(f"<li>{escape(item)}</li>" for item in items)
            return f"<h2>{escape(title)}</h2>\n<ul>\n{listed}\n</ul>"
        case Figure(title, alt, svg):
            caption = f"<figcaption>{escape(alt)}</figcaption>"
            return f"<h2>{escape(title)}</h2>\n<figure>\n{svg}\n{caption}\n</figure>"
        case Listing(title, text):
            inside = f'<pre tabindex="0">{escape(text)}</pre>'
            return f"<details>\n<summary>{escape(title)}</summary>\n{inside}\n</details>"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    """A table in a box of its own that scrolls sideways where the page is narrow."""
    kinds = [' class="text"' if table.aligned_left(n) else "" for n in range(len(table.columns))]
    head = "".join(f'<th scope="col"{kind}>{escape(column)}</th>'
                   for kind, column in zip(kinds, table.columns, strict=True))  # fmt: skip
    rows = "\n".join(_row(row, kinds) for row in table.rows)
    return (
        f"<h2>{escape(table.title)}</h2>\n"
        f'<div class="scroll" role="region" aria-label="{escape(table.title)}" tabindex="0">\n'
        f"<table>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _row(row: Sequence[str], kinds: Sequence[str]) -> str:
    first, *rest = (f"{kind}>{escape(cell)}" for kind, cell in zip(kinds, row, strict=True))
    cells = "".join(f"<td{cell}</td>" for cell in rest)
    return f'<tr><th scope="row"{first}</th>{cells}</tr>'
