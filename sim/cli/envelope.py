"""`sim envelope`."""

from __future__ import annotations

import click

from .engine import tell_engine
from .options import Options, budget_option, report_options
from .output import emit
from .progress import RunProgress
from .runs import RunOptions, run_options


@click.command(
    name="envelope",
    epilog="""\b
Examples:
  sim envelope scenarios/fixed.yaml --edge app.refresh.limit=20..500:20 \\
      --vary app.refresh.stagger=0s,2s,10s --budgets scenarios/budgets/pull-request.yaml
  sim envelope my-app.yaml --edge app.sync.guard_window=0s..24h:30m""",
)
@click.argument("scenario", type=click.Path())
@click.option(
    "--edge",
    metavar="PATH=LOW..HIGH:STEP",
    required=True,
    help="The setting whose limit is looked for by bisection, and the values it may take.",
)
@click.option(
    "--vary",
    "axes",
    metavar="PATH=VALUES",
    multiple=True,
    help="Other settings: the limit is looked for at every combination. Repeatable.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Runs of one value at most; a clear verdict takes 3.",
)
@run_options
@budget_option
@report_options
def envelope_command(
    scenario: str, edge: str, axes: tuple[str, ...], replications: int, runs: RunOptions,
    options: Options,
) -> None:  # fmt: skip
    """Find how far a setting of SCENARIO may go before a budget breaks."""
    from sim.experiments import Range, envelope, parse_axis  # late: --help answers at once
    from sim.report import envelope_report
    from sim.scenario import fault

    bisected = parse_axis(edge, "--edge")
    if isinstance(bisected, Range):
        raise fault(f"--edge {edge}", "a range needs a step here: low..high:step")
    others = [parse_axis(text) for text in axes]
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    with runs.store() as store:
        try:
            found = envelope(
                loaded,
                bisected,
                others,
                replications=replications,
                store=store,
                workers=runs.workers,
                cluster=runs.cluster,
                done=progress,
            )
        finally:
            progress.clear()
    emit(envelope_report(found), found.to_json, options.format_, options.files)
