"""Who scheduled each job, with a probability: nothing in a log says it.

A job was scheduled by an execution that ran at that time. Which one is inferred as in branching
processes (expectation and maximisation on the branching structure of a self-exciting process; Veen
and Schoenberg, J. Am. Stat. Assoc. 103, 2008): executions of A schedule n(A, B) jobs of B each, on
average. Given these numbers, every candidate of a job has a probability; given the probabilities,
the numbers follow; and so on until they settle.

With a table of jobs the moment of scheduling is known, and only what ran then is a candidate. From
a log alone only the start of the job is: then everything that ran in the seconds before is one, and
how long after it jobs of B start is learnt too.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from .units import Ints, Schedulers, Units

Floats = npt.NDArray[np.float64]
TOLERANCE = 2_000
"""Log times are whole milliseconds (µs)."""
WINDOW = 5_000_000
"""How long before its start a job may have been scheduled, if no table says when (µs)."""
_ROUNDS = 60
_MOST_CANDIDATES = 200
_LAGS = 2.0 ** np.arange(0, 40)
"""Bins of the time from a unit's begin to a job's start: powers of two, in µs."""


@dataclass(slots=True)
class Parents:
    """Candidates of all jobs: pairs of a job and an execution that may have scheduled it."""

    job: Ints
    unit: Ints
    """The unit that the execution is part of; -1 if that is not in the log."""
    function: Ints
    """What the execution ran."""
    probability: Floats
    timed: bool
    """Whether it is known when jobs were scheduled."""

    @property
    def certainty(self) -> float:
        """The mean probability of a job's likeliest candidate."""
        if not len(self.job):
            return 0.0
        best = np.zeros(int(self.job.max()) + 1)
        np.maximum.at(best, self.job, self.probability)
        return float(best[np.unique(self.job)].mean())


def infer(units: Units, schedulers: Schedulers) -> Parents:
    """The candidates of every job, with their probabilities."""
    timed = bool((units.created[units.is_job] >= 0).all())
    moment = units.created if timed else units.begun
    job, by = _pairs(units, schedulers, moment, 0 if timed else WINDOW)
    if timed:
        bins = np.zeros(len(job), np.int64)
        width = (schedulers.end - schedulers.begun)[by] + 2.0 * TOLERANCE
    else:
        lag = np.maximum(moment[job] - schedulers.begun[by], 1)
        bins = np.searchsorted(_LAGS, lag, side="right") - 1
        width = _LAGS[bins]
    functions = len(units.names)
    caller = schedulers.function[by]
    key = (caller * functions + units.function[job]) * len(_LAGS) + bins
    kinds, kind = np.unique(key, return_inverse=True)
    number = np.bincount(schedulers.function, minlength=functions).astype(np.float64)
    per_unit = 1 / number[caller] / width
    # To begin with, all candidates are alike.
    probability = 1 / np.bincount(job, minlength=len(units))[job]
    for _ in range(_ROUNDS):
        expected = np.bincount(kind, weights=probability, minlength=len(kinds))
        density = expected[kind] * per_unit
        total = np.bincount(job, weights=density, minlength=len(units))
        probability = density / total[job]
    return Parents(job, schedulers.unit[by], caller, probability, timed)


def _pairs(units: Units, schedulers: Schedulers, moment: Ints, window: int) -> tuple[Ints, Ints]:
    """Every job with the executions that ran at its moment, or up to ``window`` before it."""
    jobs = np.flatnonzero(units.is_job)
    jobs = jobs[np.argsort(moment[jobs], kind="stable")]
    order = np.argsort(schedulers.begun, kind="stable").tolist()
    begun, end, own = schedulers.begun.tolist(), schedulers.end.tolist(), schedulers.unit.tolist()
    running: list[tuple[int, int]] = []
    found_jobs: list[int] = []
    found: list[int] = []
    place = 0
    for job in jobs.tolist():
        now = int(moment[job])
        while place < len(order) and begun[order[place]] <= now + TOLERANCE:
            heappush(running, (end[order[place]] + window + TOLERANCE, order[place]))
            place += 1
        while running and running[0][0] < now:
            heappop(running)
        # What a job is part of has begun before it.
        candidates = [each for _, each in running if own[each] < job and own[each] != job]
        # Of a unit whose own row is lost; with a table of jobs it is among the others by itself.
        known = [each for each in candidates if own[each] >= 0]
        candidates = known or candidates
        if len(candidates) > _MOST_CANDIDATES:
            candidates = sorted(candidates, key=begun.__getitem__)[-_MOST_CANDIDATES:]
        found_jobs += [job] * len(candidates)
        found += candidates
    return np.array(found_jobs, np.int64), np.array(found, np.int64)
