"""`sim report`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from sim.escaping import visible

from .command import command
from .engine import tell_engine
from .inputs import scenarios_argument
from .options import Options, report_options
from .output import emit
from .progress import ProgressLine

if TYPE_CHECKING:
    from sim.scenario import Scenario


@command(
    "report",
    examples="""
sim report shipped:spike shipped:fixed
sim report shipped:spike --out spike.html
sim report my-app.yaml --format html > my-app.html
""",
)
@scenarios_argument
@report_options
def report_command(scenarios: tuple[str, ...], options: Options) -> None:
    """Write an HTML page of SCENARIOS: charts, tables, findings and every setting.

    The page is one file and needs no network. Without --out it goes into the current folder, as
    report-NAMES.html, and the command prints where. --format gives the report of `sim run` or
    `sim compare` instead.
    """
    asked = click.get_current_context().get_parameter_source("format_")
    loaded = [options.load(path) for path in scenarios]
    if asked is ParameterSource.DEFAULT:
        files = options.files or (_file_for(loaded),)
        options = replace(options, format_="", files=files)

    from sim.experiments import compare
    from sim.report import compare_page, compare_report, run_page, run_report

    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    with ProgressLine(quiet=options.quiet, runs=len(loaded)) as progress:
        done = compare(loaded, progress)
    if len(loaded) > 1:
        emit(compare_report(done), done.to_json, options.format_, options.files,
             lambda: compare_page(done))  # fmt: skip
    else:
        (result,) = done.results
        emit(run_report(result), result.to_json, options.format_, options.files,
             lambda: run_page(done.scenarios[0], result))  # fmt: skip
    if not options.format_:
        for file in options.files:
            sys.stdout.write(f"wrote {visible(str(file))}\n")


def _file_for(scenarios: Sequence[Scenario]) -> Path:
    """A file in the current folder that is named after the scenarios."""
    names = "-vs-".join(scenario.name for scenario in scenarios)
    return Path(f"report-{re.sub(r'[^A-Za-z0-9_.-]+', '-', names)[:100]}.html")
