"""`sim envelope`."""

from __future__ import annotations

import click

from .command import command
from .engine import tell_engine
from .inputs import SETTING_PATH, scenario_argument
from .numbers import WholeNumber
from .options import Options, budget_option, report_options
from .output import emit
from .runs import RunOptions, run_options


@command(
    "envelope",
    examples="""
sim envelope shipped:fixed --edge app.refresh.limit=20..500:20 --replications 3 \\
    --set 'budgets.bandwidth={metric: bandwidth, per: day, max: 495MB}'
sim envelope my-app.yaml --edge app.sync.guard_window=0s..24h:30m --budgets budgets.yaml
""",
)
@scenario_argument
@click.option(
    "--edge",
    metavar="PATH=LOW..HIGH:STEP",
    required=True,
    type=SETTING_PATH,
    help="The setting whose limit to find, and the values it may take. Few of them are run: the "
    "search is a bisection.",
)
@click.option(
    "--vary",
    "axes",
    metavar="PATH=VALUES",
    multiple=True,
    type=SETTING_PATH,
    help="Another setting: the limit is found for every combination of its values. Repeatable.",
)
@click.option(
    "--replications",
    type=WholeNumber(1, 1000),
    metavar="NUMBER",
    default=10,
    show_default=True,
    help="The most seeds for one value; three are enough where the verdict is clear.",
)
@run_options
@budget_option
@report_options
def envelope_command(
    scenario: str, edge: str, axes: tuple[str, ...], replications: int, runs: RunOptions,
    options: Options,
) -> None:  # fmt: skip
    """Find how far a setting of SCENARIO can go before a budget breaks."""
    from sim.experiments import Range, envelope, parse_axis
    from sim.report import envelope_report
    from sim.scenario import fault

    bisected = parse_axis(edge, "--edge")
    if isinstance(bisected, Range):
        raise fault(f"--edge {edge}", "a range needs a step here: low..high:step")
    others = [parse_axis(text) for text in axes]
    loaded = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    with runs.store() as store, runs.progress(quiet=options.quiet, is_open=True) as progress:
        found = envelope(
            loaded,
            bisected,
            others,
            replications=replications,
            store=store,
            workers=runs.workers,
            cluster=runs.cluster,
            done=progress,
        )
    emit(envelope_report(found), found.to_json, options.format_, options.files)
