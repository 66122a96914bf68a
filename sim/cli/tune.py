"""`sim tune`."""

from __future__ import annotations

import click

from .engine import tell_engine
from .options import Options, budget_option, report_options
from .output import emit
from .progress import RunProgress
from .runs import RunOptions, run_options, sample_option, vary_option


@click.command(
    name="tune",
    epilog="""\b
Examples:
  sim tune scenarios/fixed.yaml --vary app.refresh.limit=20,40,80 \\
      --vary app.refresh.stagger=0s,5s,10s
  sim tune scenarios/fixed.yaml --vary app.refresh.limit=10..200 \\
      --vary app.sync.guard_window=0s..24h --sample sobol:32 --minimise calls --minimise cost""",
)
@click.argument("scenario", type=click.Path())
@vary_option
@sample_option
@click.option(
    "--minimise",
    "objectives",
    metavar="METRIC",
    multiple=True,
    help="What to lower; `sim check --help` lists the metrics. Repeatable.  [default: what the "
    "app names, else calls and conflicts]",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 10_000),
    default=5,
    show_default=True,
    help="Runs of every combination under successive seeds.",
)
@run_options
@budget_option
@report_options
def tune_command(
    scenario: str, axes: tuple[str, ...], sample: str | None, objectives: tuple[str, ...],
    replications: int, runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Find the settings of SCENARIO that no others beat in every objective."""
    from sim.experiments import parse_axis, parse_sample, tune
    from sim.report import tune_report

    varied = [parse_axis(text) for text in axes]
    points = None if sample is None else parse_sample(sample)
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    with runs.store() as store:
        try:
            found = tune(
                loaded,
                varied,
                objectives,
                sample=points,
                replications=replications,
                store=store,
                workers=runs.workers,
                cluster=runs.cluster,
                done=progress,
            )
        finally:
            progress.clear()
    emit(tune_report(found), found.to_json, options.format_, options.files)
