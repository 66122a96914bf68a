"""Running functions: what `sim.backend.execution` does, one step at a time.

Each step returns the time (µs) at which the execution continues, or `DONE` (the operation is over,
the function goes on), or `OVER`. The places where an execution waits are the ``yield``s of the
original, and so is everything between two of them.
"""

from __future__ import annotations

from sim.backend import SMALL_TRANSACTION
from sim.draws import exponential, scale
from sim.external import OK

from .actions import run_app
from .clock import hasten, new_serial, wake
from .compile import hot, jit
from .documents import publish, restart
from .external import limited_request, request
from .layout import (
    ACTION_ROWS,
    ATTEMPT_BEGIN,
    BACKOFF_STREAMS,
    BATCH,
    BEGIN,
    CALL_ACTION,
    CLIENT_END,
    CLIENT_ROW,
    COMMIT_LATENCY,
    COMMIT_STREAMS,
    CRON_TICKS,
    DO_ACTION,
    DO_BATCH,
    DO_FAIL,
    DO_LIMITED_REQUEST,
    DO_MUTATION,
    DO_QUERIES,
    DO_QUERY,
    DO_REQUEST,
    DO_SCHEDULE,
    DONE,
    END,
    FIRST_ACTION,
    FIRST_CRON_ROW,
    GET_ARTIST,
    GET_SONGS,
    IMPORT_ARRIVALS,
    IMPORT_ARTIST,
    IMPORT_GAPS,
    IMPORT_GAPS_STREAM,
    LATENCY_STREAMS,
    LIMITED_REQUEST,
    MUTATION,
    MUTATION_LATENCY,
    N_CEILINGS,
    N_FUNCTIONS,
    NO_EXECUTOR,
    ORGANIC_CONFLICT,
    OVER,
    PAGE_ARRIVALS,
    PAGE_GAPS,
    PAGE_GAPS_STREAM,
    QUERIES_LAST,
    QUERY,
    QUERY_BEGIN,
    QUERY_LATENCY,
    QUERY_NEXT,
    QUERY_PLACED,
    RUN,
    SCHEDULE,
    VALIDATE,
    VALIDATE_LARGE,
    VIEW_PAGE,
    WAIT_GATE,
)
from .memory import (
    State,
    buffered_record,
    document_record,
    edge_record,
    frame_record,
    function_record,
    gate_record,
    lane_record,
    retry_record,
    row_of,
    words,
)
from .random import sample, uniform
from .scheduler import free_frame, has_room, job_over, new_frame, submit, tick
from .transactions import run_mutation, run_query


@hot
def run(s: State, number: int) -> int:
    """The function's next step, and the beginning of what it asks for."""
    op = run_app(s, number)
    x = frame_record(s, number)
    if op == DO_QUERY:
        x.one_more = 0
        return _query(s, number)
    if op == DO_MUTATION:
        return _mutation(s, number)
    if op == DO_REQUEST:
        return _request(s, number)
    if op == DO_LIMITED_REQUEST:
        return _wait(s, number, LIMITED_REQUEST)
    if op == DO_QUERIES:
        return _queries(s, number)
    if op == DO_BATCH:
        return _wait(s, number, BATCH)
    if op == DO_SCHEDULE:
        return _wait(s, number, SCHEDULE)
    if op == DO_ACTION:
        return _call_action(s, number)
    x.failed = op == DO_FAIL
    return _return(s, number)


@hot
def _wait(s: State, number: int, stage: int) -> int:
    """Continue at the stage once the shared clock has caught up: maybe at once."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return _killed(s, number)
    x.stage = stage
    return DONE if x.now == s.clock.now else int(x.now)


@hot
def _done(s: State, number: int, error: int) -> int:
    """An operation is over; the function goes on."""
    x = frame_record(s, number)
    x.error = error
    x.stage = RUN
    return DONE


# -- begin and end -------------------------------------------------------------------------------


@jit
def _begin(s: State, number: int) -> int:
    """A job's code starts, a client's script, or the next event of a process."""
    x = frame_record(s, number)
    function = x.function
    if function < FIRST_ACTION:
        x.callee = function
        x.c0 = x.a0
        x.c1 = x.a1
        x.c2 = x.a2
        x.attempt_edge = x.edge
        x.failures = 0
        return _attempt(s, number, x.now)
    if function < N_FUNCTIONS:
        return _enter_gate(s, number)
    if function == PAGE_ARRIVALS:
        return _arrive(s, number, VIEW_PAGE, PAGE_GAPS_STREAM, PAGE_GAPS)
    if function == IMPORT_ARRIVALS:
        return _arrive(s, number, IMPORT_ARTIST, IMPORT_GAPS_STREAM, IMPORT_GAPS)
    if function == CRON_TICKS:
        return tick(s, FIRST_CRON_ROW)
    s.clock.live += 1
    x.row = CLIENT_ROW
    x.stage = RUN
    return DONE


@jit
def _arrive(s: State, number: int, script: int, stream: int, gaps: int) -> int:
    """`Backend._arrive`: one client, then the next."""
    at = frame_record(s, number).now
    serial = new_serial(s)
    wake(s, at, serial, new_frame(s, serial, script, at))
    at += sample(s, stream, gaps)
    frame_record(s, number).now = at
    return int(at)


@jit
def _return(s: State, number: int) -> int:
    """The function's code is over."""
    x = frame_record(s, number)
    if x.function >= N_FUNCTIONS:
        x.stage = CLIENT_END
        return DONE if x.now == s.clock.now else int(x.now)
    if x.now > x.deadline:  # it ran into its time-out; its last step may be over already
        x.failed = 1
        x.now = max(x.deadline, s.clock.now)
    x.stage = END
    return int(x.now)


@jit
def _killed(s: State, number: int) -> int:
    """An action ran into its time-out while it waited."""
    frame_record(s, number).failed = 0
    return _return(s, number)


@hot
def end(s: State, number: int) -> int:
    """A job is over, or an action that another waits for."""
    x = frame_record(s, number)
    if x.function >= FIRST_ACTION:
        edge, function = edge_record(s, x.edge), function_record(s, x.function)
        duration = min(x.now, x.deadline) - x.begin
        edge.time_us += duration
        edge.mib_ms += function.memory_mib * (duration // 1000)
        _release(s, function.gate)
        edge.errors += x.failed
    return _leave(s, number)


@jit
def _leave(s: State, number: int) -> int:
    """Give the slot back, or go on with the caller."""
    x = frame_record(s, number)
    if x.executor != NO_EXECUTOR:
        job_over(s, number)
        return OVER
    caller = frame_record(s, x.parent)
    caller.now = x.now
    s.frame_list.current = x.parent
    free_frame(s, number)
    return _done(s, x.parent, x.failed)


@jit
def _client_end(s: State, number: int) -> int:
    s.clock.live -= 1
    free_frame(s, number)
    return OVER


# -- actions -------------------------------------------------------------------------------------


@jit
def _call_action(s: State, number: int) -> int:
    """`Context.act`."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return _killed(s, number)
    if x.depth >= s.limits.call_depth or s.clock.disabled:
        return _done(s, number, 1)
    x.stage = CALL_ACTION
    return DONE if x.now == s.clock.now else int(x.now)


@jit
def _enter(s: State, number: int) -> int:
    """Go on with the called action, in a frame of its own."""
    x = frame_record(s, number)
    inner_number = new_frame(s, x.serial, x.callee, x.now)
    inner = frame_record(s, inner_number)
    inner.edge = x.row * N_FUNCTIONS + x.callee
    inner.depth = x.depth + 1
    inner.parent = number
    inner.a0 = x.c0
    s.frame_list.current = inner_number
    return DONE


@jit
def _enter_gate(s: State, number: int) -> int:
    """`Context.run_body`: wait for a place."""
    x = frame_record(s, number)
    runtime = function_record(s, x.function).gate
    gate = gate_record(s, runtime)
    if gate.free > 0:
        gate.free -= 1
        return _begin_body(s, number)
    gate.delayed += 1
    row_of(s.waiting, runtime, s.size.waiting)[gate.waiting] = number
    gate.waiting += 1
    x.stage = WAIT_GATE
    return int(s.clock.now + gate.longest_wait)


@jit
def _begin_body(s: State, number: int) -> int:
    x = frame_record(s, number)
    x.begin = x.now
    edge_record(s, x.edge).calls += 1
    x.deadline = x.begin + function_record(s, x.function).time_out
    x.row = ACTION_ROWS + x.function
    x.stage = RUN
    return DONE


@jit
def _leave_gate(s: State, number: int) -> int:
    """The action has a place now, or has waited for too long (`Gate.leave_queue`)."""
    x = frame_record(s, number)
    x.now = max(x.now, s.clock.now)
    runtime = function_record(s, x.function).gate
    gate = gate_record(s, runtime)
    for place in range(gate.waiting):
        if row_of(s.waiting, runtime, s.size.waiting)[place] == number:
            _remove_waiting(s, runtime, place)
            gate.rejected += 1
            edge_record(s, x.edge).errors += 1
            x.failed = 1
            return _leave(s, number)
    return _begin_body(s, number)


@jit
def _remove_waiting(s: State, runtime: int, place: int) -> None:
    gate, waiting = gate_record(s, runtime), row_of(s.waiting, runtime, s.size.waiting)
    gate.waiting -= 1
    for i in range(place, gate.waiting):
        waiting[i] = waiting[i + 1]


@hot
def _release(s: State, runtime: int) -> None:
    """`Gate.release`."""
    gate = gate_record(s, runtime)
    if gate.waiting == 0:
        gate.free += 1
    else:
        _pass_on(s, runtime)


@jit
def _pass_on(s: State, runtime: int) -> None:
    number = row_of(s.waiting, runtime, s.size.waiting)[0]
    _remove_waiting(s, runtime, 0)
    hasten(s, frame_record(s, number).serial, s.clock.now)


# -- places of queries and mutations -------------------------------------------------------------


@hot
def _note(s: State, lane: int, end: int) -> None:
    """A call that did not have to ask for a place will be over at ``end``."""
    lanes = lane_record(s, lane)
    row_of(s.recent, lane, s.size.recent)[lanes.position] = end
    lanes.position += 1
    if lanes.position == lanes.places:
        lanes.position = 0
    if lanes.recent < lanes.places:
        lanes.recent += 1


@jit
def _wait_for_place(s: State, number: int, lane: int, now: int, holding: int) -> int:
    """`Context._wait_for_place`: when the call gets its place, or -1 if it fails."""
    x, lanes = frame_record(s, number), lane_record(s, lane)
    x.now = now
    if s.clock.disabled:
        return -1
    for i in range(lanes.recent):
        if row_of(s.recent, lane, s.size.recent)[i] > row_of(s.free_at, lane, s.size.free_at)[0]:
            _replace_first(s, lane, row_of(s.recent, lane, s.size.recent)[i])
    lanes.recent = lanes.position = 0
    begin = max(now, row_of(s.free_at, lane, s.size.free_at)[0])
    lanes.delayed += begin > now
    if begin - now > lanes.longest_wait:
        lanes.rejected += 1
        x.now = now + lanes.longest_wait
        return -1
    _replace_first(s, lane, begin + holding)
    return int(begin)


@jit
def _replace_first(s: State, lane: int, time: int) -> None:
    """Replace the smallest of the heap of times at which places get free."""
    places, free_at = lane_record(s, lane).places, row_of(s.free_at, lane, s.size.free_at)
    i = 0
    while True:
        child = 2 * i + 1
        if child >= places:
            break
        if child + 1 < places and free_at[child + 1] < free_at[child]:
            child += 1
        if time <= free_at[child]:
            break
        free_at[i] = free_at[child]
        i = child
    free_at[i] = time


# -- queries -------------------------------------------------------------------------------------


@jit
def _query(s: State, number: int) -> int:
    """`Context.query`, up to its first yield."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return _killed(s, number)
    if x.now == s.clock.now:
        return begin_query(s, number)
    x.stage = QUERY_BEGIN
    return int(x.now)


@hot
def begin_query(s: State, number: int) -> int:
    """`Context.query`, once the shared clock has caught up."""
    x = frame_record(s, number)
    x.execution = sample(s, LATENCY_STREAMS + x.callee, QUERY_LATENCY)
    x.attempt_begin = x.now
    if s.clock.live <= lane_record(s, QUERY).uncontended:
        _note(s, QUERY, x.now + x.execution)
        return _evaluate_query(s, number)
    begin = _wait_for_place(s, number, QUERY, x.now, x.execution)
    if begin < 0:
        return _done(s, number, 1)
    x.attempt_begin = begin
    x.stage = QUERY_PLACED
    return DONE if begin == s.clock.now else begin


@jit
def _evaluate_query(s: State, number: int) -> int:
    x = frame_record(s, number)
    x.now = x.attempt_begin + x.execution
    edge_record(s, x.row * N_FUNCTIONS + x.callee).time_us += x.execution
    error = _evaluate(s, number, x.callee, x.attempt_begin)
    if x.one_more and not error:
        x.one_more = 0
        x.callee = GET_SONGS
        x.stage = QUERY_NEXT
        return DONE
    x.one_more = 0
    return _done(s, number, error)


@jit
def _evaluate(s: State, number: int, function: int, begin: int) -> int:
    """Run a query's code and meter it; whether it failed."""
    x = frame_record(s, number)
    edge = edge_record(s, x.row * N_FUNCTIONS + function)
    edge.calls += 1
    read_bytes = run_query(s, number, function, x.c0, begin)
    edge.read_bytes += read_bytes
    error = read_bytes > s.limits.bytes_read
    edge.errors += error
    return int(error)


@jit
def _queries(s: State, number: int) -> int:
    """`Context.query_each` of an artist's row and its songs."""
    x, lanes = frame_record(s, number), lane_record(s, QUERY)
    if s.clock.live > lanes.uncontended:
        x.callee = GET_ARTIST
        x.one_more = 1
        return _query(s, number)
    if x.now > x.deadline:
        return _killed(s, number)
    first = sample(s, LATENCY_STREAMS + GET_ARTIST, QUERY_LATENCY)
    edge_record(s, x.row * N_FUNCTIONS + GET_ARTIST).time_us += first
    second_begin = x.now + first
    _note(s, QUERY, second_begin)
    second = sample(s, LATENCY_STREAMS + GET_SONGS, QUERY_LATENCY)
    edge_record(s, x.row * N_FUNCTIONS + GET_SONGS).time_us += second
    x.attempt_begin = x.now
    x.execution = second
    _note(s, QUERY, second_begin + second)
    x.stage = QUERIES_LAST
    return int(second_begin)


@hot
def evaluate_queries(s: State, number: int) -> int:
    """Both queries are evaluated when the second begins, each on its own snapshot."""
    x, now = frame_record(s, number), s.clock.now
    x.now = now + x.execution
    if _evaluate(s, number, GET_ARTIST, x.attempt_begin):
        return _done(s, number, 1)
    return _done(s, number, _evaluate(s, number, GET_SONGS, now))


# -- mutations -----------------------------------------------------------------------------------


@jit
def _mutation(s: State, number: int) -> int:
    """`Context.run_mutation`."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return _killed(s, number)
    x.attempt_edge = x.row * N_FUNCTIONS + x.callee
    x.failures = 0
    return _attempt(s, number, x.now)


@jit
def _attempt(s: State, number: int, begin: int) -> int:
    """Begin an attempt as soon as there is a place for it."""
    x = frame_record(s, number)
    x.execution = sample(s, LATENCY_STREAMS + x.callee, MUTATION_LATENCY)
    x.commit = sample(s, COMMIT_STREAMS + x.callee, COMMIT_LATENCY)
    x.attempt_begin = begin
    if s.clock.live <= lane_record(s, MUTATION).uncontended:
        _note(s, MUTATION, begin + x.execution + x.commit)
        x.stage = VALIDATE
        return int(begin + x.execution)
    x.stage = ATTEMPT_BEGIN
    return DONE if begin == s.clock.now else begin


@jit
def _place_attempt(s: State, number: int) -> int:
    x = frame_record(s, number)
    begin = _wait_for_place(s, number, MUTATION, x.attempt_begin, x.execution + x.commit)
    if begin < 0:
        return _mutation_over(s, number, 1)
    x.attempt_begin = begin
    x.stage = VALIDATE
    return int(begin + x.execution)


@hot
def _mutation_over(s: State, number: int, error: int) -> int:
    """The call is over: the caller goes on, or the job that it was ends."""
    x = frame_record(s, number)
    if x.function >= FIRST_ACTION:
        return _done(s, number, error)
    x.stage = END
    return int(x.now)


@hot
def validate(s: State, number: int) -> int:
    """Run the mutation's code on the snapshot at its begin, and validate what it read."""
    x, edge, tx = (
        frame_record(s, number),
        edge_record(s, frame_record(s, number).attempt_edge),
        s.tx,
    )
    begin = x.attempt_begin
    edge.calls += x.stage == VALIDATE
    restart(s, begin)
    ok = run_mutation(s, x.callee, x.c0, x.c1, x.c2)
    if (
        ok
        and x.stage == VALIDATE
        and (
            tx.reads > s.limits.small_transaction or tx.large or tx.read_bytes > s.limits.bytes_read
        )
    ):
        extra = _check_transaction(s)
        ok = extra >= 0
        if extra > 0:
            x.execution += extra
            x.stage = VALIDATE_LARGE
            return int(begin + x.execution)
    now = begin + x.execution
    x.now = now
    edge.time_us += x.execution
    edge.read_bytes += tx.read_bytes
    if not ok:
        edge.errors += 1
        return _mutation_over(s, number, 1)
    edge.written_bytes += tx.written_bytes
    if tx.effects == 0 and tx.jobs == 0:
        return _mutation_over(s, number, 0)
    if _is_valid(s, begin, x.execution + x.commit):
        x.now = now + x.commit
        if tx.effects:
            x.now = publish(s, now, x.now)
        for i in range(tx.jobs):
            job = buffered_record(s, i)
            target = x.callee * N_FUNCTIONS + job.function
            submit(s, now + job.delay, target, job.a0, job.a1)
        return _mutation_over(s, number, 0)
    return _lost(s, number)


@hot
def _is_valid(s: State, begin: int, duration: int) -> bool:
    """Whether nothing that was read has been written since, by the app or by organic traffic."""
    tx, database = s.tx, s.database
    hazard = 0.0
    for i in range(tx.reads):
        document = document_record(s, words(s.reads)[i])
        if document.visible_at > begin:
            return False
        hazard += document.hazard
    database.luck -= hazard * duration
    if database.luck > 0:
        return True
    database.luck = exponential(uniform(s, ORGANIC_CONFLICT))
    return False


@jit
def _lost(s: State, number: int) -> int:
    """The attempt lost: fail, or back off and try again."""
    x = frame_record(s, number)
    edge, policy = edge_record(s, x.attempt_edge), retry_record(s, x.retry)
    if x.failures == policy.limit:
        edge.failed += 1
        edge.errors += 1
        return _mutation_over(s, number, 1)
    edge.retried += 1
    ceiling = row_of(s.ceilings, x.retry, N_CEILINGS)[min(x.failures, N_CEILINGS - 1)]
    begin = x.now + max(1, scale(ceiling, uniform(s, BACKOFF_STREAMS + x.retry)))
    x.failures += 1
    if policy.wait:
        for i in range(s.tx.reads):
            begin = max(begin, document_record(s, words(s.reads)[i]).visible_at)
    return _attempt(s, number, begin)


@jit
def _check_transaction(s: State) -> int:
    """`Backend.check_transaction`: extra execution time, or -1 if a limit is broken."""
    tx, limits = s.tx, s.limits
    touched = tx.reads + tx.extra_documents
    if touched > limits.documents_read or tx.effects > limits.documents_written:
        return -1
    if tx.read_bytes > limits.bytes_read:
        return -1
    extra = max(0, touched - SMALL_TRANSACTION) * limits.per_document
    return -1 if extra > limits.time else int(extra)


# -- what an action does besides -----------------------------------------------------------------


@hot
def _request(s: State, number: int) -> int:
    """`Context.http` outside the rate limit: nothing shared is touched, so nothing to wait for."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return _killed(s, number)
    x.value, duration = request(s)
    x.now += duration
    return _done(s, number, 0)


@hot
def send_limited_request(s: State, number: int) -> int:
    """`Context.http`."""
    x = frame_record(s, number)
    x.value, duration = limited_request(s, x.now)
    x.now += duration
    return _done(s, number, 0)


@jit
def _batch(s: State, number: int) -> int:
    """`Context.http_batch`: the statuses, a bit each."""
    x = frame_record(s, number)
    accepted, longest = 0, 0
    for n in range(x.c0):
        status, duration = limited_request(s, x.now)
        accepted |= int(status == OK) << n
        longest = max(longest, duration)
    x.value = accepted
    x.now += longest
    return _done(s, number, 0)


@jit
def _schedule(s: State, number: int) -> int:
    """`Context.schedule`."""
    x = frame_record(s, number)
    if not has_room(s, x.scheduled, 0):
        return _done(s, number, 1)
    x.scheduled += 1
    submit(s, x.now + x.c0, x.function * N_FUNCTIONS + x.callee, x.c1, x.c2)
    return _done(s, number, 0)


@jit
def run_rare(s: State, number: int, stage: int) -> int:
    """What an execution does at one of the stages that are seldom reached."""
    if stage == BEGIN:
        return _begin(s, number)
    if stage == QUERY_NEXT:
        return _query(s, number)
    if stage == QUERY_PLACED:
        return _evaluate_query(s, number)
    if stage == ATTEMPT_BEGIN:
        return _place_attempt(s, number)
    if stage == BATCH:
        return _batch(s, number)
    if stage == SCHEDULE:
        return _schedule(s, number)
    if stage == CALL_ACTION:
        return _enter(s, number)
    if stage == WAIT_GATE:
        return _leave_gate(s, number)
    return _client_end(s, number)
