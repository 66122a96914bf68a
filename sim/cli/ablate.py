"""`sim ablate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .command import command
from .engine import tell_engine
from .inputs import INPUT_FILE
from .numbers import WholeNumber
from .options import Options, budget_option, report_options
from .output import emit
from .runs import RunOptions, run_options

if TYPE_CHECKING:
    from sim.experiments import AblationPlan


@command(
    "ablate",
    examples="""
sim ablate shipped:spike shipped:fixed --horizon 6h --max-runs 500
sim ablate shipped:spike shipped:fixed --replications 5 --max-runs 25000 \\
    --budgets shipped:budgets/incident-checklist
sim ablate before.yaml after.yaml --metric calls --change batch=app.refresh
""",
)
@click.argument("buggy", type=INPUT_FILE)
@click.argument("fixed", type=INPUT_FILE)
@click.option(
    "--metric",
    "metrics",
    metavar="METRIC",
    multiple=True,
    help="A metric whose difference is shared out among the changes; `sim check --help` lists "
    "the metrics. Repeatable.  [default: calls, conflicts, cost and the app's outcomes]",
)
@click.option(
    "--change",
    "changes",
    metavar="NAME=PATHS",
    multiple=True,
    help="Treat these settings as one change of that name, such as refresh=app.refresh. The "
    "app's own names for changes come second. Repeatable.",
)
@click.option(
    "--replications",
    type=WholeNumber(1, 1000),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Run every combination under this many successive seeds.",
)
@click.option(
    "--max-runs",
    type=WholeNumber(1, 1_000_000),
    metavar="NUMBER",
    default=5000,
    show_default=True,
    help="If all combinations take more runs than this, shares are estimated from random orders.",
)
@run_options
@budget_option
@report_options
def ablate_command(
    buggy: str, fixed: str, metrics: tuple[str, ...], changes: tuple[str, ...], replications: int,
    max_runs: int, runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Find what each change from BUGGY to FIXED does.

    Each change is made alone and taken back alone. Its Shapley share is its part of the whole
    difference, averaged over all orders in which the changes can be made. All runs use the same
    seeds.

    Both scenarios run the same app with the same code: a change is one of settings. Settings that
    belong together get a name with --change, or in CHANGES of the app's module.
    """
    first, second = options.load(buggy), options.load(fixed)

    from sim.experiments import ablate, parse_groups
    from sim.report import ablate_report

    groups = parse_groups(changes)
    tell_engine(first, quiet=options.quiet)

    with runs.store() as store, runs.progress(quiet=options.quiet) as progress:

        def planned(plan: AblationPlan) -> None:
            how = "all combinations" if plan.exact else f"{2 * len(plan.pairs)} random orders"
            most = "" if plan.exact else "at most "
            progress.say(f"{plan.changes} changes, {how}: {most}{plan.runs:,} runs")

        found = ablate(
            first,
            second,
            metrics=metrics,
            changes=groups,
            replications=replications,
            max_runs=max_runs,
            store=store,
            workers=runs.workers,
            cluster=runs.cluster,
            planned=planned,
            done=progress,
        )
    emit(ablate_report(found), found.to_json, options.format_, options.files)
