"""`sim compare`."""

from __future__ import annotations

import click

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import Progress


@click.command(
    name="compare",
    epilog="""\b
Examples:
  sim compare scenarios/spike.yaml scenarios/fixed.yaml
  sim compare scenarios/fixed.yaml scenarios/backfill-manual.yaml --format md
  sim compare scenarios/normal.yaml scenarios/fixed.yaml --horizon 72h --out out.json""",
)
@click.argument("scenarios", type=click.Path(), nargs=-1, required=True)
@report_options
def compare_command(scenarios: tuple[str, ...], options: Options) -> None:
    """Simulate SCENARIOS under one seed and show them side by side."""
    if len(scenarios) < 2:
        raise click.UsageError("compare takes at least two scenarios", click.get_current_context())
    loaded = [options.load(path) for path in scenarios]

    from sim.experiments import compare  # imported late: --help and errors answer at once
    from sim.report import compare_report

    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        comparison = compare(loaded, progress)
    finally:
        progress.clear()
    emit(compare_report(comparison), comparison.to_json, options.format_, options.files)
