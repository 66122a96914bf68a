"""Deployments in the middle of a run: what `Backend.deploy` does, on the engine's memory.

The loop stands still meanwhile, so all of this is done by the host; compiled code only looks the
settings up that a new execution runs with (`code` of the app's record).
"""

from __future__ import annotations

import numpy as np

from sim.platform.rules import NEVER, NOT_YET, next_due
from sim.scenario import Operation

from . import layout as at
from .deploy import Deployment
from .rows import cron_row, laid_out


def operate(deployment: Deployment, operation: Operation) -> None:
    """Carry out a deployment at the clock's time.

    The reference's own code has been told already; a pause or its end is in the backend's state.
    """
    if operation.external is not None:
        deployment.change_services(operation.external)
    if operation.app is not None:
        deployment.set_code()
        _set_crons(deployment)
    elif operation.action == "clear-queue":
        _clear_queue(deployment)


# -- crons -----------------------------------------------------------------------------------------


def _set_crons(deployment: Deployment) -> None:
    """`Crons.set` of every cron that the app has by now."""
    memory = deployment.memory
    now = int(memory["clock"]["now"])
    for number, cron in enumerate(deployment.backend.crons):
        if number == len(memory.tables["crons"]):
            _add_cron(deployment, cron_row(deployment.layout, cron, now))
        row = memory.tables["crons"][number]
        for place, value in enumerate(laid_out(cron.args)):
            row[f"a{place}"] = value
        if cron.every != row["every"]:
            row["due"] = next_due(int(row["last"]), cron.every, now)
            row["every"] = cron.every
            row["last"] = row["last"] if cron.every else NOT_YET
    _move_ticks(deployment)


def _add_cron(deployment: Deployment, row: dict[str, int]) -> None:
    """A row for a cron that was never deployed before, its edges, and its place in the backlog."""
    memory = deployment.memory
    crons, edges = memory.tables["crons"], memory.tables["edges"]
    memory.put("crons", np.append(crons, np.zeros(1, crons.dtype)))
    for name, value in row.items():
        memory.tables["crons"][name][-1] = value
    memory.put("edges", np.append(edges, np.zeros(deployment.layout.edges_of_a_root, at.EDGE)))
    backlog = memory.length("cron_backlog")
    if len(crons) + 1 >= backlog:
        executor = memory.tables["executors"][at.CRONS]
        first = int(executor["first"]) & (backlog - 1)
        executor["first"] = 0
        memory.double("cron_backlog", first)


def _move_ticks(deployment: Deployment) -> None:
    """Let the next run of any cron be the next event of their process."""
    memory = deployment.memory
    pending = int(memory["clock"]["pending"])
    heap, crons = memory.tables["heap"][:pending], memory.tables["crons"]
    place = int((heap["key"] >> at.REF_BITS == deployment.ticks).nonzero()[0][0])
    due = int(crons["due"].min()) if len(crons) else NEVER
    if heap["time"][place] != due:
        heap["time"][place] = due
        _in_order(heap)


# -- the queue -------------------------------------------------------------------------------------


def _clear_queue(deployment: Deployment) -> None:
    """`Scheduler.clear`: jobs that wait for their time, and jobs that wait for a slot."""
    memory, scheduler = deployment.memory, deployment.memory["scheduler"]
    heap, clock = memory.tables["heap"], memory["clock"]
    entries = heap[: int(clock["pending"])].copy()
    refs = (entries["key"] & (1 << at.REF_BITS) - 1) - (entries["key"] & 1 << at.REF_BITS - 1) * 2
    jobs = -1 - refs[refs < 0]
    kept = entries[refs >= 0]
    _in_order(kept)
    heap[: len(kept)] = kept
    clock["pending"] = len(kept)
    if len(jobs):
        links = memory.tables["jobs"]["next"]
        links[jobs[:-1]] = jobs[1:]
        links[jobs[-1]] = scheduler["free_job"]
        scheduler["free_job"] = jobs[0]
        scheduler["free_jobs"] += len(jobs)
    executor = memory.tables["executors"][at.SCHEDULER]
    waiting = int(executor["waiting"])
    if waiting:
        executor["peak"] = max(executor["peak"], waiting)
        if executor["behind_since"] != NEVER:
            executor["behind_us"] += clock["now"] - executor["behind_since"]
            executor["behind_since"] = NEVER
        executor["first"] += waiting
        executor["waiting"] = 0
    soon = memory["soon_jobs"]
    scheduler["future"] = 0
    scheduler["cleared"] += len(jobs) + int(soon["waiting"]) + waiting
    soon["first"], soon["waiting"], soon["due"] = 0, 0, at.NO_TIME


def _in_order(heap: np.ndarray[tuple[int], np.dtype[np.void]]) -> None:
    """Sort events: entries in ascending order are a heap."""
    heap[:] = heap[np.lexsort((heap["key"], heap["time"]))]
