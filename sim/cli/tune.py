"""`sim tune`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import scenario_argument
from .numbers import WholeNumber
from .options import Options, budget_option, report_options
from .output import emit
from .runs import RunOptions, run_options, sample_option, vary_option


@command(
    "tune",
    examples="""
sim tune shipped:fixed --vary app.refresh.limit=20,40,80 \\
    --vary app.refresh.stagger=0s,5s,10s
sim tune shipped:fixed --vary app.refresh.limit=20,60,200 \\
    --minimise calls --maximise outcomes.setlists_filled
sim tune shipped:fixed --vary app.refresh.limit=10..200 \\
    --vary app.sync.guard_window=0s..24h --sample sobol:32 --minimise cost
""",
)
@scenario_argument
@vary_option
@sample_option
@click.option(
    "--minimise",
    "minimise",
    metavar="METRIC",
    multiple=True,
    help="A metric to make small; `sim check --help` lists the metrics. Repeatable.  [default, "
    "without --maximise: what the app names, or calls and conflicts]",
)
@click.option(
    "--maximise",
    "maximise",
    metavar="METRIC",
    multiple=True,
    help="A metric to make large, such as outcomes.setlists_filled. Repeatable.",
)
@click.option(
    "--replications",
    type=WholeNumber(1, 10_000),
    metavar="NUMBER",
    default=5,
    show_default=True,
    help="Run every combination under this many successive seeds.",
)
@run_options
@budget_option
@report_options
def tune_command(
    scenario: str, axes: tuple[str, ...], sample: str | None, minimise: tuple[str, ...],
    maximise: tuple[str, ...], replications: int, runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Find the settings of SCENARIO with the best trade-offs between metrics (Pareto front).

    Shown are the combinations for which no other is better in one metric and as good in the rest.
    """
    from sim.experiments import parse_axis, parse_sample, tune
    from sim.report import tune_report

    varied = [parse_axis(text) for text in axes]
    points = None if sample is None else parse_sample(sample)
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    with runs.store() as store, runs.progress(quiet=options.quiet) as progress:
        found = tune(
            loaded,
            varied,
            minimise,
            maximise=maximise,
            sample=points,
            replications=replications,
            store=store,
            workers=runs.workers,
            cluster=runs.cluster,
            done=progress,
        )
    emit(tune_report(found), found.to_json, options.format_, options.files)
