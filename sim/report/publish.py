"""Writes the published reports: ``python -m sim.report.publish scenarios reports``.

For every scenario file its report as Markdown and its result as JSON, without the wall-clock part;
and the comparison of the incident with its fix.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sim.experiments import compare
from sim.result import Result
from sim.scenario import load_scenario
from sim.simulation import simulate

from .compare import compare_report
from .markdown import to_markdown
from .run import run_report

SIDE_BY_SIDE = ("spike", "fixed")


def publish(scenarios: Path, reports: Path) -> None:
    """Simulate every scenario of a folder and write the reports into the other."""
    for file in sorted(scenarios.glob("*.yaml")):
        result = simulate(load_scenario(file))
        (reports / f"{file.stem}.md").write_text(to_markdown(run_report(result)), "utf-8")
        (reports / f"{file.stem}.json").write_text(published(result), "utf-8")
    both = compare([load_scenario(scenarios / f"{name}.yaml") for name in SIDE_BY_SIDE])
    name = "-vs-".join(SIDE_BY_SIDE)
    (reports / f"{name}.md").write_text(to_markdown(compare_report(both)), "utf-8")


def published(result: Result) -> str:
    """The result as JSON, without what differs between two identical runs."""
    data = result.to_dict()
    del data["performance"]
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    publish(*map(Path, sys.argv[1:]))
