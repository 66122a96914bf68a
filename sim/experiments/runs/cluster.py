"""Runs on a Dask cluster that is already running."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import Any

from sim.result import Result, result_from
from sim.scenario import fault

from .job import Order, RunJob
from .store import code_hash

CONNECT_WITHIN_S = 5
"""Seconds for the scheduler to answer, and for a worker to be there."""
_DASK_LOGS = ("distributed", "tornado")


class Cluster:
    """A Dask scheduler at an address such as ``tcp://10.0.0.1:8786``.

    The workers need the same version of this package; a user's app is sent to them. Raises
    `ScenarioError` if no scheduler answers or Dask is not installed.
    """

    def __init__(self, address: str) -> None:
        where = f"--cluster {address}"
        _check_answers(address, where)
        try:
            from distributed import Client
        except ImportError as error:
            message = "a cluster needs Dask: python -m pip install distributed"
            raise fault(where, message) from error
        self._logs = ExitStack()
        self._logs.enter_context(_quiet())
        # A client that cannot connect leaves threads behind that keep trying, so we check first.
        if not _is_scheduler(address):
            self._logs.close()
            raise fault(where, "what answers there is not a Dask scheduler")
        self._client = Client(address, timeout=CONNECT_WITHIN_S, set_as_default=False)
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_WITHIN_S)
        except TimeoutError as error:
            self.close()
            raise fault(where, "the scheduler has no workers") from error

    def run(self, jobs: Sequence[RunJob]) -> Iterator[tuple[RunJob, Result]]:
        """Every job with its result, in the order in which they end.

        If a worker dies, the scheduler repeats its runs on another one. Raises `OSError` if runs
        kill their workers, if the workers have another version of this package, or if the
        scheduler is gone.
        """
        from distributed.comm import CommClosedError

        try:
            yield from self._run(jobs)
        except (CommClosedError, asyncio.CancelledError, CancelledError) as error:
            message = "the Dask scheduler is gone: the runs that had ended are kept"
            raise OSError(message) from error

    def _run(self, jobs: Sequence[RunJob]) -> Iterator[tuple[RunJob, Result]]:
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        waiting = iter(jobs)
        pending: dict[str, RunJob] = {}
        # Submitting more than the workers can take would only fill the scheduler's memory.
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

    def close(self, *, at_once: bool = False) -> None:
        """Disconnect; runs that have not ended are cancelled."""
        with self._logs, suppress(TimeoutError):
            self._client.close(timeout=1 if at_once else CONNECT_WITHIN_S)

    def _submit(self, job: RunJob, pending: dict[str, RunJob]) -> Any:
        future = self._client.submit(_simulate, Order.of(job), pure=False)
        pending[future.key] = job
        return future


def _simulate(order: Order) -> tuple[str, dict[str, Any]]:
    """Runs on the cluster. The code's hash tells whether both sides have the same version."""
    return code_hash(), order.simulate().to_dict()


def _check_answers(address: str, where: str) -> None:
    """Refuse an address where nothing listens; Dask would try again and again."""
    scheme, separator, place = address.rpartition("://")
    if separator and scheme not in ("tcp", "tls"):
        return  # a transport that cannot be checked here
    host, _, port = place.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise fault(where, "expected an address such as tcp://127.0.0.1:8786")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_WITHIN_S).close()
    except (OSError, ValueError) as error:  # a name that cannot be looked up may be either
        reason = getattr(error, "strerror", None) or error
        raise fault(where, f"no Dask scheduler answers there: {reason}") from error


def cluster_threads(address: str) -> int:
    """How many runs a Dask cluster does at once; 1 if that is unknown.

    Used to estimate the time left. If nobody answers, `Cluster` reports it.
    """
    try:
        _check_answers(address, "")
        from distributed.core import rpc

        async def threads() -> int:
            async with rpc(address, timeout=CONNECT_WITHIN_S) as remote:
                return sum((await remote.ncores()).values())

        with _quiet():
            return max(1, asyncio.run(asyncio.wait_for(threads(), CONNECT_WITHIN_S)))
    except Exception:  # noqa: BLE001 - what another service sends may break Dask in any way
        return 1


def _is_scheduler(address: str) -> bool:
    """Whether what answers at an address says that it is a Dask scheduler."""
    from distributed.core import rpc

    async def kind() -> str:
        async with rpc(address, timeout=CONNECT_WITHIN_S) as remote:
            return str((await remote.identity()).get("type"))

    try:
        return asyncio.run(asyncio.wait_for(kind(), CONNECT_WITHIN_S)) == "Scheduler"
    except Exception:  # noqa: BLE001 - what another service sends may break Dask in any way
        return False


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own logs off standard error: the error is reported once, by us."""
    logs = [logging.getLogger(name) for name in _DASK_LOGS]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)
