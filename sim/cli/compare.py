"""`sim compare`."""

from __future__ import annotations

import functools

import click

from .engine import tell_engine
from .options import Options, report_options
from .output import Page, emit
from .progress import Progress


@click.command(
    name="compare",
    epilog="""\b
Examples:
  sim compare scenarios/spike.yaml scenarios/fixed.yaml
  sim compare scenarios/fixed.yaml scenarios/backfill-manual.yaml --format md
  sim compare scenarios/normal.yaml scenarios/fixed.yaml --replications 10
  sim compare scenarios/normal.yaml scenarios/fixed.yaml --horizon 72h --out out.json""",
)
@click.argument("scenarios", type=click.Path(), nargs=-1, required=True)
@click.option(
    "--replications",
    "number",
    type=click.IntRange(2, 10_000),
    help="Run each under so many successive seeds and give paired differences.",
)
@report_options
def compare_command(scenarios: tuple[str, ...], number: int | None, options: Options) -> None:
    """Simulate SCENARIOS under one seed, or several, and show them side by side."""
    if len(scenarios) < 2:
        raise click.UsageError("compare takes at least two scenarios", click.get_current_context())
    loaded = [options.load(path) for path in scenarios]

    from sim.experiments import compare, compare_replications  # late: --help answers at once
    from sim.report import compare_page, compare_report, paired_report

    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    page: Page | None = None
    progress = Progress(quiet=options.quiet)
    try:
        if number is None:
            comparison = compare(loaded, progress)
            blocks, as_json = compare_report(comparison), comparison.to_json
            page = functools.partial(compare_page, comparison)
        else:
            paired = compare_replications(loaded, number, progress=progress)
            blocks, as_json = paired_report(paired.runs), paired.to_json
    finally:
        progress.clear()
    emit(blocks, as_json, options.format_, options.files, page)
