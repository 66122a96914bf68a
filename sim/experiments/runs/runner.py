"""`Runner`: the results of many runs, each simulated at most once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType

from sim.result import Result

from .cluster import Cluster
from .job import RunJob, Workers
from .local import Local
from .store import Store

Done = Callable[[int, int], None]
"""Called with how many runs are done, and how many are known to be needed."""


class Runner:
    """Simulates jobs, here or on a cluster, and keeps every finished run in a store.

    ``store``: runs that it has are not run again, and finished runs are added at once; by default
    it is in memory only. ``workers``: processes on this machine, by default one for each core.
    ``cluster``: the address of a Dask scheduler whose workers run the jobs instead. The results do
    not depend on any of this. A context manager: leaving it closes processes and connections, but
    not the store.
    """

    def __init__(
        self,
        *,
        store: Store | None = None,
        workers: int | None = None,
        cluster: str | None = None,
        done: Done | None = None,
    ) -> None:
        self._store = store or Store()
        self._workers: Workers = Local(workers) if cluster is None else Cluster(cluster)
        self._done = done
        self._ended = 0
        self._wanted = 0

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._workers.close(at_once=kind is not None)

    def results(self, jobs: Sequence[RunJob]) -> list[Result]:
        """The jobs' results, in order. Jobs that simulate the same thing share one."""
        found: dict[tuple[str, int], Result] = {}
        missing: dict[tuple[str, int], RunJob] = {}
        for job in jobs:
            if job.key in found or job.key in missing:
                continue
            kept = self._store.find(*job.key)
            if kept is None:
                missing[job.key] = job
            else:
                found[job.key] = kept
        self._wanted += len(found) + len(missing)
        self._tell(len(found))
        for job, result in self._workers.run(list(missing.values())):
            self._store.keep(*job.key, result)
            found[job.key] = result
            self._tell(1)
        return [_named(found[job.key], job.scenario.name) for job in jobs]

    def _tell(self, ended: int) -> None:
        self._ended += ended
        if self._done is not None:
            self._done(self._ended, self._wanted)


def _named(result: Result, name: str) -> Result:
    """The result under the scenario's current name, which is not part of what was simulated."""
    return replace(result, scenario=replace(result.scenario, name=name))
