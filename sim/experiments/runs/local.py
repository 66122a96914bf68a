"""Runs on the cores of this machine."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from sim.child import begin, end_at_once, on_their_own
from sim.platform.compiled import prepare
from sim.result import Result
from sim.simulation import simulate

from .job import Order, RunJob

MOST_DEATHS = 3
"""Process pools that may die in a row, without a single finished run, before giving up."""


class Local:
    """Worker processes. A single worker or a single run needs none."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def run(self, jobs: Sequence[RunJob]) -> Iterator[tuple[RunJob, Result]]:
        """Every job with its result, in the order in which they end.

        Workers that are killed are replaced, and their runs start again. Raises `OSError` if they
        die again and again. If this process ends, for whatever reason, its workers end too.
        """
        if min(self._workers, len(jobs)) <= 1:
            for job in jobs:
                yield job, simulate(job.scenario, seed=job.seed)
            return
        prepare(jobs[0].scenario)  # compiled once, here, not in every worker
        waiting, deaths = list(reversed(jobs)), 0
        pending: dict[Future[Result], RunJob] = {}
        while waiting or pending:
            try:
                while waiting and len(pending) < 2 * self._workers:
                    pending[self._submit(waiting[-1])] = waiting[-1]
                    waiting.pop()
                ended, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in ended:
                    result = future.result()
                    deaths = 0
                    yield pending.pop(future), result
            except BrokenProcessPool as error:
                deaths += 1
                if deaths == MOST_DEATHS:
                    message = "worker processes are killed again and again: too little memory?"
                    raise OSError(f"{message} Finished runs are kept.") from error
                waiting += reversed(pending.values())
                pending.clear()
                self.close()

    def close(self, *, at_once: bool = False) -> None:
        """End the workers: after the runs they are busy with, or at once."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            if at_once:
                end_at_once(pool)
            else:
                pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, job: RunJob) -> Future[Result]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers,
                multiprocessing.get_context("spawn"),
                initializer=begin,
            )
        with on_their_own():
            return self._pool.submit(Order.of(job).simulate)
