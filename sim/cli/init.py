"""`sim init`: a starter scenario for a project that has none."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.escaping import cut, visible

from .command import command
from .output import OutputError, check_file, write_whole

if TYPE_CHECKING:
    from sim.convex.survey import Survey
    from sim.result import Result

_LONGEST = 120
"""Characters of an error's message."""
_ROOM = 1.2
"""How far above today's level the budgets are."""
_PATIENCE = "1s"
"""Real time for a function of the first run: one that never ends is not waited for long."""
_BOUNDED = (
    ("calls", 100, "function calls"),
    ("conflicts", 10, "write conflicts"),
    ("bandwidth", 1, "of database bandwidth"),
)
"""Metric, the lowest bound that is written, and what it is called."""


@command(
    "init",
    examples="""
sim init ../my-app
sim init ../my-app --out budgets/my-app.yaml
""",
)
@click.argument("root", type=click.Path(path_type=Path))
@click.option(
    "--out", "file", metavar="FILE", type=click.Path(path_type=Path),
    help="Where the scenario goes.  [default: the project's name with .yaml, in this folder]",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init_command(root: Path, file: Path | None, force: bool) -> None:
    """Write a starter scenario for the Convex project in ROOT, the folder that holds convex/.

    The project's functions are loaded, not changed. The scenario is run once, in memory, and its
    budgets are a fifth above what that run makes, rounded up, and not below 10 conflicts and 1 MB.
    """
    from sim.convex.starter import starter, summary
    from sim.convex.survey import survey

    name = root.resolve().name
    file = file or Path(f"{name}.yaml")
    check_file(file, "--out ")
    if file.exists() and not force:
        raise OutputError(f"--out {file}: is there already; --force writes over it")
    found = survey(root)
    result, idle = _today(found, name, root)
    budgets = ["budgets:", *(line for each in _BOUNDED for line in _budget(result, *each))]
    from_file = os.path.relpath(root.resolve(), file.parent.resolve())
    write_whole(file, starter(found, name, Path(from_file).as_posix(), idle, budgets))
    for line in summary(found):
        click.echo(line)
    for function, problem in idle.items():
        click.echo(f"left out of the clients: {function}: {problem}")
    click.echo(f"a day makes {result.calls.total:,} calls")
    for line in _failures(result):
        click.echo(line)
    click.echo(f"wrote {file}")


def _today(found: Survey, name: str, root: Path) -> tuple[Result, dict[str, str]]:
    """A run of the starter as it is, and the functions it cannot call, with the reasons.

    Raises `ScenarioError` if it does not run for another reason.
    """
    from sim.convex.starter import starter
    from sim.scenario import ScenarioError, load_scenario
    from sim.simulation import simulate

    idle: dict[str, str] = {}
    while True:
        with tempfile.TemporaryDirectory(prefix="sim-") as folder:
            scenario = Path(folder) / "starter.yaml"
            text = starter(found, name, str(root.resolve()), idle)
            scenario.write_text(text, encoding="utf-8")
            try:
                return simulate(load_scenario(scenario, [("app.time_limit", _PATIENCE)])), idle
            except ScenarioError as error:
                function, problem = _to_blame(found, str(error.problems[0]))
                if not function or function in idle:
                    raise
                idle[function] = problem


def _to_blame(found: Survey, problem: str) -> tuple[str, str]:
    """The public function that a problem names, and the rest of the problem."""
    for function in found.about.public:
        _, names_it, rest = problem.partition(f" {function}: ")
        if names_it:
            return function, rest
    return "", problem


def _failures(result: Result) -> Iterator[str]:
    """The functions whose calls fail, as most do that miss documents or answers."""
    for name, use in sorted(result.by_function.items()):
        if use.errors:
            message = " ".join(use.thrown.removeprefix("Uncaught Error: ").split())
            why = f' ("{visible(cut(message, _LONGEST))}")' if message else ""
            yield f"{name} fails: {use.errors:,} of {use.calls:,} calls{why}"


def _budget(result: Result, name: str, least: int, what: str) -> list[str]:
    """A budget of a metric, some way above today's level."""
    from sim.metrics import metric
    from sim.numbers import measured

    bounded = metric(name)
    today, unit = bounded.value(result, per="day"), bounded.unit if bounded.unit == "MB" else ""
    most = _rounded_up(_ROOM * today)
    first = measured(today, bounded.unit)
    return [
        f"  - id: {name}",
        f"    metric: {name}",
        "    per: day",
        f"    max: {max(least, most)}{unit}",
        f'    message: "The first run made {first} {what} a day."',
    ]


def _rounded_up(value: float) -> int:
    """Up to two significant digits."""
    if value <= 0:
        return 0
    digits = max(0, math.floor(math.log10(value)) - 1)
    step: int = 10**digits
    return math.ceil(value / step) * step
