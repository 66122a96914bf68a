"""`sim schema`."""

from __future__ import annotations

import json
from typing import Any

import click

from sim.scenario import AppError, Problem, ScenarioError, json_schema

from .output import write_text


@click.command(
    name="schema",
    epilog="""\b
Examples:
  sim schema > scenario.schema.json
  sim schema --app my_package.my_app
  sim schema --claims > claims.schema.json""",
)
@click.option("--app", default="setlist", show_default=True, help="The app whose settings to show.")
@click.option("--claims", is_flag=True, help="The schema of claims files (`sim audit`) instead.")
def schema_command(app: str, claims: bool) -> None:
    """Print the JSON Schema of scenario files, so that editors complete them."""
    try:
        schema = _claims_schema() if claims else json_schema(app)
    except AppError as error:
        raise ScenarioError([Problem("--app", str(error))]) from error
    write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "json")


def _claims_schema() -> dict[str, Any]:
    from sim.claims import claims_schema  # imported late: scenarios need none of it

    return claims_schema()
