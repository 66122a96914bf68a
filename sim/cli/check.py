"""`sim check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.metrics import METRICS
from sim.scenario import Document, Scenario, load_budgets, load_scenario

from .engine import tell_engine
from .options import budget_option, path_options
from .output import OutputError, check_file, readers_may_leave, rendered, write_whole
from .progress import Progress

if TYPE_CHECKING:
    from sim.budgets import CheckReport

FORMATS = ("table", "json", "md", "html", "github", "junit")
_METRICS = "\n".join(f"  {name:18} {metric.meaning}" for name, metric in METRICS.items())


class Target(click.ParamType):  # type: ignore[type-arg]
    """``FORMAT`` for standard output, ``FORMAT=FILE`` for a file."""

    name = "format"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        """The format and its file."""
        format_, separator, file = str(value).partition("=")
        if format_ not in FORMATS:
            self.fail(f"{value!r} is not one of {', '.join(FORMATS)}, or FORMAT=FILE", param, ctx)
        if separator and not file:
            self.fail(f"{value!r} names no file", param, ctx)
        return format_, Path(file) if separator else None


@click.command(
    name="check",
    epilog=f"""\b
Exit codes: 0 every budget holds, 1 one is broken, 2 no verdict (bad input, an incomparable
baseline, none with --require-baseline), 130 interrupted.

\b
Examples:
  sim check my-app.yaml
  sim check scenarios/fixed.yaml --budgets scenarios/budgets/incident-checklist.yaml
  sim check my-app.yaml --baseline budgets.json --format table --format junit=check.xml
  sim check my-app.yaml --baseline budgets.json --update-baseline
  sim check my-change.yaml --against my-app.yaml --replications 5

\b
Metrics of budgets (and outcomes.NAME, counted by the app):
{_METRICS}""",
)
@click.argument("scenarios", type=click.Path(), nargs=-1, required=True)
@budget_option
@click.option(
    "--format",
    "targets",
    metavar="FORMAT[=FILE]",
    multiple=True,
    type=Target(),
    help=f"Write {', '.join(FORMATS)} to FILE or standard output. Repeatable.  [default: table]",
)
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What changes are measured from.",
)
@click.option("--update-baseline", is_flag=True, help="Write what is measured now to the baseline.")
@click.option(
    "--require-baseline",
    is_flag=True,
    help="A budget that needs a baseline and has none is no verdict (exit code 2).",
)
@click.option(
    "--against",
    metavar="OTHER",
    type=click.Path(),
    help="Explain a failure by what differs from this scenario.",
)
@click.option(
    "--fail-fast", is_flag=True, help="End a run as soon as a budget cannot hold any more."
)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Runs under successive seeds.",
)
@click.option(
    "--statistic",
    type=click.Choice(("bound", "mean", "worst")),
    default="bound",
    show_default=True,
    help="What of several replications is tested: the 95% confidence "
    "bound of the mean on the pessimistic side, the mean, or the worst.",
)
@click.option("--no-explain", is_flag=True, help="Do not look for who or what broke a budget.")
@click.option(
    "--set",
    "overrides",
    metavar="PATH=VALUE",
    multiple=True,
    help="Override a setting, such as app.refresh.limit=20. Repeatable.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the first replication.")
@click.option("--horizon", metavar="TIME", help="Simulate this long, such as 3h.")
@path_options[1]
@path_options[0]
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def check_command(
    scenarios: tuple[str, ...],
    budget_files: tuple[str, ...],
    targets: tuple[tuple[str, Path | None], ...],
    baseline_file: Path | None,
    update_baseline: bool,
    require_baseline: bool,
    against: str | None,
    fail_fast: bool,
    replications: int,
    statistic: Any,
    no_explain: bool,
    overrides: tuple[str, ...],
    seed: int | None,
    horizon: str | None,
    app_path: tuple[str, ...],
    extends_path: tuple[str, ...],
    quiet: bool,
) -> int:
    """Hold SCENARIOS against their budgets; exit with 1 if one is broken."""
    if baseline_file is None and (update_baseline or require_baseline):
        raise click.UsageError("give the baseline's file: --baseline FILE")
    if update_baseline and fail_fast:
        raise click.UsageError("a run that is given up is no baseline: leave out --fail-fast")
    targets = targets or (("table", None),)
    _check_files([*(file for _, file in targets if file), *([baseline_file] if update_baseline and
                  baseline_file else [])])  # fmt: skip

    def load(path: str, *changes: str, below: Sequence[Document] = ()) -> Scenario:
        return load_scenario(
            path, changes, seed=seed, horizon=horizon, below=below, app_path=app_path,
            extends_path=extends_path,
        )  # fmt: skip

    shared = [load_budgets(file) for file in budget_files]
    loaded = [load(path, *overrides, below=shared) for path in scenarios]
    other = None if against is None else load(against)

    from sim.budgets import Baseline, How, check, load_baseline  # late: --help answers at once

    baseline = None
    if baseline_file is not None:
        is_new = update_baseline and not baseline_file.exists()
        baseline = Baseline() if is_new else load_baseline(baseline_file)
    for scenario in loaded:
        tell_engine(scenario, quiet=quiet)
    how = How(replications, statistic, fail_fast, not no_explain, require_baseline)
    progress = Progress(quiet=quiet)
    try:
        report = check(loaded, how, baseline=baseline, update=update_baseline, against=other,
                       progress=progress)  # fmt: skip
    finally:
        progress.clear()
    if update_baseline and baseline_file is not None:
        write_whole(baseline_file, report.baseline.to_json())
    with readers_may_leave():
        _write(report, targets)
    return report.exit_code


def _check_files(files: list[Path]) -> None:
    for file in files:
        check_file(file)
    if len({os.path.realpath(file) for file in files}) < len(files):
        raise OutputError("two formats, or a format and the baseline, go to one file")


def _write(report: CheckReport, targets: tuple[tuple[str, Path | None], ...]) -> None:
    """Every format to its file, then the one that goes to standard output."""
    from sim.budgets import summary, to_annotations, to_junit
    from sim.report import check_report, described, to_html, to_markdown, write_terminal

    blocks = check_report(report)
    texts: dict[str, Callable[[], str]] = {
        "table": lambda: rendered(blocks, report.to_json, "table"),
        "json": report.to_json,
        "md": lambda: to_markdown(blocks),
        "html": lambda: to_html(blocks),
        "github": lambda: to_annotations(report, described),
        "junit": lambda: to_junit(report, described),
    }
    for format_, file in targets:
        if file is not None:
            write_whole(file, texts[format_]())
    for format_, file in targets:
        if format_ == "github":
            _append_summary(summary(to_markdown(blocks)))
        if file is None and format_ == "table":
            write_terminal(blocks, sys.stdout)
        elif file is None:
            sys.stdout.write(texts[format_]())


def _append_summary(markdown: str) -> None:
    """To the page of the workflow run, if this is one."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(markdown)
