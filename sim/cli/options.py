"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .inputs import INPUT_FILE, SETTING_PATH
from .numbers import WholeNumber
from .output import FORMATS, check_files

if TYPE_CHECKING:
    from sim.scenario import Scenario

quiet_option = click.option("--quiet", is_flag=True, help="Show no progress on standard error.")
seed_option = click.option(
    "--seed", type=WholeNumber(0), metavar="NUMBER",
    help="Seed of the random draws; the first one if there are several runs.",
)  # fmt: skip
set_option = click.option(
    "--set", "overrides", metavar="PATH=VALUE", multiple=True, type=SETTING_PATH,
    help="Change a setting, such as app.refresh.limit=20. A mapping such as "
    "'app.refresh={limit: 20}' is merged with the file's, key by key. Repeatable. `sim settings` "
    "lists them.",
)  # fmt: skip
horizon_option = click.option(
    "--horizon", metavar="TIME", help="How much time to simulate, such as 3h."
)
format_option = click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
    help="Format on standard output.",
)  # fmt: skip
app_path_option = click.option(
    "--app-path", "app_path", metavar="DIR", multiple=True, type=click.Path(),
    help="Also look for the module of your app in DIR; its code is run. Without this option the "
    "module must be beside the scenario. Repeatable.",
)  # fmt: skip
extends_path_option = click.option(
    "--extends-path", "extends_path", metavar="DIR", multiple=True, type=click.Path(),
    help="Let scenarios extend files in DIR and below too, not only those in their own folder and "
    "in the current one. Repeatable.",
)  # fmt: skip
_REPORT_OPTIONS = (
    quiet_option,
    horizon_option,
    seed_option,
    extends_path_option,
    app_path_option,
    set_option,
    click.option(
        "--out", "files", metavar="FILE", multiple=True,
        type=click.Path(path_type=Path),
        help="Also write the report to FILE; .json, .md, .html or .txt picks the format. "
        "Repeatable.",
    ),
    format_option,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """The options of commands that simulate and report."""

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

        from sim.scenario import load_budgets, load_scenario

        return load_scenario(
            path, self.overrides, seed=self.seed, horizon=self.horizon,
            below=[load_budgets(file) for file in self.budget_files],
            app_path=self.app_path, extends_path=self.extends_path, command_line=True,
        )  # fmt: skip


budget_option = click.option(
    "--budgets", "budget_files", metavar="FILE", multiple=True, type=INPUT_FILE,
    help="Add the budgets and alerts of FILE. Repeatable.",
)  # fmt: skip


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of commands that simulate and report, as one `Options`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name, ()) for field in fields(Options)}
        return command(options=Options(**chosen), **values)

    for option in _REPORT_OPTIONS:
        with_options = option(with_options)
    return with_options
