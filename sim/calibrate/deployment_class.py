"""The class that a deployment looks like: how many jobs run while others wait."""

from __future__ import annotations

from sim.logs import Pressure
from sim.scenario import Platform, Scenario
from sim.scenario.platform import PROFILES

_NEAR = 0.1
"""How far the number of jobs may be from that of a class, as a share."""


def looks_like(pressure: Pressure | None, scenario: Scenario) -> str:
    """A sentence on the class, by the statistics of a log."""
    if pressure is None:
        return "the deployment class cannot be told: there are no scheduler_stats"
    jobs = pressure.jobs_behind
    if not jobs:
        return (
            "the deployment class cannot be told: no job waited for a slot while others ran "
            f"(at most {pressure.jobs_running:,} at once)"
        )
    profile, own = scenario.platform.profile, scenario.platform.scheduler.parallelism
    slots = {
        name: Platform.model_validate(
            {"profile": profile, "deployment_class": name}
        ).scheduler.parallelism
        for date, name in PROFILES if date == profile
    }  # fmt: skip
    near = [name for name, number in slots.items() if abs(jobs - number) <= _NEAR * number]
    like = " or ".join(near) if near else f"no class of profile {profile}"
    return (
        f"the deployment looks like {like}: {jobs:,} jobs ran at once while others waited; the "
        f"scenario has {own:,} slots"
    )
