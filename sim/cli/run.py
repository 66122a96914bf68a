"""`sim run`."""

from __future__ import annotations

import click

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
  sim run scenarios/spike.yaml --out spike.json --out spike.md""",
)
@click.argument("scenario", type=click.Path())
@report_options
def run_command(scenario: str, options: Options) -> None:
    """Simulate SCENARIO and report calls, conflicts, cost and outcomes."""
    loaded = options.load(scenario)

    from sim.report import run_report  # imported late: --help and errors answer at once
    from sim.simulation import simulate

    tell_engine(loaded, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        result = simulate(loaded, progress=lambda share: progress(loaded.name, share))
    finally:
        progress.clear()
    emit(run_report(result), result.to_json, options.format_, options.files)
