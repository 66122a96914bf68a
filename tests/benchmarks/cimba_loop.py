"""The loop on Cimba's Python package: compiled by Numba, run by a C engine.

As its documentation recommends: long-lived processes that hold and take from a store, draws by the
engine's own generator, one trial on one worker. A slot is a process that takes jobs; what one sync
calls is counted once, when it begins.
"""

from __future__ import annotations

import cimba
from cimba import random

from .loop import CALLS, JOBS, LONG, QUERIES, REQUESTS, SHORT, SHOWS, SLOTS

_SHORT_LOW, _SHORT_HIGH = float(SHORT.low), float(SHORT.high)
_LONG_LOW, _LONG_HIGH = float(LONG.low), float(LONG.high)


class Loop(cimba.Model):
    """Ten slots and the jobs that wait for them."""

    jobs: cimba.Store[int] = cimba.Store()
    calls: cimba.Output[int]

    @cimba.on_start  # type: ignore[untyped-decorator]
    def fill(self) -> None:
        for job in range(JOBS):
            self.jobs.put(job)

    @cimba.process(copies=SLOTS)  # type: ignore[untyped-decorator]
    def slot(self) -> None:
        while True:
            job = self.jobs.get()
            self.calls += CALLS
            for _ in range(QUERIES):
                cimba.hold(random.uniform(_SHORT_LOW, _SHORT_HIGH))
            for _ in range(REQUESTS):
                cimba.hold(random.uniform(_LONG_LOW, _LONG_HIGH))
            for _ in range(SHOWS):
                cimba.hold(random.uniform(_SHORT_LOW, _SHORT_HIGH))
                cimba.hold(random.uniform(_SHORT_LOW, _SHORT_HIGH))
            self.jobs.put(job)


_MODEL = Loop()


def cimba_loop(horizon: int) -> int:
    """Run the loop until ``horizon`` (µs); the number of calls."""
    trial = cimba.Experiment(_MODEL, window=cimba.Window(duration=float(horizon)), seed=1)
    return int(trial.run(workers=1)[_MODEL].calls.values[0, 0])
