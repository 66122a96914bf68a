"""`sim check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.escaping import visible

from .command import command
from .engine import tell_engine
from .inputs import INPUT_FILE
from .numbers import WholeNumber
from .observed import observed_option, plan_option, read_logs, region_option
from .options import (
    app_path_option,
    budget_option,
    extends_path_option,
    horizon_option,
    quiet_option,
    seed_option,
    set_option,
)
from .output import OutputError, check_file, rendered, write_text, write_whole
from .pipes import readers_may_leave
from .progress import ProgressLine

if TYPE_CHECKING:
    from sim.budgets import CheckReport
    from sim.scenario import Scenario, YamlDocument

FORMATS = ("table", "json", "md", "html", "github", "junit")


def _metrics(formatter: click.HelpFormatter) -> None:
    from sim.metrics import METRICS

    meanings = {name: metric.meaning for name, metric in METRICS.items()}
    meanings["outcomes.NAME"] = "what the app counts at the end, such as outcomes.setlists_filled"
    with formatter.section("Metrics of budgets"):
        formatter.write_dl(list(meanings.items()))


class AgainstTarget(click.ParamType):  # type: ignore[type-arg]
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


@command(
    "check",
    exits={
        0: "every budget holds",
        1: "a budget is broken",
        2: "no verdict: bad input, a baseline that cannot be compared, or none to compare with "
        "(--require-baseline)",
    },
    notes=_metrics,
    examples="""
sim check shipped:fixed --budgets shipped:budgets/incident-checklist
sim check my-app.yaml --baseline budgets.json --format table --format junit=check.xml
sim check my-app.yaml --baseline budgets.json --update-baseline
sim check my-change.yaml --against my-app.yaml --replications 5
sim check --observed 'logs/*.jsonl' --budgets budgets.yaml
""",
)
@click.argument("scenarios", type=INPUT_FILE, nargs=-1)
@observed_option
@budget_option
@click.option(
    "--format",
    "targets",
    metavar="FORMAT[=FILE]",
    multiple=True,
    type=AgainstTarget(),
    help=f"Write {', '.join(FORMATS)} to FILE or standard output. Repeatable.  [default: table]",
)
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The accepted values that max_increase and max_decrease are measured from.",
)
@click.option("--update-baseline", is_flag=True, help="Write the values of this run to --baseline.")
@click.option(
    "--require-baseline",
    is_flag=True,
    help="Exit with 2 if a budget needs a baseline and has none.",
)
@click.option(
    "--against",
    metavar="OTHER",
    type=INPUT_FILE,
    help="Explain a failure by the settings that differ from this scenario.",
)
@click.option(
    "--fail-fast", is_flag=True, help="Stop a run as soon as a budget cannot hold any more."
)
@click.option(
    "--replications",
    type=WholeNumber(1, 1000),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Run under this many successive seeds.",
)
@click.option(
    "--statistic",
    type=click.Choice(("bound", "mean", "worst")),
    default="bound",
    show_default=True,
    help="What is compared with a budget when there are several replications: the pessimistic "
    "end of the mean's 95% confidence interval, the mean, or the worst value.",
)
@click.option("--no-explain", is_flag=True, help="Do not look for what broke a budget.")
@set_option
@seed_option
@horizon_option
@app_path_option
@extends_path_option
@plan_option
@region_option
@quiet_option
def check_command(
    scenarios: tuple[str, ...],
    observed: tuple[str, ...],
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
    plan: str,
    region: str,
    quiet: bool,
) -> int:
    """Compare SCENARIOS with their call budgets; exit with 1 if one is broken.

    Budgets are listed under `budgets:` in a scenario, or in a file given with --budgets. With
    --observed, what production logged is compared with them instead.
    """
    if not scenarios and not observed:
        raise click.UsageError("Missing argument 'SCENARIOS...'.")
    simulated = [seed is not None, horizon, overrides, against, fail_fast, replications > 1]
    if observed and (scenarios or any(simulated)):
        raise click.UsageError("--observed judges logs: nothing is simulated, so leave out "
                               "scenarios and what is about runs")  # fmt: skip
    if baseline_file is None and (update_baseline or require_baseline):
        raise click.UsageError("give the baseline's file: --baseline FILE")
    if update_baseline and fail_fast:
        raise click.UsageError("a run that was stopped cannot be a baseline: leave out --fail-fast")
    targets = targets or (("table", None),)
    _check_files([*(file for _, file in targets if file), *([baseline_file] if update_baseline and
                  baseline_file else [])])  # fmt: skip

    from sim.budgets import Baseline, How, check, check_observed, load_baseline
    from sim.scenario import load_budgets, load_scenario

    def load(path: str, *changes: str, below: Sequence[YamlDocument] = ()) -> Scenario:
        return load_scenario(
            path, changes, seed=seed, horizon=horizon, below=below, app_path=app_path,
            extends_path=extends_path, command_line=True,
        )  # fmt: skip

    shared = [load_budgets(file) for file in budget_files]
    loaded = [load(path, *overrides, below=shared) for path in scenarios]
    other = None if against is None else load(against)
    baseline = None
    if baseline_file is not None:
        is_new = update_baseline and not baseline_file.exists()
        baseline = Baseline() if is_new else load_baseline(baseline_file)
    for scenario in loaded:
        tell_engine(scenario, quiet=quiet)
    how = How(replications, statistic, fail_fast, not no_explain, require_baseline)
    if observed:
        logs = read_logs(observed, quiet=quiet, plan=plan, region=region)
        report = check_observed(logs.result, shared, how, baseline=baseline, update=update_baseline)
    else:
        with ProgressLine(quiet=quiet, runs=len(loaded) * replications) as progress:
            report = check(loaded, how, baseline=baseline, update=update_baseline, against=other,
                           progress=progress)  # fmt: skip
    if update_baseline and baseline_file is not None:
        write_whole(baseline_file, report.baseline.to_json())
    with readers_may_leave():
        _write(report, targets)
    if update_baseline and baseline_file is not None and not quiet:
        click.echo(f"wrote {visible(str(baseline_file))}{_although(report)}", err=True)
    return report.exit_code


def _although(report: CheckReport) -> str:
    """Which budgets are broken by the values that become the baseline."""
    broken = [f"{one.name}: {', '.join(dict.fromkeys(check.budget for check in failed))}"
              for one in report.scenarios if (failed := one.with_verdict("fail"))]  # fmt: skip
    return visible(f", although budgets are broken ({'; '.join(broken)})") if broken else ""


def _check_files(files: list[Path]) -> None:
    for file in files:
        check_file(file)
    if len({os.path.realpath(file) for file in files}) < len(files):
        raise OutputError("two formats, or a format and the baseline, would go to the same file")


def _write(report: CheckReport, targets: tuple[tuple[str, Path | None], ...]) -> None:
    """Every format to its file, then the one that goes to standard output."""
    from sim.budgets import summary, to_annotations, to_junit
    from sim.report import check_page, check_report, described, to_html, to_markdown, write_terminal

    blocks = check_report(report)
    texts: dict[str, Callable[[], str]] = {
        "table": lambda: rendered(blocks, report.to_json, "table"),
        "json": lambda: rendered(blocks, report.to_json, "json"),
        "md": lambda: to_markdown(blocks),
        "html": lambda: to_html(check_page(report)),
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
            write_text(texts[format_](), format_)


def _append_summary(markdown: str) -> None:
    """To the page of the workflow run, if this is one."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(markdown)
