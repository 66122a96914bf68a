"""`sim compare`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .command import command
from .engine import tell_engine
from .inputs import scenarios_argument
from .options import Options, report_options
from .output import Page, emit
from .progress import ProgressLine

if TYPE_CHECKING:
    from sim.experiments import Comparison, Paired
    from sim.report import Block


@command(
    "compare",
    examples="""
sim compare shipped:spike shipped:fixed
sim compare shipped:fixed shipped:backfill-manual --format md
sim compare shipped:normal shipped:fixed --replications 10
sim compare before.yaml after.yaml --horizon 72h --out comparison.html
""",
)
@scenarios_argument
@click.option(
    "--replications",
    "number",
    type=click.IntRange(2, 10_000),
    metavar="NUMBER",
    help="Run each scenario under this many successive seeds and show differences by seed.",
)
@report_options
def compare_command(scenarios: tuple[str, ...], number: int | None, options: Options) -> None:
    """Simulate SCENARIOS under the same seed, or seeds, and show them side by side."""
    if len(scenarios) < 2:
        raise click.UsageError("compare takes at least two scenarios", click.get_current_context())
    loaded = [options.load(path) for path in scenarios]

    from sim.experiments import compare, compare_replications
    from sim.report import compare_report, paired_report

    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    page: Page | None = None
    with ProgressLine(quiet=options.quiet, runs=len(loaded) * (number or 1)) as progress:
        if number is None:
            comparison = compare(loaded, progress)
        else:
            paired = compare_replications(loaded, number, progress=progress)
    if number is None:
        blocks, as_json = compare_report(comparison), comparison.to_json
        page = functools.partial(_page, comparison)
    else:
        blocks, as_json = paired_report(paired.runs), paired.to_json
        page = functools.partial(_paired_page, paired)
    emit(blocks, as_json, options.format_, options.files, page)


def _paired_page(paired: Paired) -> Sequence[Block]:
    from sim.report import replications_page  # late: the charts take half a second to import

    return replications_page(paired.runs)


def _page(comparison: Comparison) -> Sequence[Block]:
    from sim.report import compare_page  # late: the charts take half a second to import

    return compare_page(comparison)
