"""`sim explain`."""

from __future__ import annotations

from pathlib import Path

import click

from .command import command
from .engine import tell_engine
from .inputs import INPUT_FILE
from .observed import ReadingProgress, observed_option
from .options import Options, report_options
from .output import OutputError, check_file, check_files, emit, write_whole
from .progress import RunProgress
from .runs import workers_at_once, workers_option

GRAPHS = {".dot": "dot", ".mmd": "mermaid", ".graphml": "graphml"}
"""Suffix of a file → the format that the call graph is written in."""


@command(
    "explain",
    examples="""
sim explain shipped:spike
sim explain shipped:fixed --static
sim explain shipped:spike --replications 10 --graph spike.dot --out spike.md
sim explain my-app.yaml --horizon 2h --format json
sim explain --observed events.jsonl --jobs scheduled-functions.jsonl
""",
)
@click.argument("scenario", type=INPUT_FILE, required=False)
@observed_option
@click.option(
    "--jobs",
    metavar="FILE",
    type=INPUT_FILE,
    help="With --observed: an export of the table _scheduled_functions, which says when each job "
    "was scheduled.",
)
@click.option(
    "--static",
    is_flag=True,
    help="List the cycles that the settings allow; nothing is simulated.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 10_000),
    metavar="NUMBER",
    default=5,
    show_default=True,
    help="Run under this many successive seeds; with one there are no confidence intervals.",
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
@workers_option
@report_options
def explain_command(
    scenario: str | None, observed: tuple[str, ...], jobs: str | None, static: bool,
    replications: int, graphs: tuple[Path, ...], workers: int | None, options: Options,
) -> None:  # fmt: skip
    """Find what starts the calls of SCENARIO, which cycle keeps them going and what would stop it.

    A cycle is a chain of functions that schedule or call each other and end where they began. With
    --observed, the same is inferred from production logs.
    """
    if observed:
        if scenario is not None or static or graphs:
            raise click.UsageError(
                "--observed reads logs: leave out SCENARIO, --static and --graph"
            )
        _explain_logs(observed, jobs, workers, options)
        return
    if jobs is not None:
        raise click.UsageError("--jobs belongs to --observed")
    if scenario is None:
        raise click.UsageError("Missing argument 'SCENARIO'.")
    if static and graphs:
        raise click.UsageError("--graph needs a run, and --static runs nothing")
    _check_graphs(graphs)
    loaded = options.load(scenario)

    from sim.causes import explain, exported, possible_loops
    from sim.report import Heading, explain_page, explain_report, loops_blocks, loops_json

    if static:
        loops = possible_loops(loaded)
        blocks = [Heading(f"{loaded.name}: cycles"), *loops_blocks(loops)]
        emit(blocks, lambda: loops_json(loaded, loops), options.format_, options.files)
        return
    tell_engine(loaded, quiet=options.quiet)
    with RunProgress(quiet=options.quiet, workers=workers_at_once(workers)) as progress:
        explained = explain(loaded, replications=replications, workers=workers, done=progress)
    for file in graphs:
        write_whole(file, exported(explained.result, GRAPHS[file.suffix]))
    emit(explain_report(explained), explained.to_json, options.format_, options.files,
         lambda: explain_page(explained))  # fmt: skip


def _explain_logs(
    observed: tuple[str, ...], jobs: str | None, workers: int | None, options: Options
) -> None:
    check_files(options.files)

    from sim.causes import explain_observed
    from sim.report import causes_report

    with ReadingProgress(quiet=options.quiet) as progress:
        causes = explain_observed(observed, jobs=jobs, told=progress, workers=workers)
    emit(causes_report(causes), causes.to_json, options.format_, options.files)


def _check_graphs(files: tuple[Path, ...]) -> None:
    for file in files:
        if file.suffix not in GRAPHS:
            allowed = ", ".join(f"{suffix} ({name})" for suffix, name in GRAPHS.items())
            raise OutputError(f"--graph {file}: the suffix picks the format; allowed: {allowed}")
        check_file(file, "--graph ")
