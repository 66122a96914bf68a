"""`sim compare`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.scenario import load_scenario

from .options import report_options
from .output import check_files, emit
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
def compare_command(
    scenarios: tuple[str, ...],
    format_: str,
    files: tuple[Path, ...],
    overrides: tuple[str, ...],
    seed: int | None,
    horizon: str | None,
    quiet: bool,
) -> None:
    """Simulate SCENARIOS under one seed and show them side by side."""
    if len(scenarios) < 2:
        raise click.UsageError("compare takes at least two scenarios", click.get_current_context())
    check_files(files)
    loaded = [load_scenario(path, overrides, seed=seed, horizon=horizon) for path in scenarios]

    from sim.experiments import compare  # imported late: --help and errors answer at once
    from sim.report import compare_report

    progress = Progress(quiet=quiet)
    try:
        comparison = compare(loaded, progress)
    finally:
        progress.clear()
    emit(
        compare_report(comparison),
        lambda: json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False) + "\n",
        format_,
        files,
    )
