"""Blocks as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from .blocks import Block, Bullets, Cards, Figure, Heading, Listing, Table, Text


def to_markdown(blocks: Iterable[Block]) -> str:
    """The report as GitHub-flavoured Markdown, ending in a newline."""
    parts = (_block(block) for block in blocks if not isinstance(block, Figure | Listing | Cards))
    return "\n\n".join(parts) + "\n"


def _block(block: Heading | Text | Bullets | Table) -> str:
    match block:
        case Heading(text):
            return f"# {text}"
        case Text(text):
            return text
        case Bullets(title, items):
            return "\n".join([f"## {title}", "", *(f"- {item}" for item in items)])
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rule = ["---" if table.aligned_left(n) else "---:" for n in range(len(table.columns))]
    lines = [table.columns, rule, *table.rows]
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([f"## {table.title}", "", *body])
