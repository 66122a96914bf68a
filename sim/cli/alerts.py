"""`sim alerts`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import scenario_argument
from .options import Options, budget_option, report_options
from .output import emit
from .progress import ProgressLine


@command(
    "alerts",
    examples="""
sim alerts shipped:alerts
sim alerts shipped:alerts --disable 6M --disable 10M
sim alerts my-app.yaml --budgets shipped:budgets/incident-checklist
""",
)
@scenario_argument
@click.option(
    "--disable",
    "disable",
    metavar="CALLS",
    multiple=True,
    help="Try a usage limit that disables the deployment at this many calls a day, such as 10M. "
    "Repeatable.",
)
@budget_option
@report_options
def alerts_command(scenario: str, disable: tuple[str, ...], options: Options) -> None:
    """Show when SCENARIO's alerts fire, and what a daily usage limit would save and break.

    It works with every app. Alerts are listed under `alerts:` in SCENARIO, or in a file that
    --budgets names.
    """
    from sim.scenario import fault, parse_count

    bounds = []
    for text in disable:
        try:
            bounds.append(parse_count(text if not text.isdigit() else int(text)))
        except ValueError as error:
            raise fault(f"--disable {text}", str(error)) from error
    loaded = options.load(scenario)

    from sim.experiments import try_thresholds
    from sim.report import alerts_report

    tell_engine(loaded, quiet=options.quiet)
    with ProgressLine(quiet=options.quiet, runs=1 + len(bounds)) as progress:
        report = try_thresholds(loaded, bounds, progress=progress)
    emit(alerts_report(report), report.to_json, options.format_, options.files)
