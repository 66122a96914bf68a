"""What the help of every command has: examples and exit codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

EXIT_CODES = {
    0: "done",
    2: "bad input: nothing was run and nothing was written",
    70: "a defect in sim, shown with its traceback",
    130: "interrupted",
}
"""Exit code → meaning, where a command says nothing else."""


class Command(click.Command):
    """A command that ends its help with examples and exit codes."""

    examples: str = ""
    exits: Mapping[int, str] = {}
    notes: Callable[[click.HelpFormatter], None] | None = None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, what the command adds, exit codes."""
        write_lines(formatter, "Examples", self.examples)
        if self.notes is not None:
            self.notes(formatter)
        with formatter.section("Exit codes"):
            codes = sorted({**EXIT_CODES, **self.exits}.items())
            formatter.write_dl([(str(code), meaning) for code, meaning in codes])


def write_lines(formatter: click.HelpFormatter, title: str, text: str) -> None:
    """A section whose lines stay as they are."""
    with formatter.section(title):
        for line in text.strip("\n").splitlines():
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def command(
    name: str,
    *,
    examples: str,
    exits: Mapping[int, str] | None = None,
    notes: Callable[[click.HelpFormatter], None] | None = None,
) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command of `sim`.

    ``exits``: the exit codes that mean something of the command's own. ``notes`` adds sections.
    """

    def decorate(function: Callable[..., Any]) -> Command:
        made = click.command(name=name, cls=Command)(function)
        made.examples, made.exits, made.notes = examples, exits or {}, notes
        return made

    return decorate
