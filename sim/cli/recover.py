"""`sim recover`."""

from __future__ import annotations

import functools

import click

from .command import command
from .engine import tell_engine
from .inputs import SETTING_PATH, scenario_argument
from .options import Options, report_options
from .output import emit
from .progress import ProgressLine


@command(
    "recover",
    exits={0: "done, whatever was found"},
    examples="""
sim recover shipped:spike --fix-at 12h --change revision=fixed --horizon 36h
sim recover shipped:spike --fix-at 12h --change app.backfill.enabled=false \\
    --normal revision=before
sim recover my-app.yaml --fix-at 6h --change my-fix.yaml --pause 10m --out recover.md
""",
)
@scenario_argument
@click.option("--fix-at", required=True, metavar="TIME", help="When the fix is deployed.")
@click.option(
    "--change",
    "changes",
    metavar="CHANGE",
    multiple=True,
    required=True,
    type=SETTING_PATH,
    help="What the fix changes: revision=NAME, app.KEY=VALUE, or a scenario file whose app "
    "settings are deployed. Repeatable.",
)
@click.option(
    "--normal",
    "normal",
    metavar="CHANGE",
    multiple=True,
    type=SETTING_PATH,
    help="What counts as normal: SCENARIO with this change from the start.  "
    "[default: the same as --change]",
)
@click.option(
    "--pause", default="1h", show_default=True, metavar="TIME", help="How long a pause lasts."
)
@click.option(
    "--window",
    default="1h",
    show_default=True,
    metavar="TIME",
    help="Calls are compared with normal over windows of this length.",
)
@click.option(
    "--tolerance",
    default="10%",
    show_default=True,
    metavar="SHARE",
    help="How far above normal still counts as normal.",
)
@report_options
def recover_command(
    scenario: str, fix_at: str, changes: tuple[str, ...], normal: tuple[str, ...], pause: str,
    window: str, tolerance: str, options: Options,
) -> None:  # fmt: skip
    """Fix SCENARIO in the middle of its run and see what brings it back to normal.

    Seven runs under the same seed: with and without the fix, with the queue cleared, and with the
    deployment paused.

    Of an app of your own, --change and --normal can change what its module lists in DEPLOYABLE: the
    settings that a deployment may change while the app runs. Of an app in TypeScript these are
    app.root, app.bundle and app.env.
    """
    from sim.scenario import fault, parse_share

    times = [_time(*each) for each in (("fix-at", fix_at), ("pause", pause), ("window", window))]
    try:
        share = parse_share(tolerance)
    except ValueError as error:
        raise fault(f"--tolerance {tolerance}", str(error)) from error
    loaded = options.load(scenario)

    from sim.experiments import parse_changes, recover
    from sim.report import recover_report

    parse = functools.partial(
        parse_changes, app_path=options.app_path, extends_path=options.extends_path
    )
    change = parse(changes, loaded)
    to_normal = parse(normal, loaded, "--normal") if normal else None
    tell_engine(loaded, quiet=options.quiet)
    with ProgressLine(quiet=options.quiet) as progress:
        report = recover(
            loaded, times[0], change, normal=to_normal, pause=times[1], window=times[2],
            tolerance=share, progress=progress,
        )  # fmt: skip
    emit(recover_report(report), report.to_json, options.format_, options.files)


def _time(option: str, text: str) -> int:
    from sim.scenario import fault, parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise fault(f"--{option} {text}", str(error)) from error
