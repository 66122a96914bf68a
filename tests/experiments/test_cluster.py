"""Sweeps on a Dask scheduler with workers, all in processes of their own on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from sim.experiments import Store, cluster_threads, sweep
from sim.scenario import ScenarioError, load_scenario

SMALL = load_scenario("scenarios/fixed.yaml", horizon="10m")
VARY = {"app.refresh.limit": "1..12:1"}
LOOPBACK = "127.0.0.1"


def start(log: Path, *args: str) -> subprocess.Popen[bytes]:
    """A part of a cluster, in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with log.open("wb") as stream:
        return subprocess.Popen([sys.executable, "-m", *args], stderr=stream, env=environment)


def until(log: Path, text: str, process: subprocess.Popen[bytes]) -> str:
    """The line of a log that has the text, once it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if text in line:
                return line
        time.sleep(0.05)
    pytest.fail(f"no {text!r} in:\n{log.read_text()}")


class DaskCluster:
    """A scheduler and workers."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        log = folder / "scheduler.log"
        self.scheduler = self._begin(
            log, "distributed.cli.dask_scheduler", "--host", LOOPBACK, "--port", "0",
            "--no-dashboard",
        )  # fmt: skip
        self.address = until(log, "Scheduler at:", self.scheduler).split()[-1]

    def add_worker(self, name: str) -> subprocess.Popen[bytes]:
        """One more worker, without anybody who would start it again."""
        log = self._folder / f"{name}.log"
        worker = self._begin(
            log, "distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "2",
            "--host", LOOPBACK, "--no-dashboard", "--local-directory", str(self._folder),
        )  # fmt: skip
        until(log, "Registered to:", worker)
        return worker

    def _begin(self, log: Path, *args: str) -> subprocess.Popen[bytes]:
        process = start(log, *args)
        self._stack.callback(process.wait, timeout=30)
        self._stack.callback(process.kill)
        return process


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler without workers."""
    with ExitStack() as stack:
        yield DaskCluster(tmp_path, stack)


def test_a_cluster_loses_no_run_with_a_worker_and_gives_what_this_machine_gives(
    cluster: DaskCluster, tmp_path: Path
) -> None:
    victim = cluster.add_worker("victim")
    cluster.add_worker("survivor")
    store = Store(tmp_path / "runs.sqlite")
    told: list[tuple[int, int]] = []

    def done(ended: int, number: int) -> None:
        told.append((ended, number))
        if ended == 3:
            os.kill(victim.pid, signal.SIGKILL)

    there = sweep(SMALL, VARY, replications=2, store=store, cluster=cluster.address, done=done)
    assert victim.wait(timeout=30) == -signal.SIGKILL
    assert told == [(ended, 24) for ended in range(25)], "none lost, none counted twice"
    here = sweep(SMALL, VARY, replications=2, workers=1)
    assert there.to_json() == here.to_json()
    found: list[tuple[int, int]] = []
    sweep(SMALL, VARY, replications=2, store=store, workers=1,
          done=lambda *counts: found.append(counts))  # fmt: skip
    assert found == [(24, 24)], "every run is kept"
    store.close()


OWN = """
from sim.scenario import Settings as Base
import helper
class Settings(Base):
    name: str
    size: int = 1
def install(backend, scenario):
    return lambda: {"size": helper.SIZE * scenario.app.size}
"""


def test_an_app_of_ones_own_runs_there_and_a_scheduler_that_is_gone_is_said(
    cluster: DaskCluster, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/my_app.py").write_text(OWN)
    (tmp_path / "own/helper.py").write_text("SIZE = 2\n")
    (tmp_path / "own/x.yaml").write_text("app: my_app\nhorizon: 1m\n")
    scenario = load_scenario(tmp_path / "own/x.yaml")
    for file in (tmp_path / "own").iterdir():
        file.unlink()  # what was read is sent: the workers look for no file
    cluster.add_worker("worker")
    assert cluster_threads(cluster.address) == 2  # of its only worker
    done = sweep(scenario, {"app.size": "1..3:1"}, cluster=cluster.address)
    assert [cell.results[0].outcomes["size"] for cell in done.cells] == [2, 4, 6]

    def kill(ended: int, _: int) -> None:
        if ended == 1:
            cluster.scheduler.kill()

    with pytest.raises(OSError, match="the Dask scheduler is gone: the runs that had ended are"):
        sweep(SMALL, VARY, cluster=cluster.address, done=kill)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "expected an address such as tcp://127.0.0.1:8786"),
        ("", "expected an address such as tcp://127.0.0.1:8786"),
        ("tcp://127.0.0.1:99999", "expected an address such as tcp://127.0.0.1:8786"),
        ("tcp://127.0.0.1:9", "no Dask scheduler answers there: Connection refused"),
        ("tcp://no.such.host.invalid:8786", "no Dask scheduler answers there: "),
    ],
)
def test_an_address_at_which_nobody_is_is_one_clear_error(
    address: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # it is not even imported
    with pytest.raises(ScenarioError) as caught:
        sweep(SMALL, VARY, cluster=address)
    assert str(caught.value).startswith(f"--cluster {address}: {message}")


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-x\r\n", b"\xff" * 64])
def test_something_else_that_answers_is_no_scheduler(
    greeting: bytes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.experiments.runs.cluster.CONNECT_WITHIN_S", 0.5)
    with socket.create_server((LOOPBACK, 0)) as server:
        answering = threading.Thread(target=answer, args=(server, greeting), daemon=True)
        answering.start()
        address = f"tcp://{LOOPBACK}:{server.getsockname()[1]}"
        with pytest.raises(ScenarioError, match="what answers there is not a Dask scheduler"):
            sweep(SMALL, VARY, cluster=address)
    assert "Traceback" not in capfd.readouterr().err


def answer(server: socket.socket, greeting: bytes) -> None:
    """Greet whoever connects, and say nothing more."""
    connections = []
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            connections.append(connection)
            connection.sendall(greeting)
    for connection in connections:
        connection.close()


def test_a_scheduler_without_workers_is_refused(
    cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiments.runs.cluster.CONNECT_WITHIN_S", 1)
    with pytest.raises(ScenarioError, match="the scheduler has no workers"):
        sweep(SMALL, VARY, cluster=cluster.address)
