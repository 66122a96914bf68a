"""`sim explain`."""

from __future__ import annotations

from pathlib import Path

import click

from .engine import tell_engine
from .options import Options, report_options
from .output import OutputError, check_file, emit, write_whole
from .progress import RunProgress

GRAPHS = {".dot": "dot", ".mmd": "mermaid", ".graphml": "graphml"}
"""Suffix of a file → the format that the call graph is written in."""


@click.command(
    name="explain",
    epilog="""\b
Exit codes: 0 done, whatever was found; 2 bad input; 130 interrupted.

\b
Examples:
  sim explain scenarios/spike.yaml
  sim explain scenarios/fixed.yaml --static
  sim explain scenarios/spike.yaml --replications 10 --graph spike.dot --out spike.md
  sim explain scenarios/monitor.yaml --horizon 2h --format json""",
)
@click.argument("scenario", type=click.Path())
@click.option(
    "--static",
    is_flag=True,
    help="Only list the cycles that the settings allow; nothing is simulated.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 10_000),
    default=5,
    show_default=True,
    help="Runs under successive seeds; one gives no intervals.",
)
@click.option(
    "--graph",
    "graphs",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Write the call graph to FILE; .dot, .mmd (Mermaid) or .graphml picks the format. "
    "Repeatable.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [default: all cores]")
@report_options
def explain_command(
    scenario: str, static: bool, replications: int, graphs: tuple[Path, ...], workers: int | None,
    options: Options,
) -> None:  # fmt: skip
    """Say what started the calls of SCENARIO, which cycle keeps them up, and what closes it."""
    if static and graphs:
        raise click.UsageError("--graph needs a run, and --static has none")
    _check_graphs(graphs)
    loaded = options.load(scenario)

    from sim.causes import explain, exported, possible_loops  # late: --help answers at once
    from sim.report import Heading, explain_page, explain_report, loops_blocks, loops_json

    if static:
        loops = possible_loops(loaded)
        blocks = [Heading(f"{loaded.name}: cycles"), *loops_blocks(loops)]
        emit(blocks, lambda: loops_json(loaded, loops), options.format_, options.files)
        return
    tell_engine(loaded, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    try:
        explained = explain(
            loaded, replications=replications, workers=workers, done=progress
        )  # fmt: skip
    finally:
        progress.clear()
    for file in graphs:
        write_whole(file, exported(explained.result, GRAPHS[file.suffix]))
    emit(explain_report(explained), explained.to_json, options.format_, options.files,
         lambda: explain_page(explained))  # fmt: skip


def _check_graphs(files: tuple[Path, ...]) -> None:
    for file in files:
        if file.suffix not in GRAPHS:
            allowed = ", ".join(f"{suffix} ({name})" for suffix, name in GRAPHS.items())
            raise OutputError(f"--graph {file}: the suffix picks the format; allowed: {allowed}")
        check_file(file, "--graph ")
