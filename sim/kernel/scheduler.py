"""Jobs, executors and crons: what `sim.backend.scheduler`, `executor` and `crons` do."""

from __future__ import annotations

from typing import Any

from .clock import new_serial, next_time, wake
from .compile import jit
from .layout import (
    ABSENT,
    BEGIN,
    CALLED,
    CRON,
    CRONS,
    FIRST_ACTION,
    N_FUNCTIONS,
    NO_EXECUTOR,
    OVERHEAD,
    OVERHEAD_STREAMS,
    SCHEDULED,
    SCHEDULER,
)
from .memory import (
    Record,
    State,
    cron_record,
    executor_record,
    frame_record,
    job_record,
    queued_cron_record,
    queued_record,
)
from .random import sample

_FOREVER = 1 << 62


@jit
def new_frame(s: State, serial: int, function: int, now: int) -> Record:
    """A frame for an execution (`Context`)."""
    frames = s.frame_list
    x = frame_record(s, frames.free)
    x.number = frames.free
    frames.free = x.next
    frames.free_frames -= 1
    x.serial = serial
    x.function = function
    x.stage = BEGIN
    x.step = 0
    x.now = now
    x.deadline = _FOREVER
    x.parent = -1
    x.edge = -1
    x.cron = -1
    x.executor = NO_EXECUTOR
    x.depth = 0
    x.scheduled = 0
    x.failed = 0
    x.error = 0
    x.value = 0
    x.retry = CALLED
    return x


@jit
def free_frame(s: State, x: Record) -> None:
    """Give a frame back."""
    frames = s.frame_list
    x.next = frames.free
    frames.free = x.number
    frames.free_frames += 1


# -- executors -----------------------------------------------------------------------------------


@jit
def _waiting(s: State, e: int, place: int) -> Any:
    """The record of a job in the backlog, which is a ring."""
    if e == SCHEDULER:
        return queued_record(s, place & (s.size.backlog - 1))
    return queued_cron_record(s, place & (s.size.cron_backlog - 1))


@jit
def due(s: State, e: int, serial: int, edge: int, a0: int, a1: int) -> None:
    """`Executor.due`: start a job, or let it wait."""
    executor = executor_record(s, e)
    if executor.running < executor.slots and executor.waiting == 0 and not executor.paused:
        _start(s, e, serial, edge, a0, a1)
        return
    if executor.waiting == 0:
        executor.behind_since = s.clock.now
    job = _waiting(s, e, executor.first + executor.waiting)
    job.serial = serial
    job.edge = edge
    job.a0 = a0
    job.a1 = a1
    executor.waiting += 1


@jit
def start_next(s: State, e: int) -> None:
    """`Executor._next`: the first of the backlog gets a slot."""
    executor = executor_record(s, e)
    executor.peak = max(executor.peak, executor.waiting)
    job = _waiting(s, e, executor.first)
    executor.first += 1
    executor.waiting -= 1
    if executor.waiting == 0:
        executor.behind_us += s.clock.now - executor.behind_since
    _start(s, e, job.serial, job.edge, job.a0, job.a1)


@jit
def _start(s: State, e: int, serial: int, edge: int, a0: int, a1: int) -> None:
    """`Executor._start`: claim a job; its code starts after the claim's overhead."""
    executor, clock = executor_record(s, e), s.clock
    executor.running += 1
    clock.live += 1
    starts = clock.now + sample(s, OVERHEAD_STREAMS + e, OVERHEAD)
    function = edge % N_FUNCTIONS
    x = new_frame(s, serial, function, starts)
    x.edge = edge
    x.executor = e
    x.claimed = clock.now
    x.a2 = ABSENT
    if e == CRONS:
        cron = cron_record(s, a0)
        x.cron = a0
        x.a0 = cron.a0
        x.a1 = cron.a1
        x.retry = CRON
    else:
        x.a0 = a0
        x.a1 = a1
        x.retry = SCHEDULED
    if function >= FIRST_ACTION:
        x.retry = CALLED
    wake(s, starts, serial, x.number)


@jit
def job_over(s: State, x: Record) -> None:
    """`Executor.over`: a job's slot goes to the next one, and its frame is free."""
    e = x.executor
    executor, clock = executor_record(s, e), s.clock
    executor.slot_us += clock.now - x.claimed
    executor.executed += 1
    executor.running -= 1
    clock.live -= 1
    if e == CRONS:
        cron_record(s, x.cron).busy = 0
    free_frame(s, x)
    if executor.waiting > 0 and not executor.paused:
        start_next(s, e)


# -- the scheduler -------------------------------------------------------------------------------


@jit
def has_room(s: State, scheduled: int, buffered: int) -> bool:
    """`Scheduler.check_room`."""
    scheduler = s.scheduler
    over = executor_record(s, SCHEDULER).executed + scheduler.cleared
    outstanding = scheduler.created - over
    if scheduled >= scheduler.per_function_cap or buffered >= scheduler.cap - outstanding:
        scheduler.rejected += 1
        return False
    return True


@jit
def submit(s: State, due_at: int, edge: int, a0: int, a1: int) -> None:
    """`Scheduler.submit`: create a job."""
    scheduler, now = s.scheduler, s.clock.now
    serial = new_serial(s)
    scheduler.created += 1
    if due_at <= now and next_time(s) > now:
        due(s, SCHEDULER, serial, edge, a0, a1)
        return
    scheduler.future += 1
    number = scheduler.free_job
    job = job_record(s, number)
    scheduler.free_job = job.next
    scheduler.free_jobs -= 1
    job.serial = serial
    job.edge = edge
    job.a0 = a0
    job.a1 = a1
    wake(s, max(due_at, now), serial, -1 - number)


@jit
def become_due(s: State, number: int) -> None:
    """`Scheduler._become_due`."""
    scheduler, job = s.scheduler, job_record(s, number)
    scheduler.future -= 1
    job.next = scheduler.free_job
    scheduler.free_job = number
    scheduler.free_jobs += 1
    due(s, SCHEDULER, job.serial, job.edge, job.a0, job.a1)


# -- crons ---------------------------------------------------------------------------------------


@jit
def first_cron(s: State) -> int:
    """The cron that is due first; of several the one registered first."""
    first = 0
    for n in range(1, s.size.crons):
        if cron_record(s, n).due < cron_record(s, first).due:
            first = n
    return first


@jit
def tick(s: State, row: int) -> int:
    """`Crons._ticks`: run the cron that is due, or skip it; when the next one is due.

    ``row`` is the row of edges of the first cron.
    """
    number = first_cron(s)
    cron = cron_record(s, number)
    cron.last = cron.due
    cron.due += cron.every
    if cron.busy or s.clock.disabled:
        cron.skipped += 1
    else:
        cron.busy = 1
        cron.runs += 1
        edge = (row + number) * N_FUNCTIONS + cron.function
        due(s, CRONS, new_serial(s), edge, number, 0)
    return int(cron_record(s, first_cron(s)).due)
