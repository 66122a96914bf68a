"""Units of a log: executions with all that they await, and the jobs among them.

What an action awaits belongs to it, so a unit is the outermost execution of a request. A job is a
unit that the scheduler ran. The table ``_scheduled_functions`` knows when each job was scheduled;
it is no stream, so nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from sim.logs.read import REASONS, RETRIES, Rows, function_name, hashes
from sim.scenario import STDIN, fault, file_name

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_ACTION = REASONS.index("action")
_SCHEDULER = REASONS.index("scheduler")
_QUERY = 0
MOST = 2_000_000
"""Executions that are looked at: the first ones."""


@dataclass(slots=True)
class Units:
    """Units in the order of their begin. Times are µs since 1970."""

    function: Ints
    begun: Ints
    end: Ints
    """Before ``begun`` if it has not run yet."""
    reason: Ints
    request: Hashes
    is_job: npt.NDArray[np.bool_]
    created: Ints
    """When a job was scheduled; -1 if that is not known."""
    due: Ints
    """When a job was to run; -1 if that is not known."""
    names: Sequence[str]
    calls: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Calls of the unit with all that it awaits, as far as they are in the log."""

    def __len__(self) -> int:
        return len(self.begun)


@dataclass(slots=True)
class Schedulers:
    """Executions that may have scheduled jobs: no queries, and attempts that were not lost."""

    function: Ints
    begun: Ints
    end: Ints
    unit: Ints
    """The unit that each is part of; -1 if that is not in the log."""


@dataclass(slots=True)
class Collector:
    """Collects what may schedule while a log is read."""

    parts: list[tuple[Ints, Ints, Ints, Ints, Ints, Hashes, Hashes]] = field(default_factory=list)
    requests: list[Hashes] = field(default_factory=list)
    """Of every call."""
    names: Sequence[str] = ()
    number: int = 0
    is_cut: bool = False

    def __call__(self, rows: Rows, names: Sequence[str]) -> None:
        """Some rows of the log."""
        self.names = names
        outermost = rows.reason != _ACTION
        chosen = (rows.flags & RETRIES == 0) & (outermost | (rows.kind != _QUERY))
        if self.number >= MOST:
            self.is_cut = self.is_cut or bool(chosen.any())
            return
        self.requests.append(rows.request)
        rows = rows.where(chosen)
        self.number += len(rows)
        begun = np.where(rows.begun >= 0, rows.begun, rows.at - rows.took)
        reason = np.where((rows.reason == 0) & (rows.job != 0), _SCHEDULER, rows.reason)
        kind = np.where(rows.kind == _QUERY, -1, rows.path)
        self.parts.append((kind, rows.path, begun, rows.at, reason, rows.job, rows.request))

    def collected(self, jobs: Sequence[Job] | None) -> tuple[Units, Schedulers]:
        """All units and schedulers; ``jobs``: the table of jobs, if there is one."""
        columns = [np.concatenate(each) for each in zip(*self.parts, strict=True)]
        schedules, path, begun, end, reason, job, request = columns
        names = list(self.names)
        outer = reason != _ACTION
        own = path[outer], begun[outer], end[outer], reason[outer], request[outer]
        if jobs is None:
            unknown = np.full(int(outer.sum()), -1)
            units = Units(*own, own[3] == _SCHEDULER, unknown, unknown, names)
        else:
            units = _with_jobs(*own, job[outer], jobs, names)
        units = _sorted(units)
        by_request = np.argsort(units.request, kind="stable")
        sorted_requests = units.request[by_request]
        can = schedules >= 0
        place = np.searchsorted(sorted_requests, request[can])
        place = np.clip(place, 0, len(sorted_requests) - 1)
        known = (sorted_requests[place] == request[can]) & (request[can] != 0)
        unit = np.where(known, by_request[place], -1)
        found, counts = np.unique(np.concatenate(self.requests), return_counts=True)
        at = np.clip(np.searchsorted(found, units.request), 0, len(found) - 1)
        units.calls = np.where((found[at] == units.request) & (units.request != 0), counts[at], 1)
        rowless = np.flatnonzero((units.request == 0) & (units.end >= units.begun))
        return units, Schedulers(
            np.concatenate([path[can], units.function[rowless]]),
            np.concatenate([begun[can], units.begun[rowless]]),
            np.concatenate([end[can], units.end[rowless]]),
            np.concatenate([unit, rowless]),
        )


def _sorted(units: Units) -> Units:
    order = np.argsort(units.begun, kind="stable")
    return Units(
        units.function[order], units.begun[order], units.end[order], units.reason[order],
        units.request[order], units.is_job[order], units.created[order], units.due[order],
        units.names,
    )  # fmt: skip


class State(msgspec.Struct):
    """How far a job is."""

    kind: str = ""


class Job(msgspec.Struct, rename={"id": "_id", "created": "_creationTime", "due": "scheduledTime",
                                  "completed": "completedTime"}):  # fmt: skip
    """A row of ``_scheduled_functions``; times are milliseconds."""

    id: str
    name: str
    created: float
    due: float
    completed: float | None = None
    state: State = msgspec.field(default_factory=State)


def load_jobs(path: str) -> list[Job]:
    """The jobs in an export of ``_scheduled_functions``, one a line; raises `ScenarioError`."""
    name = file_name(Path(path))
    if path == STDIN:
        raise fault(name, "the jobs are read from a file")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise fault(name, f"cannot be read: {error.strerror}") from error
    found: list[Job] = []
    decoder = msgspec.json.Decoder(Job)
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                found.append(decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise fault(
                    f"{name}:{number}", "no row of _scheduled_functions: it has _id, name, "
                    "_creationTime and scheduledTime"
                ) from None  # fmt: skip
    if not found:
        raise fault(name, "is empty")
    return found


def _with_jobs(
    path: Ints, begun: Ints, end: Ints, reason: Ints, request: Hashes, job: Hashes,
    jobs: Sequence[Job], names: list[str],
) -> Units:  # fmt: skip
    """Units of a log and a table of jobs: the table has every job, the log when it began."""
    numbers = {name: number for number, name in enumerate(names)}
    for name in dict.fromkeys(function_name(each.name) for each in jobs):
        if name not in numbers:
            numbers[name] = len(names)
            names.append(name)
    took = np.maximum(end - begun, 0)
    typical = {int(each): int(np.median(took[path == each])) for each in np.unique(path)}
    ids = hashes([each.id for each in jobs])
    order = np.argsort(job, kind="stable")
    place = np.clip(np.searchsorted(job[order], ids), 0, max(0, len(job) - 1))
    row = order[place] if len(job) else place
    has_row = (job[row] == ids) & (ids != 0) if len(job) else np.zeros(len(ids), np.bool_)
    function = np.array([numbers[function_name(each.name)] for each in jobs], np.int64)
    created = np.array([each.created * 1000 for each in jobs]).round().astype(np.int64)
    due = np.array([each.due * 1000 for each in jobs]).round().astype(np.int64)
    over = np.array([(each.completed or -1) * 1000 for each in jobs]).round().astype(np.int64)
    usual = np.array([typical.get(int(each), 0) for each in function], np.int64)
    ended = np.where(has_row, end[row], over)
    began = np.where(has_row, begun[row], np.where(over > 0, over - usual, created))
    ended = np.where(has_row | (over > 0), ended, began - 1)
    other = reason != _SCHEDULER
    nothing = np.full(int(other.sum()), -1)
    return Units(
        np.concatenate([path[other], function]), np.concatenate([begun[other], began]),
        np.concatenate([end[other], ended]),
        np.concatenate([reason[other], np.full(len(jobs), _SCHEDULER)]),
        np.concatenate([request[other], np.where(has_row, request[row], 0).astype(np.uint64)]),
        np.concatenate([np.zeros(int(other.sum()), np.bool_), np.ones(len(jobs), np.bool_)]),
        np.concatenate([nothing, created]), np.concatenate([nothing, due]), names,
    )  # fmt: skip
