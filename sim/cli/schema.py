"""`sim schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from .command import command
from .options import app_path_option
from .output import write_text


@command(
    "schema",
    examples="""
sim schema > scenario.schema.json
sim schema --app my_app --app-path scenarios > my_app.schema.json
sim schema --claims > claims.schema.json
""",
)
@click.option(
    "--app",
    metavar="NAME|FILE.py",
    help="The schema for one app: `setlist`, the file of a module, or the name of one in the "
    "current folder or in --app-path; it is imported.  [default: a schema for scenarios of any "
    "app]",
)
@app_path_option
@click.option("--claims", is_flag=True, help="The schema of claims files (`sim audit`) instead.")
def schema_command(app: str | None, app_path: tuple[str, ...], claims: bool) -> None:
    """Print the JSON Schema of scenario files, with which editors complete and check them."""
    if claims and app is not None:
        raise click.UsageError("claims files do not depend on the app: leave out --app or --claims")
    schema = _claims() if claims else _scenarios(app, app_path)
    write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "json")


def _claims() -> dict[str, Any]:
    from sim.claims import claims_schema

    return claims_schema()


def _scenarios(app: str | None, app_path: tuple[str, ...]) -> dict[str, Any]:
    from sim.scenario import AppError, Apps, fault, json_schema, schema_of_any_app

    if app is None:
        return schema_of_any_app()
    file = Path(app) if app.endswith(".py") else Path("scenario.yaml")
    name = file.stem if app.endswith(".py") else app
    try:
        return json_schema(name, Apps.beside(file, app_path))
    except AppError as error:
        raise fault("--app" if error.key == "app" else error.key, str(error)) from error
