"""Running actions: each holds a place of its runtime to its end, and is metered by wall time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.platform.rules import is_timed_out, is_too_deep, metered_memory, metered_time

from .environment import Steps
from .errors import ActionTimeoutError, CallError, CapacityError, KilledError
from .ledger import Edge

if TYPE_CHECKING:
    from .context import Context


def call_action(ctx: Context, edge: Edge, args: tuple[Any, ...]) -> Steps:
    """Run an action inside an execution, in a context of its own; its value."""
    ctx._check_deadline()
    backend, env = ctx._backend, ctx._env
    if is_too_deep(backend.limits, ctx._depth):
        backend.refusals.too_deep += 1
        deepest = backend.limits.call_depth
        raise CapacityError(f"functions call functions more than {deepest} deep")
    if backend.disabled:
        raise backend.refused()
    if ctx.now != env.now:
        yield ctx.until(ctx.now)
    function, root = edge.function, ctx.root
    inner = backend.context(
        backend, ctx.serial, ctx.now, root, function,
        root.subcalls[function.name], root.jobs[function.name], claimed=ctx.claimed,
    )  # fmt: skip
    inner.awaited_by(ctx)
    inner._depth, inner.entry = ctx._depth + 1, ctx.entry
    try:
        return (yield from run_action(inner, edge, args))
    finally:
        ctx.now = inner.now


def run_action(ctx: Context, edge: Edge, args: tuple[Any, ...]) -> Steps:
    """Run an action in its context: wait for a place, hold it to the end; its value."""
    backend, env, function = ctx._backend, ctx._env, edge.function
    gate, called = function.gate, ctx.now
    with gate.request(gate.longest_wait) as place:
        granted = yield place
        ctx.now = max(ctx.now, env.now)
        if not granted:
            edge.errors += 1
            raise CapacityError("too many concurrent actions")
        begin = ctx.now
        edge.count(ctx.generation, ctx.comes_round)
        if backend.journal is not None:
            backend.journal.action_begins(ctx, edge)
        ctx._deadline = begin + function.time_out
        value: Any = None
        failure: CallError | None = None
        try:
            value = yield from ctx.running(function.body, args)
        except CallError as error:
            failure = error
        except KilledError:
            pass
        duration = metered_time(ctx.now, begin, ctx._deadline)
        if is_timed_out(ctx.now, ctx._deadline):
            backend.refusals.timed_out += 1
            failure = ActionTimeoutError("the action ran into its time-out")
            ctx.now = max(ctx._deadline, env.now)  # its last step may be over already
        yield ctx.until(ctx.now)
        edge.time_us += duration
        function.times.ended(ctx.now - called)
        edge.mib_ms += metered_memory(function.memory_mib, duration)
        if backend.journal is not None:
            backend.journal.action_ends(ctx, edge, begin, duration, failure)
    if failure is not None:
        edge.errors += 1
        raise failure
    return value
