"""`sim audit`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import INPUT_FILE
from .observed import observed_option, plan_option, read_logs, region_option
from .options import Options, report_options
from .output import check_files, emit
from .progress import RunProgress
from .runs import workers_at_once, workers_option


@command(
    "audit",
    exits={0: "done, whatever the verdicts are"},
    examples="""
sim audit shipped:claims/monitor shipped:monitor
sim audit shipped:claims/incident-report shipped:spike shipped:fixed \\
    shipped:normal shipped:spike-3-days
sim audit my-post-mortem.yaml before.yaml after.yaml --out audit.md
sim audit my-post-mortem.yaml --observed 'logs/*.jsonl'
""",
)
@click.argument("claims", type=INPUT_FILE)
@click.argument("scenarios", type=INPUT_FILE, nargs=-1)
@observed_option
@plan_option
@region_option
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Run each scenario under this many successive seeds; verdicts then use the 95% "
    "confidence interval of the mean.",
)
@workers_option
@report_options
def audit_command(
    claims: str, scenarios: tuple[str, ...], observed: tuple[str, ...], plan: str, region: str,
    replications: int, workers: int | None, options: Options,
) -> None:  # fmt: skip
    """Test the statements of a report (CLAIMS) against simulations of SCENARIOS, or against logs.

    Each statement is reproduced, within range, contradicted by the model, an input of the scenario
    or not testable, and the report says why.
    """
    if not scenarios and not observed:
        raise click.UsageError("Missing argument 'SCENARIOS...'.")
    if scenarios and observed:
        raise click.UsageError("give SCENARIOS or --observed, not both")
    loaded = [options.load(path) for path in scenarios]

    from sim.claims import audit, audit_observed, load_claims
    from sim.report import audit_report

    stated = load_claims(claims)
    if observed:
        check_files(options.files)
        logs = read_logs(observed, quiet=options.quiet, plan=plan, region=region)
        report = audit_observed(stated, logs.result)
        emit(audit_report(report), report.to_json, options.format_, options.files)
        return
    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    with RunProgress(quiet=options.quiet, workers=workers_at_once(workers)) as progress:
        report = audit(stated, loaded, replications=replications, workers=workers, done=progress)
    emit(audit_report(report), report.to_json, options.format_, options.files)
