"""`sim schema`."""

from __future__ import annotations

import json

import click

from sim.scenario import AppError, Problem, ScenarioError, json_schema


@click.command(
    name="schema",
    epilog="""\b
Examples:
  sim schema > scenario.schema.json
  sim schema --app my_package.my_app""",
)
@click.option("--app", default="setlist", show_default=True, help="The app whose settings to show.")
def schema_command(app: str) -> None:
    """Print the JSON Schema of scenario files, so that editors complete them."""
    try:
        schema = json_schema(app)
    except AppError as error:
        raise ScenarioError([Problem("--app", str(error))]) from error
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
