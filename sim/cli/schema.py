"""`sim schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sim.scenario import AppError, Apps, Problem, ScenarioError, json_schema

from .options import path_options


@click.command(
    name="schema",
    epilog="""\b
Examples:
  sim schema > scenario.schema.json
  sim schema --app load/my_app.py
  sim schema --app my_app --app-path load
  sim schema --claims > claims.schema.json""",
)
@click.option(
    "--app",
    default="setlist",
    show_default=True,
    metavar="NAME|FILE.py",
    help="The app whose settings to show: a built-in one, or the file of your own, whose code runs "
    "then.",
)
@path_options[1]
@click.option("--claims", is_flag=True, help="The schema of claims files (`sim audit`) instead.")
def schema_command(app: str, app_path: tuple[str, ...], claims: bool) -> None:
    """Print the JSON Schema of scenario files, so that editors complete them."""
    try:
        schema = _claims_schema() if claims else _schema(app, app_path)
    except AppError as error:
        raise ScenarioError([Problem("--app", str(error))]) from error
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))


def _schema(app: str, app_path: tuple[str, ...]) -> dict[str, Any]:
    """The schema for an app by name, or by the file of its module."""
    file = Path(app)
    if file.suffix == ".py":
        return json_schema(file.stem, Apps.beside(file, app_path))
    return json_schema(app, Apps.within(app_path))


def _claims_schema() -> dict[str, Any]:
    from sim.claims import claims_schema  # imported late: scenarios need none of it

    return claims_schema()
