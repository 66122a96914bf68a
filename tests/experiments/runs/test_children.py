"""Workers end with the process that started them, however that one ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from sim.child import end_at_once

SWEEP = ("-m", "sim", "sweep", "scenarios/fixed.yaml", "--horizon", "10m", "--vary",
         "app.refresh.limit=1..900:1", "--workers", "2", "--quiet")  # fmt: skip


def children(pid: int) -> set[int]:
    """The processes that a process started and that are alive, and theirs."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        if int(parent) == pid and state != "Z":
            found.add(int(entry.parent.name))
    return found.union(*map(children, found))


def until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes so in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()


def is_alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_their_parent_and_hold_no_pipe(
    tmp_path: Path, how: signal.Signals
) -> None:
    store = tmp_path / "runs.sqlite"
    process = subprocess.Popen(
        [sys.executable, *SWEEP, "--store", str(store)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert until(lambda: len(children(process.pid)) >= 3, 120), "two workers and a tracker"
        workers = children(process.pid)
        process.send_signal(how)
        assert process.wait(timeout=60) == -how
        assert until(lambda: not any(map(is_alive, workers)), 60)
        assert process.stdout is not None
        assert process.stdout.read() == b"", "nobody holds the pipe any more"
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def half_a_result(written: Path) -> None:
    """Die as one does who is killed while it sends its result."""
    results = sys._getframe(1).f_locals["result_queue"]
    os.write(results._writer.fileno(), struct.pack("!i", 1000))  # so many bytes would follow
    written.touch()
    time.sleep(60)


def test_a_pool_ends_at_once_though_a_worker_dies_within_its_result(tmp_path: Path) -> None:
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    pool.submit(half_a_result, tmp_path / "written")
    assert until((tmp_path / "written").exists, 60)
    end = threading.Thread(target=end_at_once, args=(pool,), daemon=True)
    end.start()
    end.join(20)
    assert not end.is_alive()
