"""What every step of an execution is made of: waiting, going on, ending."""

from __future__ import annotations

from sim.platform.rules import is_timed_out

from .compile import hot, jit
from .layout import (
    CLIENT_END,
    DONE,
    END,
    RUN,
)
from .memory import (
    Record,
    State,
    functions,
)


@hot
def wait(s: State, x: Record, stage: int) -> int:
    """Continue at the stage once the shared clock has caught up: maybe at once."""
    if is_timed_out(x.now, x.deadline):
        return killed(s, x)
    x.stage = stage
    return DONE if x.now == s.clock.now else int(x.now)


@hot
def done(s: State, x: Record, error: int) -> int:
    """An operation is over; the function goes on."""
    x.error = error
    x.step = x.then
    x.stage = RUN
    return DONE


@jit
def finish(s: State, x: Record) -> int:
    """The function's code is over."""
    if x.function >= functions(s):
        x.stage = CLIENT_END
        return DONE if x.now == s.clock.now else int(x.now)
    if is_timed_out(
        x.now, x.deadline
    ):  # it ran into its time-out; its last step may be over already
        x.failed = 1
        s.refusals.timed_out += 1
        x.now = max(x.deadline, s.clock.now)
    x.stage = END
    return int(x.now)


@jit
def killed(s: State, x: Record) -> int:
    """An action ran into its time-out while it waited."""
    x.failed = 0
    return finish(s, x)
