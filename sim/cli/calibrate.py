"""`sim calibrate`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import INPUT_FILE, SETTING_PATH, scenario_argument
from .options import Options, report_options
from .output import emit
from .runs import RunOptions, run_options


@command(
    "calibrate",
    exits={0: "done, whatever the verdicts are"},
    examples="""
sim calibrate shipped:measured --claims shipped:claims/dashboard \\
    --vary platform.latency.commit=10ms..50ms --hold-out 'failed-*'
sim calibrate shipped:monitor --claims shipped:claims/monitor \\
    --vary app.period=5s..20s --points 12
""",
)
@scenario_argument
@click.option(
    "--claims",
    "claims",
    metavar="FILE",
    required=True,
    type=INPUT_FILE,
    help="The claims file with the figures: its claims of the kind `measure` on SCENARIO.",
)
@click.option(
    "--vary",
    "axes",
    metavar="PATH=RANGE",
    multiple=True,
    required=True,
    type=SETTING_PATH,
    help="A setting and its plausible range, such as 10ms..50ms, or values in their order, such "
    "as 1,2,5. Repeatable, but not more often than there are figures to meet.",
)
@click.option(
    "--hold-out",
    "held_out",
    metavar="CLAIM",
    multiple=True,
    help="A claim that settings are not chosen by; it is judged afterwards. * stands for any "
    "text. Repeatable.",
)
@click.option(
    "--points",
    type=click.IntRange(2, 100_000),
    metavar="NUMBER",
    help="Combinations of settings to run.  [default: 24 for each setting]",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Run every combination under this many successive seeds.",
)
@run_options
@report_options
def calibrate_command(
    scenario: str, claims: str, axes: tuple[str, ...], held_out: tuple[str, ...],
    points: int | None, replications: int, runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Find settings of SCENARIO, within plausible ranges, that meet stated figures.

    The report says how sure each setting is, which settings the figures fix only together, and what
    the figures that were held out say of the result.
    """
    from sim.calibrate import calibrate
    from sim.claims import load_claims
    from sim.experiments import parse_axis
    from sim.report import calibrate_report

    varied = [parse_axis(text) for text in axes]
    loaded = options.load(scenario)
    stated = load_claims(claims)
    tell_engine(loaded, quiet=options.quiet)
    with runs.store() as store, runs.progress(quiet=options.quiet) as progress:
        found = calibrate(
            loaded,
            stated,
            varied,
            held_out=held_out,
            points=points,
            replications=replications,
            store=store,
            workers=runs.workers,
            cluster=runs.cluster,
            done=progress,
        )
    emit(calibrate_report(found), found.to_json, options.format_, options.files)
