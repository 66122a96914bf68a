"""`sim backfill`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import scenario_argument
from .numbers import WholeNumber
from .options import Options, budget_option, report_options
from .output import emit
from .progress import ProgressLine

UNSAFE = 1


@command(
    "backfill",
    exits={
        0: "the plan is safe, or there were no budgets to judge it by",
        1: "the plan breaks a budget or causes a spike",
    },
    examples="""
sim backfill shipped:fixed --shows 500
sim backfill shipped:fixed --shows 500 --batch 100 --wait 30m \\
    --budgets shipped:budgets/incident-checklist
""",
)
@scenario_argument
@click.option(
    "--shows", type=WholeNumber(1, 1_000_000), metavar="NUMBER", required=True,
    help="How many shows need a setlist.",
)  # fmt: skip
@click.option(
    "--batch",
    type=WholeNumber(1, 1000),
    metavar="NUMBER",
    default=50,
    show_default=True,
    help="Shows per run; the incident report allows 50.",
)
@click.option(
    "--wait",
    default="1h",
    show_default=True,
    metavar="TIME",
    help="Time from one run to the next; the incident report asks for an hour.",
)
@click.option(
    "--replications",
    type=WholeNumber(1, 1000),
    metavar="NUMBER",
    default=5,
    show_default=True,
    help="Run every plan under this many successive seeds.",
)
@budget_option
@report_options
def backfill_command(
    scenario: str, shows: int, batch: int, wait: str, replications: int, options: Options
) -> int:
    """Check whether a manual backfill on SCENARIO is safe, and how far it could go.

    SCENARIO runs the built-in setlist app, the only one with a manual backfill. The plan is judged
    by SCENARIO's budgets and those of --budgets.
    """
    from sim.scenario import DAY, SECOND, fault, parse_duration

    try:
        pause = parse_duration(wait)
    except ValueError as error:
        raise fault(f"--wait {wait}", str(error)) from error
    if not SECOND <= pause <= 30 * DAY:
        raise fault(f"--wait {wait}", "expected a time between 1s and 30d")
    loaded = options.load(scenario)

    from sim.experiments import BackfillPlan, backfill
    from sim.report import backfill_report

    plan = BackfillPlan(shows, batch, pause)
    if plan.lasts > 100 * DAY:
        raise fault(f"--shows {shows}", f"{plan.runs:,} runs would last longer than 100 days")
    tell_engine(loaded, quiet=options.quiet)
    with ProgressLine(quiet=options.quiet) as progress:
        report = backfill(loaded, plan, replications=replications, progress=progress)
    emit(backfill_report(report), report.to_json, options.format_, options.files)
    return 0 if report.safe else UNSAFE
