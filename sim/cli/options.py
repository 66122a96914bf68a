"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .output import FORMATS

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
        help="Also write the report to FILE; .json, .md or .txt picks the format. Repeatable.",
    ),
    click.option(
        "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
        help="Format on standard output.",
    ),
)  # fmt: skip


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of commands that simulate and report."""
    for option in _OPTIONS:
        command = option(command)
    return command
