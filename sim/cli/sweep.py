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
  sim sweep scenarios/fixed.yaml --vary app.refresh.limit=10..200 \\
      --vary app.refresh.stagger=0s..30s --sample sobol:64
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
@click.option(
    "--sample",
    metavar="METHOD:POINTS",
    help="So many points instead of every combination: latin-hypercube:50 or sobol:64. A range "
    "then needs no step.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Run on the Dask scheduler of that address, such as tcp://127.0.0.1:8786.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [default: all cores]")
@report_options
def sweep_command(
    scenario: str, axes: tuple[str, ...], replications: int, store_file: Path,
    sample: str | None, cluster: str | None, workers: int | None, options: Options,
) -> None:  # fmt: skip
    """Run SCENARIO over a grid or a sample of settings, under several seeds."""
    if cluster is not None and workers is not None:
        raise click.UsageError("--workers are processes here; a cluster has its own")
    from sim.experiments import (  # late: --help answers at once
        Store,
        parse_axis,
        parse_sample,
        sweep,
    )
    from sim.report import sweep_report

    grid = [parse_axis(text) for text in axes]
    if len({axis.path for axis in grid}) < len(grid):
        raise click.UsageError("a setting is varied twice")
    points = None if sample is None else parse_sample(sample)
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    store = Store(store_file)
    try:
        done = sweep(
            loaded,
            grid,
            sample=points,
            replications=replications,
            store=store,
            workers=workers,
            cluster=cluster,
            done=progress,
        )
    finally:
        progress.clear()
        store.close()
    emit(sweep_report(done), done.to_json, options.format_, options.files)
