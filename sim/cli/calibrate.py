"""`sim calibrate`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .command import command
from .engine import tell_engine
from .inputs import INPUT_FILE, SETTING_PATH, scenario_argument
from .numbers import WholeNumber
from .observed import ReadingProgress, observed_option
from .options import Options, report_options
from .output import OutputError, check_file, emit, write_whole
from .progress import ProgressLine
from .runs import RunOptions, run_options

if TYPE_CHECKING:
    from sim.scenario import Scenario


@command(
    "calibrate",
    exits={0: "done, whatever the verdicts are"},
    examples="""
sim calibrate shipped:measured --claims shipped:claims/dashboard \\
    --vary platform.latency.commit=10ms..50ms --hold-out 'failed-*'
sim calibrate shipped:monitor --claims shipped:claims/monitor \\
    --vary app.period=5s..20s --points 12
sim calibrate my-app.yaml --observed 'logs/*.jsonl' -o fitted.yaml
""",
)
@scenario_argument
@click.option(
    "--claims",
    "claims",
    metavar="FILE",
    type=INPUT_FILE,
    help="The claims file with the figures: its claims of the kind `measure` on SCENARIO.",
)
@click.option(
    "--vary",
    "axes",
    metavar="PATH=RANGE",
    multiple=True,
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
    type=WholeNumber(2, 100_000),
    metavar="NUMBER",
    help="Combinations of settings to run; at least two for each setting and two more are.  "
    "[default: 24 for each setting]",
)
@click.option(
    "--replications",
    type=WholeNumber(1, 1000),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Run every combination under this many successive seeds.",
)
@observed_option
@click.option(
    "--fit-on",
    "fit_on",
    metavar="SHARE",
    help="With --observed: the first part of the logs' time, on which settings are measured. The "
    "rest judges them.  [default: 70%]",
)
@click.option(
    "-o",
    "--fitted",
    "fitted",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With --observed: write the fitted scenario to FILE. It extends SCENARIO.",
)
@run_options
@report_options
def calibrate_command(
    scenario: str, claims: str | None, axes: tuple[str, ...], held_out: tuple[str, ...],
    points: int | None, replications: int, observed: tuple[str, ...], fit_on: str | None,
    fitted: Path | None, runs: RunOptions, options: Options,
) -> None:  # fmt: skip
    """Find settings of SCENARIO by stated figures, or measure them in logs.

    With --claims and --vary: settings within plausible ranges that meet the figures. The report
    says how sure each setting is, which settings the figures fix only together, and what the
    figures that were held out say of the result.

    With --observed: latencies by function, the rates of clients and other traffic, as the logs say
    them. The first part of the logs is measured and the rest is predicted, function by function.
    """
    if observed:
        if claims or axes or held_out or points:
            raise click.UsageError("--observed goes without --claims, --vary, --hold-out, --points")
        _fit(scenario, observed, fit_on, fitted, runs.workers, options)
        return
    if fit_on or fitted:
        raise click.UsageError("--fit-on and --fitted need --observed")
    if not claims or not axes:
        raise click.UsageError("expected --claims and --vary, or --observed")
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


def _fit(
    scenario: str, files: tuple[str, ...], fit_on: str | None, fitted: Path | None,
    workers: int | None, options: Options,
) -> None:  # fmt: skip
    """Measure settings in logs."""
    from sim.calibrate import FITTED_ON, SlicedLogs, calibrate_observed, overlay
    from sim.report import fit_report

    share = FITTED_ON if fit_on is None else _share(fit_on)
    if fitted is not None:
        check_file(fitted, "-o ")
        if scenario == "-":
            raise OutputError(f"-o {fitted}: extends a file, but SCENARIO is standard input")
    loaded: Scenario = options.load(scenario)
    tell_engine(loaded, quiet=options.quiet)
    with ReadingProgress(quiet=options.quiet) as reading:
        logs = SlicedLogs.read(files, told=reading, workers=workers)
    with ProgressLine(quiet=options.quiet, runs=1) as running:
        fit = calibrate_observed(loaded, logs, fit_on=share, progress=running)
    if fitted is not None:
        write_whole(fitted, overlay(fit, _named_from(fitted, scenario)))
    emit(fit_report(fit), fit.to_json, options.format_, options.files)


def _share(text: str) -> float:
    from sim.scenario import parse_share

    try:
        share = parse_share(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fit-on") from error
    if not 0 < share < 1:
        raise click.BadParameter(
            f"expected a share above 0% and below 100%, such as 70%, not {text}",
            param_hint="--fit-on",
        )
    return share


def _named_from(file: Path, scenario: str) -> str:
    """The scenario's file as a file beside it names it."""
    from sim.scenario import SHIPPED

    if scenario.startswith(SHIPPED):
        return scenario
    return Path(os.path.relpath(Path(scenario).resolve(), file.resolve().parent)).as_posix()
