"""`sim report`."""

from __future__ import annotations

from dataclasses import replace

import click
from click.core import ParameterSource

from .engine import tell_engine
from .options import Options, report_options
from .output import emit
from .progress import Progress


@click.command(
    name="report",
    epilog="""\b
Examples:
  sim report scenarios/spike.yaml --out spike.html
  sim report scenarios/spike.yaml scenarios/fixed.yaml --out incident.html
  sim report scenarios/fixed.yaml > fixed.html""",
)
@click.argument("scenarios", type=click.Path(), nargs=-1, required=True)
@report_options
def report_command(scenarios: tuple[str, ...], options: Options) -> None:
    """Write one HTML page of SCENARIOS: charts, tables, findings and every setting.

    It goes to standard output unless --out names a file; it needs no network and no other file.
    --format gives the report of `sim run` or `sim compare` there instead.
    """
    asked = click.get_current_context().get_parameter_source("format_")
    if asked is ParameterSource.DEFAULT:
        options = replace(options, format_="" if options.files else "html")
    loaded = [options.load(path) for path in scenarios]

    from sim.experiments import compare  # imported late: --help and errors answer at once
    from sim.report import compare_page, compare_report, run_page, run_report

    for scenario in loaded:
        tell_engine(scenario, quiet=options.quiet)
    progress = Progress(quiet=options.quiet)
    try:
        done = compare(loaded, progress)
    finally:
        progress.clear()
    if len(loaded) > 1:
        emit(compare_report(done), done.to_json, options.format_, options.files,
             lambda: compare_page(done))  # fmt: skip
    else:
        (result,) = done.results
        emit(run_report(result), result.to_json, options.format_, options.files,
             lambda: run_page(done.scenarios[0], result))  # fmt: skip
