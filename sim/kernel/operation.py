"""What every step of an execution is made of: waiting, going on, ending."""

from __future__ import annotations

from .compile import hot, jit
from .layout import (
    CLIENT_END,
    DONE,
    END,
    N_FUNCTIONS,
    RUN,
)
from .memory import (
    State,
    frame_record,
)


@hot
def wait(s: State, number: int, stage: int) -> int:
    """Continue at the stage once the shared clock has caught up: maybe at once."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return killed(s, number)
    x.stage = stage
    return DONE if x.now == s.clock.now else int(x.now)


@hot
def done(s: State, number: int, error: int) -> int:
    """An operation is over; the function goes on."""
    x = frame_record(s, number)
    x.error = error
    x.stage = RUN
    return DONE


@jit
def finish(s: State, number: int) -> int:
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
def killed(s: State, number: int) -> int:
    """An action ran into its time-out while it waited."""
    frame_record(s, number).failed = 0
    return finish(s, number)
