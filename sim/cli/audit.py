"""`sim audit`."""

from __future__ import annotations

import click

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import RunProgress


@click.command(
    name="audit",
    epilog="""\b
Exit codes: 0 audited, whatever was found; 2 bad input; 130 interrupted.

\b
Examples:
  sim audit scenarios/claims/incident-report.yaml scenarios/spike.yaml scenarios/fixed.yaml \\
      scenarios/normal.yaml scenarios/spike-3-days.yaml
  sim audit scenarios/claims/monitor.yaml scenarios/monitor.yaml --replications 5
  sim audit my-post-mortem.yaml before.yaml after.yaml --out audit.md""",
)
@click.argument("claims", type=click.Path())
@click.argument("scenarios", type=click.Path(), nargs=-1, required=True)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Runs of each scenario under successive seeds; verdicts then take the 95% confidence "
    "interval of the mean.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [default: all cores]")
@report_options
def audit_command(
    claims: str, scenarios: tuple[str, ...], replications: int, workers: int | None,
    options: Options,
) -> None:  # fmt: skip
    """Hold the statements of a report (CLAIMS) against runs of SCENARIOS.

    Each is reproduced, within range, contradicted by the model, an input of the scenario or not
    testable, with the reason.
    """
    loaded = [options.load(path) for path in scenarios]

    from sim.claims import audit, load_claims  # imported late: --help answers at once
    from sim.report import audit_report

    stated = load_claims(claims)
    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    progress = RunProgress(quiet=options.quiet)
    try:
        report = audit(stated, loaded, replications=replications, workers=workers, done=progress)
    finally:
        progress.clear()
    emit(audit_report(report), report.to_json, options.format_, options.files)
