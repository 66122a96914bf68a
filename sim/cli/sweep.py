"""`sim sweep`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import scenario_argument
from .numbers import WholeNumber
from .options import Options, report_options
from .output import emit
from .runs import RunOptions, run_options, sample_option, vary_option


@command(
    "sweep",
    examples="""
sim sweep shipped:fixed --vary app.refresh.limit=20..100:20
sim sweep shipped:fixed --vary app.refresh.limit=10..200 \\
    --vary app.refresh.stagger=0s..30s --sample sobol:64
sim sweep shipped:fixed --vary app.refresh.limit=20,60 \\
    --vary app.refresh.stagger=0s,10s --replications 5 --out sweep.json
""",
)
@scenario_argument
@vary_option
@sample_option
@click.option(
    "--replications",
    type=WholeNumber(1, 10_000),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Run every combination under this many successive seeds.",
)
@run_options
@report_options
def sweep_command(
    scenario: str, axes: tuple[str, ...], replications: int, sample: str | None,
    runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Run SCENARIO with every combination of some settings, or with a sample of them.

    Each run is kept in the store as soon as it ends. Call an interrupted sweep again and it
    continues where it stopped; repeat a finished one and it runs nothing.
    """
    from sim.experiments import parse_axis, parse_sample, sweep
    from sim.report import sweep_page, sweep_report

    grid = [parse_axis(text) for text in axes]
    points = None if sample is None else parse_sample(sample)
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    with runs.store() as store, runs.progress(quiet=options.quiet) as progress:
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
    emit(sweep_report(done), done.to_json, options.format_, options.files,
         lambda: sweep_page(done))  # fmt: skip
