"""`sim scenarios`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .command import command
from .options import format_option
from .output import emit


@command(
    "scenarios",
    examples="""
sim scenarios
sim scenarios --copy my-scenarios
sim run shipped:monitor
""",
)
@click.option(
    "--copy",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the scenarios, their budgets and claims, and the example app into FOLDER.",
)
@format_option
def scenarios_command(folder: Path | None, format_: str) -> None:
    """List the scenarios that come with sim, or copy them into a folder to change them.

    Every command that takes a scenario takes `shipped:NAME`, in any folder. A scenario of your own
    can build on one with `extends: shipped:NAME`.
    """
    from sim.report import Block, Heading, TableBlock, Text
    from sim.scenario import SHIPPED, copy_shipped, shipped_list

    if folder is not None:
        files = copy_shipped(folder)
        click.echo(f"wrote {len(files)} files into {folder}")
        return
    found = shipped_list()
    titles = {
        "scenario": "Scenarios",
        "budgets": "Budgets: check --budgets",
        "claims": "Claims: audit",
    }
    blocks: list[Block] = [Heading("What comes with sim")]
    for kind, title in titles.items():
        rows = [
            [f"{SHIPPED}{each.name}", each.description + " (npm)" * each.needs_npm]
            for each in found if each.kind == kind
        ]  # fmt: skip
        blocks.append(TableBlock(title, ["name", "what it is"], rows, labels=2))
    blocks.append(Text("sim scenarios --copy FOLDER writes them into a folder, to change them."))
    blocks.append(Text("(npm): copy it, and run `npm install` in its folder first."))

    def as_json() -> str:
        listed = [
            {"name": f"{SHIPPED}{each.name}", "kind": each.kind, "description": each.description}
            for each in found
        ]
        return json.dumps({"schema": "sim.scenarios/1", "files": listed}, indent=2) + "\n"

    emit(blocks, as_json, format_, ())
