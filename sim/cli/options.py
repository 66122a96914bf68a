"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from sim.scenario import Scenario, load_budgets, load_scenario

from .output import FORMATS, check_files

path_options = (
    click.option(
        "--extends-path", "extends_path", metavar="DIR", multiple=True, type=click.Path(),
        help="Let scenarios extend files in DIR and below, besides those in their own folder and "
        "in the working directory. Repeatable.",
    ),
    click.option(
        "--app-path", "app_path", metavar="DIR", multiple=True, type=click.Path(),
        help="Also look for the module of an app of your own in DIR; its code runs. Without, it "
        "has to be beside the scenario. Repeatable.",
    ),
)  # fmt: skip
"""Which folders a scenario may take from, besides its own."""

_OPTIONS = (
    click.option("--quiet", is_flag=True, help="No progress on standard error."),
    click.option("--horizon", metavar="TIME", help="Simulate this long, such as 3h."),
    click.option("--seed", type=click.IntRange(min=0), help="Seed of every random draw."),
    click.option(
        "--set", "overrides", metavar="PATH=VALUE", multiple=True,
        help="Override a setting, such as app.refresh.limit=20. Repeatable.",
    ),
    click.option(
        "--out", "files", metavar="FILE", multiple=True,
        type=click.Path(path_type=Path),
        help="Also write the report to FILE; .json, .md, .html or .txt picks the format. "
        "Repeatable.",
    ),
    *path_options,
    click.option(
        "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
        help="Format on standard output.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What the options of commands that simulate and report came to."""

    format_: str
    files: tuple[Path, ...]
    overrides: tuple[str, ...]
    seed: int | None
    horizon: str | None
    quiet: bool
    budget_files: tuple[str, ...] = ()
    app_path: tuple[str, ...] = ()
    extends_path: tuple[str, ...] = ()

    def load(self, path: str) -> Scenario:
        """The scenario in a file, with the overrides; refuses unwritable outputs first."""
        check_files(self.files)
        return load_scenario(
            path, self.overrides, seed=self.seed, horizon=self.horizon,
            below=[load_budgets(file) for file in self.budget_files],
            app_path=self.app_path, extends_path=self.extends_path,
        )  # fmt: skip


budget_option = click.option(
    "--budgets", "budget_files", metavar="FILE", multiple=True, type=click.Path(),
    help="Add the budgets and alerts of FILE. Repeatable.",
)  # fmt: skip


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of commands that simulate and report, as one `Options`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name, ()) for field in fields(Options)}
        return command(options=Options(**chosen), **values)

    for option in _OPTIONS:
        with_options = option(with_options)
    return with_options
