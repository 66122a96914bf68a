"""Scheduled jobs by the id that the app knows them by: their rows, and how they are cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.platform.reference import Backend

from .machine import Machine


class Jobs:
    """What `_scheduled_functions` says of jobs, as far as the app looks at it."""

    def __init__(self, backend: Backend, machine: Machine, kept: bool) -> None:
        self._backend = backend
        self._machine = machine
        self.kept = kept
        """Whether jobs have rows."""
        self._serials: dict[str, int] = {}
        if kept:
            backend.scheduler.watch = self._created

    def _created(self, serial: int, args: tuple[Any, ...]) -> None:
        self._serials[args[-1]] = serial

    def created_by_action(self, job: str, due_ms: float, path: str, args: str) -> None:
        """An action scheduled a job: a transaction of its own."""
        if self.kept:
            self._machine.engine.post("writeJob", job, due_ms, path, args, self._visible())

    def mark(self, job: str, state: str, message: str = "") -> None:
        """Write a job's state, if the job has a row."""
        if not self.kept or not job:
            return
        self._machine.engine.post("markJob", job, state, self._visible(), message)
        if state != "inProgress":
            self._serials.pop(job, None)

    def started(self, job: str) -> None:
        """A job can no longer be cancelled in its queue."""
        self._serials.pop(job, None)

    def cancel(self, jobs: Iterable[str]) -> None:
        """Take jobs out of the queue; their rows have been written."""
        for job in jobs:
            serial = self._serials.pop(job, None)
            if serial is not None:
                self._backend.scheduler.cancel(serial)

    def cancel_by_action(self, job: str) -> None:
        """An action cancels a job, if it has not started."""
        if self._machine.text("jobState", job) == "pending":
            self.cancel((job,))
            self.mark(job, "canceled")

    def _visible(self) -> float:
        now = self._backend.env.now
        return float(self._backend.database.publish([], now, now))
