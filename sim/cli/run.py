"""`sim run`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .command import command
from .engine import tell_engine
from .events import EventOptions, event_options
from .inputs import scenario_argument
from .numbers import WholeNumber
from .options import Options, report_options
from .output import emit
from .progress import ProgressLine

if TYPE_CHECKING:
    from sim.report import Block


@command(
    "run",
    examples="""
sim run shipped:spike
sim run shipped:fixed --set app.sync.guard_window=6h --seed 7
sim run shipped:spike --horizon 1h --format json
sim run shipped:fixed --replications 10
sim run shipped:fixed --precision 1% --metric calls --metric cost
sim run my-app.yaml --out result.json --out report.html
sim run shipped:spike --horizon 1h --events spike.jsonl --events-format axiom
generate-scenario | sim run -
""",
)
@scenario_argument
@click.option(
    "--replications",
    "number",
    type=WholeNumber(1, 10_000),
    metavar="NUMBER",
    help="Run under this many successive seeds and show means with 95% confidence intervals.",
)
@click.option(
    "--precision",
    metavar="SHARE",
    help="Add seeds until the confidence intervals are within this share of their means, such as "
    "2%.",
)
@click.option(
    "--metric",
    "metrics",
    metavar="METRIC",
    multiple=True,
    help="Only this metric has to reach the precision; `sim check --help` lists the metrics. "
    "Repeatable.  [default: every metric shown]",
)
@click.option(
    "--max-replications",
    "most",
    type=WholeNumber(5, 10_000),
    metavar="NUMBER",
    default=100,
    show_default=True,
    help="Stop adding seeds for a precision after this many.",
)
@event_options
@report_options
def run_command(
    scenario: str, number: int | None, precision: str | None, metrics: tuple[str, ...], most: int,
    events: EventOptions, options: Options,
) -> None:  # fmt: skip
    """Simulate SCENARIO and show its calls, conflicts, cost and outcomes."""
    if number is not None and precision is not None:
        raise click.UsageError("give --replications or --precision, not both")
    if metrics and precision is None:
        raise click.UsageError("--metric says what --precision is about: give both")
    events.check(several=number is not None or precision is not None)
    wanted = None if precision is None else _share(precision)
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    if number is not None or wanted is not None:
        from sim.experiments import replications
        from sim.report import replications_report

        with ProgressLine(quiet=options.quiet, runs=number) as progress:
            done = replications(
                loaded, number, precision=wanted, metrics=metrics, most=most, progress=progress
            )

        def means() -> Sequence[Block]:
            from sim.report import replications_page  # late: the charts take a while to import

            return replications_page([done])

        emit(replications_report(done), done.to_json, options.format_, options.files, means)
        return

    from sim.report import run_report
    from sim.simulation import simulate

    with events.emission(loaded) as emitting:
        with ProgressLine(quiet=options.quiet, runs=1) as progress:
            result = simulate(
                loaded, progress=lambda share: progress(loaded.name, share),
                journal=None if emitting is None else emitting.journal,
            )  # fmt: skip
        events.tell(emitting, quiet=options.quiet)

    def page() -> Sequence[Block]:
        from sim.report import run_page  # late: the charts take half a second to import

        return run_page(loaded, result)

    emit(run_report(result), result.to_json, options.format_, options.files, page)


def _share(precision: str) -> float:
    from sim.scenario import fault, parse_share

    try:
        share = parse_share(precision)
    except ValueError:
        share = 0.0
    if not share:
        message = f"expected a share above 0, such as 2%, not {precision!r}"
        raise fault(f"--precision {precision}", message)
    return share
