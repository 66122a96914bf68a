"""Every command that prints a report, run once as briefly as it can be: its blocks and its data."""

from __future__ import annotations

import functools
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sim.cli.main import run
from sim.logs.emit import emission
from sim.report import Block
from sim.scenario import load_scenario
from sim.simulation import simulate

CHECKLIST = ("--budgets", "scenarios/budgets/incident-checklist.yaml")
RUNS = ("--store", ":memory:", "--workers", "1")
EVENTS, JOBS = "events.jsonl", "jobs.jsonl"
"""Stand for files that a run wrote."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "scenarios/fixed.yaml", "--horizon", "2m"),
    "run --replications": ("run", "scenarios/fixed.yaml", "--horizon", "2m", "--replications", "2"),
    "compare": ("compare", "scenarios/spike.yaml", "scenarios/fixed.yaml", "--horizon", "2m"),
    "compare --replications": (
        "compare", "scenarios/spike.yaml", "scenarios/fixed.yaml", "--horizon", "1m",
        "--replications", "2",
    ),
    "report": ("report", "scenarios/fixed.yaml", "--horizon", "1m", "--format", "table"),
    "check": ("check", "scenarios/spike.yaml", *CHECKLIST, "--horizon", "5m",
              "--against", "scenarios/normal.yaml"),
    "audit": ("audit", "scenarios/claims/monitor.yaml", "scenarios/monitor.yaml",
              "--horizon", "1m", "--workers", "1"),
    "backfill": ("backfill", "scenarios/fixed.yaml", "--shows", "10", "--replications", "2",
                 "--horizon", "10m"),
    "alerts": ("alerts", "scenarios/alerts.yaml", "--horizon", "10m", "--disable", "50k"),
    "sweep": ("sweep", "scenarios/fixed.yaml", *RUNS, "--vary", "app.refresh.limit=20,60",
              "--vary", "app.refresh.stagger=0s,10s", "--horizon", "5m", "--replications", "2"),
    "envelope": ("envelope", "scenarios/fixed.yaml", *RUNS, *CHECKLIST, "--edge",
                 "app.refresh.limit=10..50:20", "--vary", "app.refresh.every=6h,12h",
                 "--horizon", "2m"),
    "tune": ("tune", "scenarios/fixed.yaml", *RUNS, *CHECKLIST, "--vary",
             "app.refresh.limit=20,60", "--horizon", "2m", "--replications", "2"),
    "calibrate": ("calibrate", "scenarios/monitor.yaml", *RUNS, "--horizon", "5m", "--points", "8",
                  "--claims", "scenarios/claims/monitor.yaml", "--vary", "app.period=5s..20s"),
    "recover": ("recover", "scenarios/fixed.yaml", "--fix-at", "10s", "--horizon", "90s",
                "--change", "app.refresh.limit=9", "--window", "1m", "--pause", "10s"),
    "explain": ("explain", "scenarios/spike.yaml", "--replications", "2", "--workers", "1",
                "--horizon", "5m"),
    "observe": ("observe", EVENTS),
    "explain --observed": ("explain", "--observed", EVENTS, "--jobs", JOBS),
    "check --observed": ("check", "--observed", EVENTS, *CHECKLIST),
    "compare with logs": ("compare", EVENTS, "scenarios/spike.yaml", "--horizon", "10s"),
    "ablate": ("ablate", "scenarios/spike.yaml", "scenarios/fixed.yaml", *RUNS, "--horizon", "1m",
               "--change", "crons=app.refresh,app.backfill", "--change", "rest=app"),
}  # fmt: skip


@dataclass(frozen=True)
class Reported:
    """What a command said."""

    blocks: list[Block]
    data: dict[str, Any]
    """Its JSON."""


def write_events(events: str, jobs: str) -> None:
    """The logs of ten seconds of the spike, and its jobs."""
    scenario = load_scenario("scenarios/spike.yaml", horizon="10s")
    with emission(scenario, Path(events), jobs=Path(jobs)) as emitting:
        simulate(scenario, journal=emitting.journal)
        emitting.done()


@functools.cache
def reported(name: str) -> Reported:
    """What one of `COMMANDS` says."""
    blocks: list[Block] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        as_json = ["--format", f"json={file}", "--format", "table"]
        as_json = as_json if name.startswith("check") else ["--out", str(file)]
        given = list(COMMANDS[name])
        if EVENTS in given:
            written = {each: str(Path(folder, each)) for each in (EVENTS, JOBS)}
            write_events(*written.values())
            given = [written.get(each, each) for each in given]

        def keep(shown: list[Block], _: object) -> None:
            blocks.extend(shown)

        with patch("sim.report.write_terminal", keep):
            assert run([*given, *as_json, "--quiet"]) in (0, 1)
        return Reported(blocks, json.loads(file.read_text()))
