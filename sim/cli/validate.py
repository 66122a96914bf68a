"""`sim validate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from .command import command
from .inputs import INPUT_FILE


@dataclass(frozen=True, slots=True)
class Validated:
    """A file and what is wrong with it."""

    file: str
    kind: str
    problems: tuple[str, ...] = ()
    not_checked: str = ""


@command(
    "validate",
    exits={0: "every file is valid", 2: "a file is not valid; every problem is listed"},
    examples="""
sim validate my-app.yaml
sim validate scenarios/*.yaml scenarios/budgets/*
sim validate shipped:fixed shipped:budgets/pull-request shipped:claims/monitor
git show HEAD:my-app.yaml | sim validate -
""",
)
@click.argument("files", type=INPUT_FILE, nargs=-1, required=True)
@click.option(
    "--format", "format_", type=click.Choice(("table", "json")), default="table",
    show_default=True, help="Format on standard output.",
)  # fmt: skip
def validate_command(files: tuple[str, ...], format_: str) -> int:
    """Check FILES for mistakes: scenarios, budgets, claims and baselines (.json).

    Nothing is simulated, and no app of yours is imported: of a scenario with an app of its own,
    everything is checked but the settings that the app defines.
    """
    found = [_validated(file) for file in files]
    if format_ == "json":
        rows = [asdict(each) for each in found]
        click.echo(json.dumps({"schema": "sim.validation/1", "files": rows}, indent=2))
    for each in found:
        if format_ != "json" and not each.problems:
            click.echo(f"{each.file}: valid {each.kind}{each.not_checked}")
        for problem in each.problems:
            click.echo(f"error: {problem}", err=True)
    return 2 if any(each.problems for each in found) else 0


def _validated(file: str) -> Validated:
    from sim.scenario import ScenarioError

    kind = "file"
    try:
        kind, check = _kind_of(file)
        return Validated(file, kind, not_checked=check(file))
    except ScenarioError as error:
        return Validated(file, kind, tuple(map(str, error.problems)))


def _kind_of(file: str) -> tuple[str, Callable[[str], str]]:
    """What a file holds, by its name and its keys, and how it is checked."""
    from sim.scenario import BOUNDS, STDIN, located, read_document

    if file.endswith(".json"):
        return "baseline", _baseline
    keys = set() if file == STDIN else set(read_document(located(file)).settings)
    if "claims" in keys:
        return "claims file", _claims
    if keys and keys <= set(BOUNDS):
        return "budgets file", _budgets
    return "scenario", _scenario


def _scenario(file: str) -> str:
    from sim.scenario import load_scenario
    from sim.simulation import check_names

    scenario = load_scenario(file, imports=False)
    if scenario.app_sources is not None:
        name = scenario.app_name
        return f", except for what {name} defines: its settings are checked when it runs"
    check_names(scenario)
    return ""


def _budgets(file: str) -> str:
    from sim.scenario import load_budgets

    load_budgets(file)
    return ""


def _claims(file: str) -> str:
    from sim.claims import load_claims

    load_claims(file)
    return ""


def _baseline(file: str) -> str:
    from sim.budgets import load_baseline

    load_baseline(Path(file))
    return ""
