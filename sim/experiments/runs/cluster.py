"""Runs on a Dask cluster: a scheduler and workers that are there already."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sim.result import Result, result_from
from sim.scenario import fault

from .job import Job, simulate_settings
from .store import code_hash

CONNECT_WITHIN_S = 20
"""Seconds for the scheduler to answer and for a worker to be there."""


class Cluster:
    """A Dask scheduler by its address, such as ``tcp://10.0.0.1:8786``.

    The workers need the same version of this package, and the modules of users' apps. Raises
    `ScenarioError` if the scheduler is not there or the extra is not installed.
    """

    def __init__(self, address: str) -> None:
        where = f"--cluster {address}"
        try:
            from distributed import Client
        except ImportError as error:
            message = "a cluster needs Dask: python -m pip install distributed"
            raise fault(where, message) from error
        try:
            self._client = Client(address, timeout=CONNECT_WITHIN_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise fault(where, f"no Dask scheduler answers there: {error}") from error
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_WITHIN_S)
        except TimeoutError as error:
            self.close()
            raise fault(where, "the scheduler has no workers") from error

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Result]]:
        """Every job with its result, as they end.

        The scheduler starts the runs of a worker that died on another one. Raises `OSError` if
        runs kill their workers, and if the workers have another version of this package.
        """
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        waiting = iter(jobs)
        pending: dict[str, Job] = {}
        # More than the workers can hold would only fill the scheduler's memory.
        at_once = 4 * max(1, sum(self._client.nthreads().values()))
        first = [self._submit(job, pending) for job in islice(waiting, at_once)]
        if not first:
            return
        ended = as_completed(first, loop=self._client.loop)
        for future in ended:
            try:
                code, data = future.result()
            except KilledWorker as error:
                raise OSError(f"a run killed its workers: {error}") from error
            if code != code_hash():
                raise OSError("the workers run another version of sim: install the same one there")
            job = pending.pop(future.key)
            following = next(waiting, None)
            if following is not None:
                ended.add(self._submit(following, pending))
            yield job, result_from(data)

    def close(self) -> None:
        """Leave the cluster; what it still runs for this client is cancelled."""
        self._client.close()

    def _submit(self, job: Job, pending: dict[str, Job]) -> Any:
        settings = job.scenario.resolved()
        future = self._client.submit(_simulate, settings, job.seed, list(sys.path), pure=False)
        pending[future.key] = job
        return future


def _simulate(
    settings: dict[str, Any], seed: int, path: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """On the cluster: the code's hash tells whether both sides are the same."""
    return code_hash(), simulate_settings(settings, seed, path).to_dict()
