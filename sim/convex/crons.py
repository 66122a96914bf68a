"""The crons of a bundle, as the platform runs them (docs: scheduling/cron-jobs)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cronsim import CronSim, CronSimError

from sim.platform.reference import Backend
from sim.scenario import HOUR, MINUTE, SECOND

from .errors import app_error

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


@dataclass(frozen=True, slots=True)
class CronJob:
    """One cron: at an interval (µs) or by an expression."""

    name: str
    function: str
    args: str
    every: int
    expression: str


def cron_jobs(
    given: Iterable[list[Any]], functions: Mapping[str, str], where: str
) -> tuple[CronJob, ...]:
    """The crons that a bundle exports; raises `ScenarioError` for one that cannot run."""
    jobs = []
    for name, function, args, schedule in given:
        if functions.get(function) not in {"mutation", "action"}:
            raise app_error(where, f"the cron {name!r} runs {function}: there is no such function")
        try:
            every, expression = _when(schedule)
            if expression:
                CronSim(expression, datetime(2025, 1, 1, tzinfo=UTC))
        except (KeyError, ValueError, CronSimError) as error:
            raise app_error(
                where, f"the cron {name!r} has a schedule that cannot be read: {schedule}"
            ) from error
        jobs.append(CronJob(name, function, args, every, expression))
    return tuple(jobs)


def deploy_crons(backend: Backend, jobs: Iterable[CronJob]) -> None:
    """Run these crons and no others."""
    wanted = {job.name: job for job in jobs}
    for cron in list(backend.crons):
        if cron.name not in wanted:
            backend.set_cron(cron.name, cron.edge.function.name)
    for job in wanted.values():
        backend.set_cron(
            job.name, job.function, job.args, False, every=job.every, expression=job.expression
        )


def _when(schedule: Mapping[str, Any]) -> tuple[int, str]:
    """A schedule as an interval (µs) or an expression."""
    kind = schedule["type"]
    if kind == "interval":
        units = (("seconds", SECOND), ("minutes", MINUTE), ("hours", HOUR))
        return round(sum(float(schedule.get(name, 0)) * unit for name, unit in units)), ""
    if kind == "cron":
        return 0, str(schedule["cron"])
    minute = int(schedule.get("minuteUTC", 0))
    hour = int(schedule.get("hourUTC", 0))
    if kind == "hourly":
        return 0, f"{minute} * * * *"
    if kind == "daily":
        return 0, f"{minute} {hour} * * *"
    if kind == "weekly":
        return 0, f"{minute} {hour} * * {_DAYS.index(schedule['dayOfWeek'])}"
    if kind == "monthly":
        return 0, f"{minute} {hour} {int(schedule['day'])} * *"
    raise ValueError(kind)
