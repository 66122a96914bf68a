"""The compiled engine gives the bytes of the reference, in whatever corner of the settings.

Before there is one, or where it is not installed, the reference is compared with itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sim import simulate
from sim.scenario import load_scenario, scenario_from
from tests.platform.compiled.corners import CORNERS, Corner
from tests.platform.compiled.difference import check, first_difference
from tests.platform.compiled.strategies import scenarios

SHIPPED = [
    path
    for path in sorted(Path("scenarios").glob("*.yaml"))
    if load_scenario(path).app_name == "setlist"
]


@given(scenarios())
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_any_small_scenario_has_the_same_result_and_keeps_the_laws(drawn: dict[str, Any]) -> None:
    check(scenario_from(drawn))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_has_the_same_result(path: Path) -> None:
    result = check(load_scenario(path, ["bin=40s"], horizon="2m"))
    assert result.scheduler.executed > 10


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_every_corner_is_reached_and_has_the_same_result(corner: Corner) -> None:
    result = check(corner.scenario())
    assert corner.happened(result)
    if corner.without:
        otherwise = simulate(corner.scenario(corner.without))
        assert first_difference(result, otherwise, skip=("scenario",)), "it makes no difference"
