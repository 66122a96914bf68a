"""Causes inferred from logs, held against the truth that the run knows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sim.causes import ObservedCauses, cycles_of, explain_observed
from sim.cli.main import run
from sim.logs.emit import Losses, emission
from sim.logs.lineage import OUTSIDE
from sim.result import Result
from sim.scenario import load_scenario
from sim.simulation import simulate

Ran = tuple[Path, Path, Result]
SPARSE = [
    "traffic.organic.rate=0", "app.background=false", "app.visitors.page_views=0",
    "app.visitors.imports=0", "app.refresh.every=10m", "app.refresh.stagger=1s",
]  # fmt: skip
"""A cron that schedules a few jobs, ten seconds apart, and nothing else."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[float, Ran]:
    """A minute of the spike, with its logs: whole, and with one event of twenty lost."""
    scenario = load_scenario("scenarios/spike.yaml", horizon="60s")
    found = {}
    for lost in (0.0, 0.05):
        folder = tmp_path_factory.mktemp("causes")
        files = folder / "events.jsonl", folder / "jobs.jsonl"
        with emission(scenario, files[0], "webhook", Losses(lost), files[1]) as emitting:
            truth = simulate(scenario, journal=emitting.journal)
            emitting.done()
        found[lost] = *files, truth
    return found


KEPT: dict[Path, ObservedCauses] = {}


def explained(ran: dict[float, Ran], lost: float) -> tuple[ObservedCauses, Result]:
    events, jobs, truth = ran[lost]
    if events not in KEPT:
        KEPT[events] = explain_observed([str(events)], jobs=str(jobs))
    return KEPT[events], truth


def true_shares(truth: Result) -> dict[str, float]:
    """Roots by what logs know of them: a cron's function, and clients as one."""
    functions = {e.caller: e.function for e in truth.call_graph if e.trigger == "cron"}
    shares: Counter[str] = Counter()
    for root, calls in truth.by_root.items():
        shares[f"cron:{functions[root]}" if root in functions else "client"] += calls
    return {root: calls / truth.calls.total for root, calls in shares.items()}


def test_without_losses_every_edge_is_that_of_the_run(ran: dict[float, Ran]) -> None:
    causes, truth = explained(ran, 0.0)
    found = {(edge.caller, edge.function): edge.jobs for edge in causes.edges if edge.jobs >= 1}
    jobs = {(e.caller, e.function): e.jobs for e in truth.call_graph if e.jobs}
    assert set(found) == set(jobs)
    for pair, number in jobs.items():
        assert found[pair] == pytest.approx(number, abs=1)
    assert causes.missing < 0.01
    assert causes.certainty > 0.8


@pytest.mark.parametrize("lost", [0.0, 0.05])
def test_the_reproduction_number_is_within_its_interval(lost: float, ran: dict[float, Ran]) -> None:
    causes, truth = explained(ran, lost)
    (cycle,) = cycles_of([truth])
    strongest = causes.cycles[0]
    assert set(cycle.path) >= set(strongest.path) - {cycle.path[0]}
    assert cycle.reproduction.mean in strongest.reproduction
    assert strongest.reproduction.value == pytest.approx(cycle.reproduction.mean, abs=0.03)
    assert strongest.passes == pytest.approx(cycle.passes, rel=0.05)


@pytest.mark.parametrize("lost", [0.0, 0.05])
def test_the_shares_of_the_roots_are_within_their_intervals(
    lost: float, ran: dict[float, Ran]
) -> None:
    causes, truth = explained(ran, lost)
    shares = true_shares(truth)
    clients = [share for root, share in causes.roots.items() if root.startswith("client")]
    low, high = sum(each.low for each in clients), sum(each.high for each in clients)
    assert low <= shares.pop("client") <= high
    for root, share in shares.items():
        if share > 0.002:
            assert share in causes.roots[root], root
    assert causes.missing == pytest.approx(lost, abs=0.02)


def test_without_a_table_of_jobs_it_says_what_it_cannot_know(ran: dict[float, Ran]) -> None:
    events, _, truth = ran[0.0]
    causes = explain_observed([str(events)])
    (cycle,) = cycles_of([truth])
    (together,) = causes.cycles
    assert cycle.reproduction.mean in together.reproduction
    assert (causes.edges, causes.roots) == ([], {})
    assert any("--jobs" in text for text in causes.unknown)
    assert any(OUTSIDE in text for text in causes.unknown)


def test_where_little_runs_at_once_the_logs_alone_tell_who_schedules_whom(tmp_path: Path) -> None:
    scenario = load_scenario("scenarios/fixed.yaml", SPARSE, horizon="40m")
    file = tmp_path / "events.jsonl"
    with emission(scenario, file, "webhook") as emitting:
        simulate(scenario, journal=emitting.journal)
        emitting.done()
    causes = explain_observed([str(file)])
    assert not causes.timed
    assert causes.certainty > 0.7
    assert causes.edges
    assert causes.roots
    assert not any("too much runs at once" in text for text in causes.unknown)


def test_the_command_explains_logs(
    ran: dict[float, Ran], capsys: pytest.CaptureFixture[str]
) -> None:
    events, jobs, _ = ran[0.05]
    assert run(["explain", "--observed", str(events), "--jobs", str(jobs), "--quiet"]) == 0
    assert "Who schedules whom" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--jobs", "x"], "--jobs belongs to --observed"),
        ([], "Missing argument 'SCENARIO'."),
        (["--observed", "EVENTS", "--static"],
         "--observed reads logs: leave out SCENARIO, --static and --graph"),
        (["--observed", "EVENTS", "--jobs", "EVENTS"],
         "EVENTS:1: no row of _scheduled_functions: it has _id, name, _creationTime and "
         "scheduledTime"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(
    given: list[str], message: str, ran: dict[float, Ran], capsys: pytest.CaptureFixture[Any]
) -> None:
    events = str(ran[0.0][0])
    assert run(["explain", *(each.replace("EVENTS", events) for each in given)]) == 2
    said = capsys.readouterr().err.splitlines()[0]
    assert said == f"error: {message.replace('EVENTS', events)}"
