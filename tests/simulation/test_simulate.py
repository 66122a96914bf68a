"""Reproducibility: the same bytes for the same scenario, seed and version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from sim import Scenario, simulate
from sim.result import Performance, Result
from sim.scenario import load_scenario, scenario_from

SPIKE = "scenarios/spike.yaml"
NO_CLOCK = Performance(0, 0, 0)


def bytes_of(result: Result) -> str:
    return replace(result, performance=NO_CLOCK).to_json()


@pytest.fixture(scope="module")
def spike() -> Scenario:
    return load_scenario(SPIKE, ["bin=2m"], horizon="6m")


def test_the_same_scenario_and_seed_give_the_same_bytes(spike: Scenario) -> None:
    assert bytes_of(simulate(spike)) == bytes_of(simulate(spike))
    assert bytes_of(simulate(spike, seed=2)) != bytes_of(simulate(spike))


def test_the_order_of_keys_in_a_file_does_not_matter(spike: Scenario) -> None:
    def reversed_keys(value: object) -> object:
        if isinstance(value, dict):
            return {key: reversed_keys(value[key]) for key in reversed(value)}
        return value

    shuffled = scenario_from(reversed_keys(spike.resolved()))  # type: ignore[arg-type]
    assert shuffled.hash == spike.hash
    assert bytes_of(simulate(shuffled)) == bytes_of(simulate(spike))


def test_hash_randomization_and_other_processes_do_not_matter(spike: Scenario) -> None:
    program = (
        "import sys, dataclasses; from sim import load_scenario, simulate;"
        "from sim.result import Performance;"
        f"r = simulate(load_scenario({SPIKE!r}, ['bin=2m'], horizon='6m'));"
        "sys.stdout.write(dataclasses.replace(r, performance=Performance(0, 0, 0)).to_json())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        for hash_seed in ("1", "2")
    ]  # fmt: skip
    outputs = {process.communicate()[0] for process in running}
    assert outputs == {bytes_of(simulate(spike))}


def test_the_length_of_the_bins_changes_the_series_only(spike: Scenario) -> None:
    coarse = simulate(spike.with_(bin="6m"))
    fine = simulate(spike.with_(bin="30s"))
    for result in (coarse, fine):
        assert result.calls.total == sum(sum(u.per_bin) for u in result.by_function.values())
    assert coarse.calls.total == fine.calls.total
    assert coarse.conflicts == fine.conflicts
    assert coarse.scheduler.created == fine.scheduler.created


def test_progress_is_told_once_a_bin_and_may_end_the_run(spike: Scenario) -> None:
    shares: list[float] = []
    simulate(spike, progress=shares.append)
    assert shares == [pytest.approx(n / 3) for n in (1, 2, 3)]

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(spike, progress=stop)


def test_the_json_has_the_documented_keys(spike: Scenario) -> None:
    data = json.loads(simulate(spike).to_json())
    assert set(data) >= {
        "schema", "scenario", "engine", "version", "calls", "functions", "conflicts", "scheduler",
        "compute", "database", "cost", "outcomes", "performance",
    }  # fmt: skip
    assert set(data["scenario"]) >= {"name", "revision", "hash", "horizon_s", "seed"}
    assert set(data["calls"]) >= {
        "total", "per_day", "query", "mutation", "action", "per_day_series",
    }  # fmt: skip
    use = data["functions"]["setlists:autoGenerateSetlist"]
    assert set(use) >= {
        "type", "calls", "per_day", "conflicts_retried", "conflicts_failed", "errors", "by_trigger",
    }  # fmt: skip
    assert set(data["scheduler"]) >= {"executed", "peak_backlog", "dropped", "saturated_share"}
    assert set(data["cost"]) >= {"plan", "horizon_usd", "projected_monthly_usd", "lines"}
    assert set(data["outcomes"]) >= {
        "shows", "setlists_filled", "setlists_placeholder", "shows_without_setlist",
        "catalogs_synced", "sync_attempts", "sync_skipped_by_guard",
    }  # fmt: skip
    assert set(data["performance"]) == {"wall_s", "events", "calls_per_s", "note"}
