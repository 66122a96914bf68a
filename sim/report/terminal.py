"""Blocks in a terminal; plain text when it is none, no colours under NO_COLOR."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import IO

from .blocks import Block, Bullets, Heading, Table, Text

PLAIN_WIDTH = 100
"""Columns of a report that is not written to a terminal."""


def write_terminal(blocks: Iterable[Block], stream: IO[str]) -> None:
    """Write the report to a stream."""
    from rich.console import Console  # a tenth of a second to import: only when it is used

    is_terminal = stream.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else PLAIN_WIDTH

    class ReportConsole(Console):
        """A console that leaves a closed pipe to the command line, which has the exit code."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = ReportConsole(file=stream, width=max(width, 80), highlight=False, emoji=False)
    for block in blocks:
        _write(block, console, rounded=is_terminal)


def _write(block: Block, console: object, *, rounded: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    assert isinstance(console, Console)
    match block:
        case Heading(text):
            console.print(f"[bold]{escape(text)}[/bold]")
        case Text(text):
            console.print(RichText(text))
        case Bullets(title, items):
            console.print(f"\n[bold]{escape(title)}[/bold]")
            for item in items:
                console.print(Padding(RichText(f"• {item}"), (0, 0, 0, 1)))
        case Table():
            console.print(f"\n[bold]{escape(block.title)}[/bold]")
            table = RichTable(box=box.SIMPLE_HEAD if rounded else box.ASCII2, pad_edge=False)
            for number, column in enumerate(block.columns):
                left = block.aligned_left(number)
                table.add_column(
                    RichText(column), justify="left" if left else "right",
                    no_wrap=not left or number == 0, overflow="fold",
                )  # fmt: skip
            for row in block.rows:
                table.add_row(*(RichText(cell) for cell in row))
            console.print(table)
