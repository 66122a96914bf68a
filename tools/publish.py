"""Writes the published reports: ``python -m tools.publish scenarios reports``.

For every scenario file its report as Markdown with charts and its result as JSON, without the
wall-clock part; the comparison of the incident with its fix; under several seeds, why both call
what they call and what the recommended settings are better at; the audits of the incident report
and of the dashboards.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from sim.causes import explain
from sim.claims import AuditReport, audit
from sim.experiments import Replications, compare
from sim.report import (
    audit_report,
    compare_report,
    explain_report,
    paired_report,
    run_report,
    times_tables,
    to_markdown,
)
from sim.report.figures import Chart
from sim.result import Result
from sim.scenario import load_scenario
from sim.simulation import simulate

SIDE_BY_SIDE = ("spike", "fixed")
EXPLAINED = ("recommended", "spike", "fixed")
"""Under several seeds, each of the others minus the first."""
PICTURE = "figures/fixed-at-noon.svg"
"""The picture of the README: the incident, with the fix deployed at noon."""
FIXED_AT_NOON = "deployments.fix={at: 12h, change: {revision: fixed}}"
BETWEEN_BLACK_AND_WHITE = "#768390"
"""For text that must be read on a light page and on a dark one: a picture does not know which."""
AUDITS = {
    "audit.md": ("incident-report", ("spike", "fixed", "normal", "spike-3-days")),
    "audit-dashboard.md": ("dashboard", ("measured",)),
}
"""Report → the claims and the scenarios that they are about."""


def publish(scenarios: Path, reports: Path) -> None:
    """Simulate every scenario of a folder and write the reports into the other."""
    for file in sorted(scenarios.glob("*.yaml")):
        result = simulate(load_scenario(file))
        charts = charts_of(file.stem, result)
        (reports / f"{file.stem}.md").write_text(with_charts(result, charts), "utf-8")
        for name, chart in charts.items():
            chart.save(reports / name)
        (reports / f"{file.stem}.json").write_text(published(result), "utf-8")
    both = compare([load_scenario(scenarios / f"{name}.yaml") for name in SIDE_BY_SIDE])
    name = "-vs-".join(SIDE_BY_SIDE)
    (reports / f"{name}.md").write_text(to_markdown(compare_report(both)), "utf-8")
    for name, text in explained(scenarios).items():
        (reports / name).write_text(text, "utf-8")
    (reports / PICTURE).write_text(picture(scenarios), "utf-8")
    for name in AUDITS:
        text = to_markdown(audit_report(audited(scenarios, name)))
        (reports / name).write_text(text, "utf-8")


def explained(scenarios: Path) -> dict[str, str]:
    """File, from the folder of the reports → its text, from the same runs under several seeds."""
    found = {name: explain(scenarios / f"{name}.yaml") for name in EXPLAINED}
    files = {f"explain-{name}.md": explain_report(each) for name, each in found.items()}
    paired = [Replications(each.scenario, each.results) for each in found.values()]
    first, *others = EXPLAINED
    files[f"{first}-vs-{'-and-'.join(others)}.md"] = paired_report(paired)
    return {name: to_markdown(blocks) for name, blocks in files.items()}


def audited(scenarios: Path, report: str) -> AuditReport:
    """Statements held against the shipped scenarios that they are about."""
    claims, names = AUDITS[report]
    files = [scenarios / f"{name}.yaml" for name in names]
    return audit(scenarios / "claims" / f"{claims}.yaml", files)


def charts_of(stem: str, result: Result) -> dict[str, Chart]:
    """File, from the folder of the reports → chart."""
    charts = {"calls": result.plot.calls(), "backlog": result.plot.backlog()}
    if result.outcomes:
        charts["outcomes"] = result.plot.outcomes()
    return {f"figures/{stem}-{name}.svg": chart for name, chart in charts.items()}


def picture(scenarios: Path) -> str:
    """The README's picture, an SVG."""
    result = simulate(load_scenario(scenarios / "spike.yaml", [FIXED_AT_NOON]))
    svg = result.plot.calls().svg()
    return svg.replace("<svg ", f'<svg style="color: {BETWEEN_BLACK_AND_WHITE}" ', 1) + "\n"


def with_charts(result: Result, charts: Mapping[str, Chart]) -> str:
    """The report as Markdown, with the times by function and the charts at its end."""
    shown = "\n\n".join(f"![{chart.alt}]({name})" for name, chart in charts.items())
    return f"{to_markdown([*run_report(result), *times_tables(result)])}\n## Charts\n\n{shown}\n"


def published(result: Result) -> str:
    """The result as JSON, without what differs between two identical runs."""
    data = result.to_dict()
    del data["performance"]
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    publish(*map(Path, sys.argv[1:]))
