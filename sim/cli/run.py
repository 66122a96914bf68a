"""`sim run`."""

from __future__ import annotations

from pathlib import Path

import click

from sim.scenario import load_scenario

from .options import report_options
from .output import check_files, emit
from .progress import Progress


@click.command(
    name="run",
    epilog="""\b
Examples:
  sim run scenarios/spike.yaml
  sim run scenarios/fixed.yaml --set app.sync.guard_window=6h --seed 7
  sim run scenarios/spike.yaml --horizon 1h --format json
  sim run scenarios/spike.yaml --out spike.json --out spike.md""",
)
@click.argument("scenario", type=click.Path())
@report_options
def run_command(
    scenario: str,
    format_: str,
    files: tuple[Path, ...],
    overrides: tuple[str, ...],
    seed: int | None,
    horizon: str | None,
    quiet: bool,
) -> None:
    """Simulate SCENARIO and report calls, conflicts, cost and outcomes."""
    check_files(files)
    loaded = load_scenario(scenario, overrides, seed=seed, horizon=horizon)

    from sim.report import run_report  # imported late: --help and errors answer at once
    from sim.simulation import simulate

    progress = Progress(quiet=quiet)
    try:
        result = simulate(loaded, progress=lambda share: progress(loaded.name, share))
    finally:
        progress.clear()
    emit(run_report(result), result.to_json, format_, files)
