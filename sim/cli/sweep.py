"""`sim sweep`."""

from __future__ import annotations

import click

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import RunProgress
from .runs import RunOptions, run_options, sample_option, vary_option


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
@vary_option
@sample_option
@click.option(
    "--replications",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Runs of every cell under successive seeds.",
)
@run_options
@report_options
def sweep_command(
    scenario: str, axes: tuple[str, ...], replications: int, sample: str | None,
    runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Run SCENARIO over a grid or a sample of settings, under several seeds."""
    from sim.experiments import parse_axis, parse_sample, sweep  # late: --help answers at once
    from sim.report import sweep_page, sweep_report

    grid = [parse_axis(text) for text in axes]
    points = None if sample is None else parse_sample(sample)
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    with runs.store() as store:
        try:
            done = sweep(
                loaded,
                grid,
                sample=points,
                replications=replications,
                store=store,
                workers=runs.workers,
                cluster=runs.cluster,
                done=progress,
            )
        finally:
            progress.clear()
    emit(sweep_report(done), done.to_json, options.format_, options.files,
         lambda: sweep_page(done))  # fmt: skip
