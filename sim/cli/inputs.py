"""What arguments and options name, files and settings, and how a shell completes them."""

from __future__ import annotations

import sys
from typing import Any

import click
from click.shell_completion import CompletionItem


class InputFile(click.ParamType):  # type: ignore[type-arg]
    """A file that is read: a path, ``-`` for standard input, or ``shipped:NAME``."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:  # fmt: skip
        """The text as it is: whoever reads the file says what is wrong with it."""
        if value == "-" and sys.stdin.isatty():  # nothing would say what it waits for
            click.echo("reading the scenario from standard input; Ctrl-D ends it", err=True)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The files that the shell finds, or the names of shipped ones."""
        from sim.scenario import SHIPPED, shipped_files

        if not incomplete or not (SHIPPED.startswith(incomplete) or incomplete.startswith(SHIPPED)):
            return [CompletionItem(incomplete, type="file")]
        names = [f"{SHIPPED}{name}" for name in shipped_files()]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class SettingPath(click.ParamType):  # type: ignore[type-arg]
    """The dotted path of a setting, mostly with values after an equals sign."""

    name = "setting"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:  # fmt: skip
        """The text as it is."""
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The settings of the built-in app, and of every scenario."""
        from sim.scenario import parameters

        return [
            CompletionItem(each.path, help=each.description)
            for each in parameters()
            if each.path.startswith(incomplete) and "[" not in each.path and "<" not in each.path
        ]


INPUT_FILE, SETTING_PATH = InputFile(), SettingPath()
scenario_argument = click.argument("scenario", type=INPUT_FILE)
scenarios_argument = click.argument("scenarios", type=INPUT_FILE, nargs=-1, required=True)
