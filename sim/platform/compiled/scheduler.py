"""Jobs, executors and crons: what `sim.platform.reference.scheduler`, `executor` and `crons` do."""

from __future__ import annotations

from typing import Any

from sim.platform.reference import NOBODY
from sim.platform.rules import (
    FUNCTION_IS_FULL,
    NEVER,
    PASSES,
    ROOM,
    next_pass,
    room_for_job,
    skips,
    starts_next,
)

from .app import copy_job, take_cron, take_job
from .clock import key_of, new_serial, next_time, wake
from .compile import hot, jit
from .edges import count_job
from .layout import (
    ASKS,
    BEGIN,
    CALLED,
    CRON,
    CRONS,
    NO_EXECUTOR,
    NO_TIME,
    OVER,
    OVERHEAD,
    OVERHEAD_STREAMS,
    PASS_STREAMS,
    PASS_TIME,
    SCHEDULED,
    SCHEDULER,
    SCHEDULING_LAG,
)
from .memory import (
    Record,
    State,
    cron_record,
    edges_of_a_root,
    entry_row,
    executor_record,
    first_action,
    first_arrivals,
    frame_record,
    functions,
    hop_record,
    job_record,
    queued_cron_record,
    queued_record,
    rows_of_a_root,
    soon_record,
    words,
)
from .random import sample
from .times import count_time


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
    x.deadline = NEVER
    x.parent = -1
    x.top = x.number
    x.root = 0
    x.generation = 0
    x.ancestors = 0
    x.comes_round = 0
    x.scheduled_by = NOBODY
    x.scheduled_functions = 0
    x.claimed = now
    x.asked = now
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
def due(s: State, e: int, job: Record) -> None:
    """`Slots.add`: let a job wait for a pass."""
    executor = executor_record(s, e)
    waiting = _waiting(s, e, executor.first + executor.waiting)
    _copy(s, waiting, job)
    waiting.became_due = s.clock.now
    executor.waiting += 1
    _fall_behind(s, executor)
    ask_for_pass(s, e)


@jit
def _copy(s: State, target: Record, source: Record) -> None:
    """Make a job's record like another, but for its place in the list of free ones."""
    target.serial = source.serial
    target.scheduled_by = source.scheduled_by
    target.edge = source.edge
    copy_job(s, target, source)
    target.generation = source.generation
    target.ancestors = source.ancestors


@hot
def _fall_behind(s: State, executor: Record) -> None:
    """`Slots._fall_behind`."""
    waits = executor.running == executor.slots and executor.waiting > 0 and not executor.paused
    if waits and executor.behind_since == NEVER:
        executor.behind_since = s.clock.now


@hot
def _caught_up(s: State, executor: Record) -> None:
    """`Slots._caught_up`."""
    if executor.behind_since != NEVER:
        executor.behind_us += s.clock.now - executor.behind_since
        executor.behind_since = NEVER


@jit
def ask_for_pass(s: State, e: int) -> None:
    """`Slots._ask`: let there be a pass, unless it could start nothing."""
    executor = executor_record(s, e)
    if executor.asked:
        return
    if not starts_next(executor.running, executor.slots, executor.waiting, executor.paused):
        return
    executor.asked = 1
    wake(s, next_pass(s.clock.now, executor.passed), PASSES + e, executor.passes)


@jit
def executor_pass(s: State, x: Record) -> int:
    """`Slots._asked_for`: all free slots go to the jobs that have waited longest."""
    e, need = x.executor, s.need
    executor = executor_record(s, e)
    starts = min(executor.slots - executor.running, executor.waiting)
    if s.frame_list.free_frames < starts or s.clock.pending + starts > s.size.heap:
        need.frames = max(need.frames, starts)
        need.jobs = max(need.jobs, starts)
        return ASKS
    executor.asked = 0
    _pass(s, e)
    return OVER


@jit
def _pass(s: State, e: int) -> None:
    """`Slots._pass`."""
    executor, now = executor_record(s, e), s.clock.now
    if not starts_next(executor.running, executor.slots, executor.waiting, executor.paused):
        return
    waited = executor.waiting
    while waited > 0 and _waiting(s, e, executor.first + waited - 1).became_due == now:
        waited -= 1
    executor.peak = max(executor.peak, waited)
    while starts_next(executor.running, executor.slots, executor.waiting, executor.paused):
        job = _waiting(s, e, executor.first)
        executor.first += 1
        executor.waiting -= 1
        _start(s, e, job, job.became_due)
    if executor.passes_last:
        executor.passed = now + sample(s, PASS_STREAMS + e, PASS_TIME)
    _fall_behind(s, executor)


@jit
def _start(s: State, e: int, job: Record, due_at: int) -> None:
    """`Slots._grant`: claim a job; its code starts after the claim's overhead."""
    executor, clock = executor_record(s, e), s.clock
    executor.running += 1
    executor.held_us -= clock.now
    clock.live += 1
    starts = clock.now + sample(s, OVERHEAD_STREAMS + e, OVERHEAD)
    function = job.edge % functions(s)
    count_time(s, SCHEDULING_LAG, function, starts - due_at)
    x = new_frame(s, job.serial, function, starts)
    x.edge = job.edge
    x.root = job.edge // edges_of_a_root(s)
    x.generation = job.generation
    x.ancestors = job.ancestors
    x.comes_round = job.ancestors >> function & 1
    x.scheduled_by = job.scheduled_by
    x.executor = e
    x.claimed = clock.now
    if e == CRONS:
        x.cron = x.root - (first_arrivals(s) - functions(s))
        take_cron(s, x, cron_record(s, x.cron))
        x.retry = CRON
    else:
        take_job(s, x, job)
        x.retry = SCHEDULED
    if function >= first_action(s):
        x.retry = CALLED
    wake(s, starts, x.serial, x.number)


@jit
def job_over(s: State, x: Record) -> None:
    """`Slots.release`: a job's slot goes to the next one, and its frame is free."""
    e = x.executor
    executor, clock = executor_record(s, e), s.clock
    executor.held_us += clock.now
    executor.executed += 1
    executor.running -= 1
    clock.live -= 1
    words(s.ended)[x.function] += x.comes_round
    if e == CRONS:
        cron_record(s, x.cron).busy = 0
    free_frame(s, x)
    _caught_up(s, executor)
    if not executor.asked and executor.passed <= clock.now and next_time(s) > clock.now:
        _pass(s, e)
    else:
        ask_for_pass(s, e)


# -- the scheduler -------------------------------------------------------------------------------


@jit
def room_for(s: State, scheduled: int, buffered: int) -> int:
    """Whether a function may schedule one more job: see `Scheduler.check_room`."""
    scheduler = s.scheduler
    over = executor_record(s, SCHEDULER).executed + scheduler.cleared
    outstanding = scheduler.created - over
    return room_for_job(scheduled, buffered, outstanding, scheduler.per_function_cap, scheduler.cap)


@jit
def has_room(s: State, scheduled: int, buffered: int) -> bool:
    """`Scheduler.check_room`."""
    room = room_for(s, scheduled, buffered)
    if room != ROOM:
        s.scheduler.rejected += 1
        s.scheduler.rejected_by_function += room == FUNCTION_IS_FULL
    return room == ROOM


@jit
def submit(s: State, x: Record, due_at: int, scheduling: int, function: int) -> None:
    """`Scheduler.submit`: create a job, which an execution's function ``scheduling`` wants.

    For a client's script that is the root's own row of edges.

    It is in ``s.job``; once it has its arguments, `place_job` lets it wait.
    """
    scheduler, top, given = s.scheduler, frame_record(s, x.top), s.job
    given.serial = new_serial(s)
    given.scheduled_by = x.serial
    given.edge = (x.root * rows_of_a_root(s) + scheduling) * functions(s) + function
    given.generation = x.generation + 1
    given.ancestors = top.ancestors
    if scheduling < functions(s):
        given.ancestors |= 1 << scheduling
    if x.function < functions(s):
        given.ancestors |= 1 << x.function
    if top.function < functions(s):
        given.ancestors |= 1 << top.function
    scheduler.created += 1
    count_job(s, given.edge)
    if top.comes_round:
        _hop(s, top, function, due_at)
    scheduler.due_at = due_at


@jit
def place_job(s: State) -> None:
    """Let the job that was just created wait for its time, or for a slot."""
    scheduler, now, given = s.scheduler, s.clock.now, s.job
    due_at = scheduler.due_at
    if due_at <= now and next_time(s) > now:
        due(s, SCHEDULER, given)
        return
    scheduler.future += 1
    if due_at == s.database.visible_at and due_at > now:
        _due_soon(s, due_at)
        return
    number = scheduler.free_job
    job = job_record(s, number)
    scheduler.free_job = job.next
    scheduler.free_jobs -= 1
    _copy(s, job, given)
    wake(s, max(due_at, now), given.serial, -1 - number)


# Most jobs are due when the transaction that scheduled them is visible, and commits become visible
# one after another: such jobs wait in a ring instead of the heap.


@hot
def _due_soon(s: State, due_at: int) -> None:
    """Let the job that was just created wait until the last commit is visible."""
    soon = s.soon_jobs
    entry = _soon(s, soon.first + soon.waiting)
    entry.due = due_at
    _copy(s, entry.job, s.job)
    if soon.waiting == 0:
        soon.due = due_at
    soon.waiting += 1


@hot
def _soon(s: State, place: int) -> Record:
    return soon_record(s, place & (s.size.soon - 1))


@hot
def key_of_soon(s: State) -> int:
    """What orders the first of these jobs among events of its time."""
    return key_of(_soon(s, s.soon_jobs.first).job.serial, 0)


@hot
def comes_first(s: State, time: int, key: int) -> bool:
    """Whether the first of these jobs, due at ``time`` or before, comes before an event."""
    return bool(s.soon_jobs.due < time or key_of_soon(s) < key)


@jit
def first_of_soon(s: State) -> None:
    """`Scheduler._due` of the first of these jobs."""
    soon = s.soon_jobs
    s.scheduler.future -= 1
    due(s, SCHEDULER, _soon(s, soon.first).job)
    soon.first += 1
    soon.waiting -= 1
    soon.due = _soon(s, soon.first).due if soon.waiting > 0 else NO_TIME


@jit
def _hop(s: State, x: Record, function: int, due_at: int) -> None:
    """`Lineages.scheduled`."""
    hop = hop_record(s, x.function * functions(s) + function)
    hop.jobs += 1
    hop.ahead_us += due_at - x.claimed
    if not x.scheduled_functions >> function & 1:
        x.scheduled_functions |= 1 << function
        hop.through += 1


@jit
def become_due(s: State, number: int) -> None:
    """`Scheduler._due`."""
    scheduler, job = s.scheduler, job_record(s, number)
    scheduler.future -= 1
    due(s, SCHEDULER, job)
    job.next = scheduler.free_job
    scheduler.free_job = number
    scheduler.free_jobs += 1


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
def tick(s: State) -> int:
    """`Crons._run`: run the cron that is due, or skip it; when the next one is due."""
    number = first_cron(s)
    cron = cron_record(s, number)
    cron.last = cron.due
    cron.due += cron.every
    if skips(cron.busy, s.clock.disabled):
        cron.skipped += 1
        cron.skipped_disabled += s.clock.disabled
    else:
        cron.busy = 1
        cron.runs += 1
        root = first_arrivals(s) - functions(s) + number  # those of clients come first
        job, row = s.job, root * rows_of_a_root(s) + entry_row(s)
        job.serial = new_serial(s)
        job.scheduled_by = NOBODY
        job.edge = row * functions(s) + cron.function
        job.generation = 0
        job.ancestors = 0
        due(s, CRONS, job)
    return int(cron_record(s, first_cron(s)).due)
