"""Blocks in a terminal; plain text when it is none, no colours under NO_COLOR."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TextIO

from sim.charsets import fitting
from sim.escaping import plain

from .blocks import Block, Bullets, Heading, TableBlock, Text, mapped
from .layout import EDGE, GAP, Laid, Rows, laid_out, wrapped
from .verdicts import colour, verdict_in

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text as RichText

VERDICT = "verdict"
"""The heading of a column whose cells are coloured."""
PLAIN_WIDTH = 100
"""Columns of a report that is not written to a terminal."""
NARROWEST = 20
"""Columns that a report takes at least, whatever a terminal says of itself."""


def write_terminal(blocks: Iterable[Block], stream: TextIO) -> None:
    """Write the report to a stream, in characters that it can hold."""
    from rich.console import Console  # a tenth of a second to import: only when it is used

    class ReportConsole(Console):
        """A console that leaves a closed pipe to the command line, which has the exit code."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    width = shutil.get_terminal_size().columns if stream.isatty() else PLAIN_WIDTH
    width = max(width, NARROWEST)
    console = ReportConsole(file=stream, width=width, highlight=False, emoji=False, markup=False)
    for block in blocks:
        _write(mapped(block, lambda text: fitting(plain(text), stream.encoding)), console, width)


def _write(block: Block, console: Console, width: int) -> None:
    match block:
        case Heading(text):
            for line in wrapped(text, width):
                console.print(_headline(line), soft_wrap=True)
        case Text(text):
            _lines(console, wrapped(text, width))
        case Bullets(title, items):
            _title(console, title, width)
            bullet = fitting(" • ", console.encoding)
            for item in items:
                _lines(console, wrapped(item, width, bullet, " " * len(bullet)))
        case TableBlock():
            laid = laid_out(block, width)
            if isinstance(laid, Rows):
                _rows(laid, console, width)
            else:
                for part in laid:
                    _table(part, console, width)


def _lines(console: Console, lines: Iterable[str], style: str | None = None) -> None:
    for line in lines:
        console.print(line, style=style, soft_wrap=True)


def _headline(line: str) -> RichText:
    from rich.text import Text as RichText

    drawn = RichText(line, style="bold")
    if (found := verdict_in(line)) is not None:
        drawn.stylize(colour(line[slice(*found)]), *found)
    return drawn


def _title(console: Console, title: str, width: int) -> None:
    console.print()
    _lines(console, wrapped(title, width), style="bold")


def _table(laid: Laid, console: Console, width: int) -> None:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    _title(console, laid.title, width)
    drawn = RichTable(box=box.SIMPLE_HEAD if console.is_terminal else box.ASCII2, pad_edge=False)
    for column in laid.columns:
        justify: Literal["left", "right"] = "left" if column.left else "right"
        drawn.add_column(RichText(column.heading), justify=justify, width=column.width)
    verdicts = [column.heading == VERDICT for column in laid.columns]
    for row in zip(*(column.cells for column in laid.columns), strict=True):
        drawn.add_row(*(
            RichText(cell, style=colour(cell) if is_verdict else "")
            for cell, is_verdict in zip(row, verdicts, strict=True)
        ))  # fmt: skip
    whole = EDGE + sum(column.width + GAP for column in laid.columns)
    console.print(drawn, width=max(whole, width), crop=False)


def _rows(listed: Rows, console: Console, width: int) -> None:
    _title(console, listed.title, width)
    for row in listed.rows:
        (first, name), *cells = row
        _lines(console, wrapped(name, width), _style(first, name))
        for heading, cell in cells:
            text = f"{heading}: {cell}" if heading else cell
            _lines(console, wrapped(text, width, "  ", "    "), _style(heading, cell))


def _style(heading: str, cell: str) -> str | None:
    return (colour(cell) or None) if heading == VERDICT else None
