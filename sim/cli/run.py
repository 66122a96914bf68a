"""`sim run`."""

from __future__ import annotations

import click

from sim.scenario import fault, parse_share

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import Progress


@click.command(
    name="run",
    epilog="""\b
Examples:
  sim run scenarios/spike.yaml
  sim run scenarios/fixed.yaml --set app.sync.guard_window=6h --seed 7
  sim run scenarios/spike.yaml --horizon 1h --format json
  sim run scenarios/fixed.yaml --replications 10
  sim run scenarios/spike.yaml --horizon 1h --precision 5%
  sim run scenarios/spike.yaml --out spike.json --out spike.html""",
)
@click.argument("scenario", type=click.Path())
@click.option(
    "--replications",
    "number",
    type=click.IntRange(1, 10_000),
    help="Run under so many successive seeds and give means with intervals.",
)
@click.option(
    "--precision",
    metavar="SHARE",
    help="Add seeds until every interval is within this share of its mean, such as 2%.",
)
@click.option(
    "--max-replications",
    "most",
    type=click.IntRange(5, 10_000),
    default=100,
    show_default=True,
    help="Replications after which a precision is given up.",
)
@report_options
def run_command(
    scenario: str, number: int | None, precision: str | None, most: int, options: Options
) -> None:
    """Simulate SCENARIO and report calls, conflicts, cost and outcomes."""
    if number is not None and precision is not None:
        raise click.UsageError("give --replications or --precision, not both")
    wanted = None if precision is None else _share(precision)
    loaded = options.load(scenario)

    from sim.experiments import replications  # imported late: --help and errors answer at once
    from sim.report import replications_report, run_page, run_report
    from sim.simulation import simulate

    tell_engine(loaded, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        if number is None and wanted is None:
            result = simulate(loaded, progress=lambda share: progress(loaded.name, share))
        else:
            done = replications(loaded, number, precision=wanted, most=most, progress=progress)
    finally:
        progress.clear()
    if number is None and wanted is None:
        emit(run_report(result), result.to_json, options.format_, options.files,
             lambda: run_page(loaded, result))  # fmt: skip
    else:
        emit(replications_report(done), done.to_json, options.format_, options.files)


def _share(precision: str) -> float:
    try:
        share = parse_share(precision)
    except ValueError:
        share = 0.0
    if not share:
        message = f"expected a share above 0, such as 2%, not {precision!r}"
        raise fault(f"--precision {precision}", message)
    return share
