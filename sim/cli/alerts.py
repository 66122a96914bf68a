"""`sim alerts`."""

from __future__ import annotations

import click

from sim.scenario import fault, parse_count

from .engine import tell_engine
from .options import Options, budget_option, report_options
from .output import emit
from .progress import Progress


@click.command(
    name="alerts",
    epilog="""\b
Examples:
  sim alerts scenarios/alerts.yaml
  sim alerts scenarios/alerts.yaml --disable 6M --disable 10M
  sim alerts scenarios/fixed.yaml --budgets scenarios/budgets/incident-checklist.yaml""",
)
@click.argument("scenario", type=click.Path())
@click.option(
    "--disable",
    "disable",
    metavar="CALLS",
    multiple=True,
    help="Try a daily disable threshold, such as 10M. Repeatable.",
)
@budget_option
@report_options
def alerts_command(scenario: str, disable: tuple[str, ...], options: Options) -> None:
    """Show when SCENARIO's alerts fire, and what a daily disable threshold would save and break."""
    bounds = []
    for text in disable:
        try:
            bounds.append(parse_count(text if not text.isdigit() else int(text)))
        except ValueError as error:
            raise fault(f"--disable {text}", str(error)) from error
    loaded = options.load(scenario)

    from sim.experiments import try_thresholds  # imported late: --help and errors answer at once
    from sim.report import alerts_report

    tell_engine(loaded, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        report = try_thresholds(loaded, bounds, progress=progress)
    finally:
        progress.clear()
    emit(alerts_report(report), report.to_json, options.format_, options.files)
