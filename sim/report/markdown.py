"""Blocks as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from sim.escaping import markdown, markdown_line

from .blocks import Block, Bullets, Cards, Figure, Heading, Listing, TableBlock, Text


def to_markdown(blocks: Iterable[Block]) -> str:
    """The report as GitHub-flavoured Markdown, ending in a newline."""
    parts = (_block(block) for block in blocks if not isinstance(block, Figure | Listing | Cards))
    return "\n\n".join(parts) + "\n"


def _block(block: Heading | Text | Bullets | TableBlock) -> str:
    match block:
        case Heading(text):
            return f"# {markdown(text)}"
        case Text(text):
            return markdown_line(text)
        case Bullets(title, items):
            listed = (f"- {markdown_line(item)}" for item in items)
            return "\n".join([f"## {markdown(title)}", "", *listed])
        case TableBlock():
            return _table(block)


def _table(table: TableBlock) -> str:
    rule = ["---" if table.aligned_left(n) else "---:" for n in range(len(table.columns))]
    head, *rows = ([*map(markdown, line)] for line in (table.columns, *table.rows))
    body = ["| " + " | ".join(line) + " |" for line in (head, rule, *rows)]
    return "\n".join([f"## {markdown(table.title)}", "", *body])
