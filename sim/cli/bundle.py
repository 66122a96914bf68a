"""`sim bundle`: a project's own TypeScript as one file, for machines without node_modules."""

from __future__ import annotations

from pathlib import Path

import click

from sim.escaping import visible

from .command import command
from .output import write_whole


@command(
    "bundle",
    examples="""
sim bundle ../my-app --out my-app.bundle.js
""",
)
@click.argument("root", type=click.Path(path_type=Path))
@click.option(
    "--out", "file", metavar="FILE", required=True, type=click.Path(path_type=Path),
    help="Where the bundle goes; a scenario names it as app.bundle.",
)  # fmt: skip
def bundle_command(root: Path, file: Path) -> None:
    """Bundle the functions of ROOT, the folder that holds convex/, with the project's esbuild."""
    from sim.convex.bundle import bundle_project

    write_whole(file, bundle_project(root).text())
    click.echo(f"wrote {visible(str(file))}")
