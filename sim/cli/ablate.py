"""`sim ablate`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .engine import tell_engine
from .options import Options, budget_option, report_options
from .output import emit
from .progress import RunProgress
from .runs import RunOptions, run_options

if TYPE_CHECKING:
    from sim.experiments import AblationPlan


@click.command(
    name="ablate",
    epilog="""\b
Exit codes: 0 done, whatever was found; 2 bad input; 130 interrupted.

\b
Examples:
  sim ablate scenarios/spike.yaml scenarios/fixed.yaml
  sim ablate scenarios/spike.yaml scenarios/fixed.yaml --horizon 6h --replications 5 \\
      --max-runs 25000 --budgets scenarios/budgets/incident-checklist.yaml
  sim ablate scenarios/spike.yaml scenarios/fixed.yaml --max-runs 500 --metric calls \\
      --metric outcomes.setlists_filled --change refresh=app.refresh""",
)
@click.argument("buggy", type=click.Path())
@click.argument("fixed", type=click.Path())
@click.option(
    "--metric",
    "metrics",
    metavar="METRIC",
    multiple=True,
    help="What to share out; `sim check --help` lists the metrics. Repeatable.  [default: calls, "
    "conflicts, cost and the app's outcomes]",
)
@click.option(
    "--change",
    "changes",
    metavar="NAME=PATHS",
    multiple=True,
    help="Settings that are switched together under a name, such as refresh=app.refresh; they go "
    "before the app's own names. Repeatable.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Runs of every combination under successive seeds.",
)
@click.option(
    "--max-runs",
    type=click.IntRange(1, 1_000_000),
    default=5000,
    show_default=True,
    help="If every combination takes more runs than that, shares are estimated from random orders.",
)
@run_options
@budget_option
@report_options
def ablate_command(
    buggy: str, fixed: str, metrics: tuple[str, ...], changes: tuple[str, ...], replications: int,
    max_runs: int, runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Find what each change from BUGGY to FIXED bought.

    Every change is made alone, taken back alone, and given its Shapley share over all
    combinations, under common random numbers.
    """
    first, second = options.load(buggy), options.load(fixed)

    from sim.experiments import ablate, parse_groups  # late: --help and errors answer at once
    from sim.report import ablate_report

    groups = parse_groups(changes)
    tell_engine(first, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)

    def planned(plan: AblationPlan) -> None:
        if not options.quiet:
            how = "all combinations" if plan.exact else f"{2 * len(plan.pairs)} random orders"
            most = "" if plan.exact else "at most "
            sys.stderr.write(f"sim: {plan.changes} changes, {how}: {most}{plan.runs:,} runs\n")
            sys.stderr.flush()

    with runs.store() as store:
        try:
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
        finally:
            progress.clear()
    emit(ablate_report(found), found.to_json, options.format_, options.files)
