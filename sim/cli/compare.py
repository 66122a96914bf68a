"""`sim compare`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .command import command
from .engine import tell_engine
from .inputs import scenarios_argument
from .numbers import WholeNumber
from .observed import is_logs, plan_option, read_logs, region_option
from .options import Options, report_options
from .output import Page, check_files, emit
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
sim compare observed.jsonl my-app.yaml
""",
)
@scenarios_argument
@click.option(
    "--replications",
    "number",
    type=WholeNumber(2, 10_000),
    metavar="NUMBER",
    help="Run each scenario under this many successive seeds and show differences by seed.",
)
@plan_option
@region_option
@report_options
def compare_command(
    scenarios: tuple[str, ...], number: int | None, plan: str, region: str, options: Options
) -> None:
    """Simulate SCENARIOS under the same seed, or seeds, and show them side by side.

    If the first one is a file of logs (.jsonl, .ndjson, .csv, .gz or .zst), the run of the second
    is held against what happened.
    """
    if len(scenarios) < 2:
        raise click.UsageError("compare takes at least two scenarios", click.get_current_context())
    if any(map(is_logs, scenarios)):
        _predict(scenarios, number, options, plan, region)
        return
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


def _predict(
    given: tuple[str, ...], number: int | None, options: Options, plan: str, region: str
) -> None:
    """Hold a scenario's run against logs."""
    if len(given) != 2 or not is_logs(given[0]) or is_logs(given[1]):
        raise click.UsageError(
            "with logs, compare takes one file of them and one scenario after it"
        )
    if number is not None:
        raise click.UsageError("--replications is about scenarios: logs happened once")
    check_files(options.files)
    loaded = options.load(given[1])
    logs = read_logs(given[:1], quiet=options.quiet, plan=plan, region=region)

    from sim.experiments.observed import predict
    from sim.report import predict_report

    tell_engine(loaded, quiet=options.quiet)
    with ProgressLine(quiet=options.quiet, runs=1) as progress:
        prediction = predict(logs, loaded, progress)
    emit(predict_report(prediction), prediction.to_json, options.format_, options.files)


def _page(comparison: Comparison) -> Sequence[Block]:
    from sim.report import compare_page  # late: the charts take half a second to import

    return compare_page(comparison)
