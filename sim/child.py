"""Processes that end with the one that started them, however that one ends.

Imported by a new process before anything else of the toolkit, so it imports nothing of it.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_PR_SET_PDEATHSIG = 1


def begin() -> None:
    """What a worker process does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone handles interrupts
    # Reports go to the parent's standard output: nothing else may, and no pipe be held open.
    os.dup2(2, 1)
    end_with_parent()


def end_with_parent() -> None:
    """End this process once its parent has ended, at the latest a moment later.

    A thread watches a pipe that only the parent holds open. Linux also sends a signal, for the case
    that this process is busy in code that lets no thread run.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def on_their_own() -> Iterator[None]:
    """Shield processes that start meanwhile from two things.

    Interrupts: only the parent handles them. A worker inherits the signal mask, so it is safe from
    its first instruction on. And the script that is running: a worker would import it and, if the
    script has no guard, start all over again. Nothing in it is needed here.
    """
    masks = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else None
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_at_once(pool: ProcessPoolExecutor) -> None:
    """Kill a pool's workers, whatever they are busy with, and wait until the pool is over."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    # One may have died in the middle of a result. This process could write to that pipe as well, so
    # until it closes its end, the pool waits for the rest for ever.
    results: Any = pool._result_queue
    results._writer.close()
    pool.shutdown(wait=True, cancel_futures=True)
