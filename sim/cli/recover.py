"""`sim recover`."""

from __future__ import annotations

import functools

import click

from sim.scenario import fault, parse_duration, parse_share

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import Progress


@click.command(
    name="recover",
    epilog="""\b
Exit codes: 0 done, whatever was found; 2 bad input; 130 interrupted.

\b
Examples:
  sim recover scenarios/spike.yaml --fix-at 12h --change revision=fixed --horizon 36h
  sim recover scenarios/spike.yaml --fix-at 12h --change app.backfill.enabled=false \\
      --normal revision=before
  sim recover scenarios/spike.yaml --fix-at 6h --change my-fix.yaml --pause 10m --out recover.md""",
)
@click.argument("scenario", type=click.Path())
@click.option("--fix-at", required=True, metavar="TIME", help="When the fix is deployed.")
@click.option(
    "--change",
    "changes",
    metavar="CHANGE",
    multiple=True,
    required=True,
    help="What the fix changes: revision=NAME, app.KEY=VALUE, or a scenario file whose app's "
    "settings are deployed. Repeatable.",
)
@click.option(
    "--normal",
    "normal",
    metavar="CHANGE",
    multiple=True,
    help="What normal is: SCENARIO with this change from the start.  [default: that of --change]",
)
@click.option(
    "--pause", default="1h", show_default=True, metavar="TIME", help="How long a pause lasts."
)
@click.option(
    "--window",
    default="1h",
    show_default=True,
    metavar="TIME",
    help="Calls are compared with the normal ones over windows of this length.",
)
@click.option(
    "--tolerance",
    default="10%",
    show_default=True,
    metavar="SHARE",
    help="How far above normal is still normal.",
)
@report_options
def recover_command(
    scenario: str, fix_at: str, changes: tuple[str, ...], normal: tuple[str, ...], pause: str,
    window: str, tolerance: str, options: Options,
) -> None:  # fmt: skip
    """Fix SCENARIO in the middle of its run and see what brings it back to normal.

    Seven runs under one seed: with and without the fix, clearing the queue, pausing.
    """
    times = [_time(*each) for each in (("fix-at", fix_at), ("pause", pause), ("window", window))]
    try:
        share = parse_share(tolerance)
    except ValueError as error:
        raise fault(f"--tolerance {tolerance}", str(error)) from error
    loaded = options.load(scenario)

    from sim.experiments import parse_changes, recover  # late: --help and errors answer at once
    from sim.report import recover_report

    parse = functools.partial(
        parse_changes, app_path=options.app_path, extends_path=options.extends_path
    )
    change = parse(changes, loaded)
    to_normal = parse(normal, loaded, "--normal") if normal else None
    tell_engine(loaded, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        report = recover(
            loaded, times[0], change, normal=to_normal, pause=times[1], window=times[2],
            tolerance=share, progress=progress,
        )  # fmt: skip
    finally:
        progress.clear()
    emit(recover_report(report), report.to_json, options.format_, options.files)


def _time(option: str, text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise fault(f"--{option} {text}", str(error)) from error
