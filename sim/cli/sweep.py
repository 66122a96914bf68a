"""`sim sweep`."""

from __future__ import annotations

from pathlib import Path

import click

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import RunProgress


@click.command(
    name="sweep",
    epilog="""\b
A finished run is kept in the store the moment it ends: a sweep that was interrupted goes on where
it was when it is called again, and one that is repeated runs nothing.

\b
Examples:
  sim sweep scenarios/fixed.yaml --vary app.refresh.limit=20..100:20
  sim sweep scenarios/fixed.yaml --vary app.refresh.limit=20,60 --vary app.refresh.stagger=0s,10s \\
      --replications 5 --out sweep.json""",
)
@click.argument("scenario", type=click.Path())
@click.option(
    "--vary",
    "axes",
    metavar="PATH=VALUES",
    multiple=True,
    required=True,
    help="Values of a setting, such as 20,40,60 or 10..200:10 or 0s..30s:5s. Repeatable: "
    "every combination is run.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Runs of every cell under successive seeds.",
)
@click.option(
    "--store",
    "store_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default=Path("sweeps.sqlite"),
    show_default=True,
    help="Where finished runs are kept.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [default: all cores]")
@report_options
def sweep_command(
    scenario: str, axes: tuple[str, ...], replications: int, store_file: Path,
    workers: int | None, options: Options,
) -> None:  # fmt: skip
    """Run SCENARIO over a grid of settings and seeds."""
    from sim.experiments import Store, parse_axis, sweep  # late: --help answers at once
    from sim.report import sweep_report

    grid = [parse_axis(text) for text in axes]
    if len({axis.path for axis in grid}) < len(grid):
        raise click.UsageError("a setting is varied twice")
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    store = Store(store_file)
    try:
        done = sweep(
            loaded, grid, replications=replications, store=store, workers=workers, done=progress
        )
    finally:
        progress.clear()
        store.close()
    emit(sweep_report(done), done.to_json, options.format_, options.files)
