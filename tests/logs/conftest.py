"""A small run of the incident, and its executions as the files of real logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest

from sim.logs.emit import Emitted, Losses, emission
from sim.logs.emit.events import job
from sim.logs.emit.journal import RowJournal
from sim.logs.row import Job, Line
from sim.result import Result
from sim.scenario import Scenario, load_scenario
from sim.simulation import simulate

Emit = Callable[..., "Emission"]


@dataclass(frozen=True)
class Emission:
    """A run that wrote its executions down."""

    file: Path
    truth: Result
    done: Emitted
    jobs: Path


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario("scenarios/spike.yaml", horizon="12s")


@pytest.fixture(scope="session")
def emit(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Emit:
    """Writes one run's executions in a format, once for the same arguments."""
    rows: list[Line] = []
    jobs: list[Job] = []
    journal = RowJournal(scenario, rows.append, jobs.append)
    truth = simulate(scenario, journal=journal)
    journal.close()
    kept: dict[object, Emission] = {}

    def emitted(format_: str = "webhook", losses: Losses | None = None) -> Emission:
        if (format_, losses) not in kept:
            folder = tmp_path_factory.mktemp("logs")
            file, exported = folder / "events.jsonl", folder / "jobs.jsonl"
            with emission(scenario, file, format_, losses) as emitting:
                for row in rows:
                    emitting.take(row)
                done = replace(emitting.done(), unfinished=journal.unfinished)
            exported.write_bytes(b"\n".join(msgspec.json.encode(job(each)) for each in jobs))
            kept[format_, losses] = Emission(file, truth, done, exported)
        return kept[format_, losses]

    return emitted
