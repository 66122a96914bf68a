"""The report of the measured incident's seeds counts every seed once."""

from __future__ import annotations

import pytest

from sim import Result, simulate
from sim.report import to_markdown
from sim.scenario import load_scenario
from tools.measured import LOCKOUTS, MEASURED, blocks


@pytest.fixture(scope="module")
def runs() -> list[Result]:
    """The first minutes of the measured incident, in bins of a minute."""
    scenario = load_scenario(MEASURED, ["bin=1m"], horizon="8m")
    return [simulate(scenario, seed=seed) for seed in (1, 2, 3)]


def test_every_seed_is_counted_once(runs: list[Result]) -> None:
    lines = to_markdown(blocks(runs, {"1h": runs, "2h": runs[:1]})).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| bursts |"))
    counted = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        counted.append(int(line.split("|")[2]))
    assert sum(counted) == len(runs)
    assert lines[0] == "# measured: its bursts under 3 seeds"


def test_the_scenarios_own_lock_out_is_among_those_that_are_tried() -> None:
    own = load_scenario(MEASURED)
    assert sum(load_scenario(MEASURED, [f"external.lockout={each}"]) == own
               for each in LOCKOUTS) == 1  # fmt: skip
