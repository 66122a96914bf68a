"""The safe operating region, against trying every value."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

import pytest

from sim import simulate
from sim.experiments import Axis, envelope
from sim.scenario import Scenario, ScenarioError, load_scenario
from tests.command import sim

LIMITS = tuple(range(1, 41))
EDGE = Axis("app.refresh.limit", LIMITS)
SMALL = load_scenario("scenarios/fixed.yaml", ["app.refresh.stagger=0s"], horizon="10m")


def bounded(metric: str, **bound: float) -> Scenario:
    """A small scenario with one budget."""
    return SMALL.with_(**{"budgets.bound": {"metric": metric, **bound}})


def jobs_by_trying() -> list[int]:
    """The jobs created with every value, under one seed."""
    runs = (simulate(SMALL.with_(**{EDGE.path: limit})) for limit in LIMITS)
    return [run.scheduler.created for run in runs]


def test_the_edge_is_the_one_that_trying_every_value_finds() -> None:
    created = jobs_by_trying()
    allowed = sorted(created)[len(created) // 2]
    found = envelope(bounded("jobs_created", max=allowed), EDGE, replications=1, workers=1)
    (region,) = found.regions
    largest = max(limit for limit, jobs in zip(LIMITS, created, strict=True) if jobs <= allowed)
    assert region.safe == [(1, largest)]
    (edge,) = region.edges
    assert (edge.safe, edge.unsafe, edge.broken) == (largest, largest + 1, ("bound",))
    assert len(region.probes) < 12, "bisection, not trying everything"


def test_a_lower_bound_has_its_edge_at_the_other_end() -> None:
    created = jobs_by_trying()
    wanted = sorted(created)[len(created) // 2]
    (region,) = envelope(
        bounded("jobs_created", min=wanted), EDGE, replications=1, workers=1
    ).regions
    smallest = min(limit for limit, jobs in zip(LIMITS, created, strict=True) if jobs >= wanted)
    assert region.safe == [(smallest, LIMITS[-1])]


def test_every_combination_of_the_others_has_its_own_region() -> None:
    scenario = bounded("jobs_created", max=0)
    found = envelope(scenario, EDGE, {"app.refresh.stagger": ["0s", "10s"]}, replications=1,
                     workers=1)  # fmt: skip
    assert [region.settings for region in found.regions] == [
        {"app.refresh.stagger": "0s"}, {"app.refresh.stagger": "10s"},
    ]  # fmt: skip
    assert all(region.safe == [] and region.edges == [] for region in found.regions)


def test_what_noise_leaves_open_gets_more_seeds_and_counts_as_unsafe() -> None:
    calls = [simulate(SMALL.with_(**{EDGE.path: 1}), seed=seed).calls.total for seed in range(1, 8)]
    assert len(set(calls)) > 3
    axis = Axis(EDGE.path, (1, 2))
    (region,) = envelope(
        bounded("calls", max=fmean(calls)), axis, replications=7, workers=1
    ).regions
    first = region.probes[0]
    assert (first.safe, first.decided, first.seeds) == (False, False, 7)
    (region,) = envelope(bounded("calls", max=2 * max(calls)), axis, replications=7,
                         workers=1).regions  # fmt: skip
    assert [(each.safe, each.decided, each.seeds) for each in region.probes] == [
        (True, True, 3), (True, True, 3),
    ]  # fmt: skip


def test_what_is_refused_leaves_no_store_behind(tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    args = ("--edge", "app.refresh.limit=1..9:1", "--store", str(store))
    assert sim("envelope", "scenarios/fixed.yaml", *args) == 2
    assert not store.exists()


def test_an_envelope_needs_budgets() -> None:
    with pytest.raises(ScenarioError, match="needs budgets with max or min"):
        envelope(SMALL, EDGE)


def test_the_command_prints_a_row_for_every_combination(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("envelope", "scenarios/fixed.yaml", "--horizon", "10m", "--replications", "1",
            "--set", "budgets.bound={metric: jobs_created, max: 0}", "--workers", "1",
            "--vary", "app.refresh.stagger=0s,1s", "--store", ":memory:")  # fmt: skip
    assert sim(*args, "--edge", "app.refresh.limit=1..9:1") == 0
    out = capsys.readouterr().out
    assert "values of app.refresh.limit that keep every budget" in out
    assert out.count("none") == 2
    assert "No safe value was found: every value that was tried breaks a budget." in out
    assert sim(*args, "--edge", "app.refresh.limit=1..9") == 2
    assert "--edge app.refresh.limit=1..9: a range needs a step" in capsys.readouterr().err
    assert sim(*args, "--edge", "app.refresh.stagger=0s,1s") == 2
    assert "is the setting whose limit" in capsys.readouterr().err


def test_a_limit_that_is_not_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    args = (
        "envelope", "scenarios/fixed.yaml", "--horizon", "10m", "--replications", "1",
        "--workers", "1", "--store", ":memory:", "--edge", "app.refresh.limit=1..9:1",
    )  # fmt: skip
    assert sim(*args, "--set", "budgets.bound={metric: jobs_created, max: 1M}") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "No limit was found: every value that was tried keeps every budget." in out
    varied = ("--vary", "app.refresh.enabled=true,false")
    bound = f"budgets.bound={{metric: jobs_created, max: {jobs_by_trying()[4]}}}"
    assert sim(*args, *varied, "--set", bound) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "No limit was found in 1 row: every value" in out
    assert "No safe value" not in out
