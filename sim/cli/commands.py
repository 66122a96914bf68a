"""The commands by what one wants to do, with a line on each: what `sim --help` shows.

A command's module is imported when it is called: `sim --help` imports none of them.
"""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, dict[str, str]] = {
    "Run": {
        "run": "Simulate a scenario: calls, conflicts, cost and outcomes.",
        "compare": "Simulate several scenarios and show them side by side.",
        "report": "Write an HTML page with charts of one or more scenarios.",
    },
    "Check": {
        "check": "Fail if a scenario breaks one of its call budgets; for CI.",
        "alerts": "Show when a scenario's alerts fire and what a usage limit saves.",
        "backfill": "Check whether a manual backfill is safe.",
    },
    "Understand": {
        "observe": "Read production logs: calls, conflicts and cost as of a run.",
        "explain": "Find what starts the calls and which cycle keeps them going.",
        "ablate": "Find what each change between two scenarios does.",
        "recover": "Test which fix brings a running incident back to normal.",
        "audit": "Test the statements of a report against simulations.",
    },
    "Explore": {
        "calibrate": "Find settings by stated figures or from logs.",
        "sweep": "Run every combination of some settings.",
        "tune": "Find the settings with the best trade-offs between metrics.",
        "envelope": "Find how far a setting can go before a budget breaks.",
    },
    "Your app": {
        "init": "Write a starter scenario for a Convex project.",
        "bundle": "Bundle a project's own TypeScript into one file.",
        "scenarios": "List the scenarios that come with sim, or copy them.",
        "settings": "Show what a scenario can set: unit, default, range, source.",
        "validate": "Check files for mistakes without running anything.",
        "schema": "Print the JSON Schema of scenario files, for editors.",
    },
}
"""Group → command → summary."""


class LazyGroup(click.Group):
    """A group whose commands live in modules of this package that have their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, group by group."""
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported; None if there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f".{cmd_name}", __package__)
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click, with the nearest name if there is no such command."""
        name = str(args[0])
        if name in self.list_commands(ctx) or name.startswith("-"):
            return super().resolve_command(ctx, args)

        from difflib import get_close_matches

        near = get_close_matches(name, self.list_commands(ctx), n=1)
        did_you_mean = f" Did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(f"No such command {name!r}.{did_you_mean}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The groups with their commands."""
        widest = max(map(len, self.list_commands(ctx)))
        for title, commands in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{widest}}", text) for name, text in commands.items()])
