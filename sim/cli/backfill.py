"""`sim backfill`."""

from __future__ import annotations

import click

from sim.scenario import DAY, SECOND, fault, parse_duration

from .engine import tell_engine
from .options import Options, budget_option, report_options
from .output import emit
from .progress import Progress

UNSAFE = 1


@click.command(
    name="backfill",
    epilog="""\b
Exit codes: 0 the plan is safe, 1 it breaks a budget or spikes, 2 bad input.

\b
Examples:
  sim backfill scenarios/fixed.yaml --shows 500
  sim backfill scenarios/fixed.yaml --shows 500 --batch 100 --wait 30m \\
      --budgets scenarios/budgets/incident-checklist.yaml""",
)
@click.argument("scenario", type=click.Path())
@click.option(
    "--shows", type=click.IntRange(1, 1_000_000), required=True, help="Shows that need a setlist."
)
@click.option(
    "--batch",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="Shows a run; the incident report allows 50.",
)
@click.option(
    "--wait",
    default="1h",
    show_default=True,
    metavar="TIME",
    help="Time from run to run; the incident report asks for an hour.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Runs of every plan under successive seeds.",
)
@budget_option
@report_options
def backfill_command(
    scenario: str, shows: int, batch: int, wait: str, replications: int, options: Options
) -> int:
    """Ask whether a manual backfill on SCENARIO is safe, and how far it could go."""
    try:
        pause = parse_duration(wait)
    except ValueError as error:
        raise fault(f"--wait {wait}", str(error)) from error
    if not SECOND <= pause <= 30 * DAY:
        raise fault(f"--wait {wait}", "expected a time between 1s and 30d")
    loaded = options.load(scenario)

    from sim.experiments import Plan, backfill  # imported late: --help and errors answer at once
    from sim.report import backfill_report

    plan = Plan(shows, batch, pause)
    if plan.lasts > 100 * DAY:
        raise fault(f"--shows {shows}", f"{plan.runs:,} runs would last longer than 100 days")
    tell_engine(loaded, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        report = backfill(loaded, plan, replications=replications, progress=progress)
    finally:
        progress.clear()
    emit(backfill_report(report), report.to_json, options.format_, options.files)
    return 0 if report.safe else UNSAFE
