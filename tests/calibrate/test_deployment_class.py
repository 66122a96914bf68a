"""Which class a deployment looks like, by how many jobs ran while others waited."""

from __future__ import annotations

import pytest

from sim.calibrate.deployment_class import looks_like
from sim.logs import Pressure
from sim.scenario import Scenario


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (256, "looks like S256: 256 jobs ran at once while others waited; the scenario has 8"),
        (8, "looks like S16: 8 jobs ran"),
        (100, "looks like no class of profile 2026-08: 100 jobs ran"),
        (0, "no job waited for a slot while others ran (at most 7 at once)"),
    ],
)
def test_the_slots_tell_the_class(monitor: Scenario, behind: int, said: str) -> None:
    pressure = Pressure(10, 20, 0, 2.0, 9.0, 7, jobs_behind=behind)
    assert said in looks_like(pressure, monitor.with_(**{"platform.profile": "2026-08"}))


def test_without_statistics_nothing_is_said(monitor: Scenario) -> None:
    assert "no scheduler_stats" in looks_like(None, monitor)
