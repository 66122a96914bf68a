"""The compiled engine's file: kept, replaced when damaged, done without when nowhere to be put."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.platform.compiled import loop, native, why_not
from sim.platform.compiled.layout import REACHED
from sim.platform.compiled.native import MachineCode
from sim.platform.lower import lower
from sim.platform.reference import Backend, install
from sim.scenario import load_scenario, scenario_from

PACKAGE = Path(sim.__file__).parent
SMALL = ["run", "scenarios/fixed.yaml", "--horizon", "1m"]


@pytest.fixture(scope="module")
def app() -> Backend:
    """The setlist app, on a deployment."""
    return install(scenario_from({}))[0]


@pytest.fixture(scope="module")
def code(app: Backend) -> MachineCode:
    """The engine's machine code, as it is kept on this machine."""
    for directory in native._directories():
        kept = native._kept(directory, native._file_name(app))
        if kept is not None:
            return kept
    return loop.machine_code(*lower(app))


@pytest.fixture
def compilations(
    code: MachineCode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """A machine that has compiled nothing yet; what it compiles, which takes no time here."""
    done: list[str] = []

    def machine_code(*_: object) -> MachineCode:
        done.append("compiled")
        return code

    monkeypatch.setattr(loop, "machine_code", machine_code)
    monkeypatch.setattr(native, "_directories", lambda: iter([tmp_path / "cache"]))
    ready = dict(native._ready)
    native._ready.clear()
    yield done
    native._ready.clear()
    native._ready.update(ready)


def works(app: Backend) -> bool:
    """Whether the loop runs: with no pending event, it has nothing to do."""
    layout, run_until = native.compiled_for(app)
    memory = np.zeros(1, layout.state)
    executor = np.zeros(2, np.dtype((np.void, 80)))
    memory["executors"] = executor.ctypes.data
    return run_until(memory, 1, 0) == REACHED


def test_the_engine_is_compiled_once_and_announced(
    app: Backend, compilations: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert works(app)
    assert capsys.readouterr().err.startswith("sim: compiling the engine for this machine (once)")
    native._ready.clear()  # the next process
    assert works(app)
    assert capsys.readouterr().err == ""
    assert compilations == ["compiled"]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [native._file_name(app)]


def test_without_a_directory_to_write_to_every_process_compiles_and_says_so(
    app: Backend,
    compilations: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    nowhere = [tmp_path / "file" / "cache"]  # no permission stops root, but this does
    monkeypatch.setattr(native, "_directories", lambda: iter(nowhere))
    assert works(app)
    native._ready.clear()
    assert works(app)
    assert compilations == ["compiled"] * 2
    assert capsys.readouterr().err.count("no cache directory can be written") == 2


def test_a_read_only_installation_uses_the_next_directory(
    app: Backend, compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    places = [tmp_path / "file" / "cache", tmp_path / "home"]
    monkeypatch.setattr(native, "_directories", lambda: iter(places))
    assert works(app)
    assert (tmp_path / "home" / native._file_name(app)).exists()


def flipped(data: bytes, bit: int) -> bytes:
    """The data with one bit changed."""
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: data[:-100], lambda data: data[:50], lambda data: b"\0" + data,
     lambda data: data.replace(b"entry", b"entrx"), lambda data: data + b"\0",
     lambda data: b"\n" * 99],
    ids=["empty", "end missing", "header cut", "prefixed", "another header", "longer", "lines"],
)  # fmt: skip
def test_a_damaged_file_is_compiled_anew_and_replaced(
    app: Backend, compilations: list[str], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    native.compiled_for(app)
    kept = tmp_path / "cache" / native._file_name(app)
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    native._ready.clear()
    assert works(app)
    assert compilations == ["compiled"] * 2
    assert kept.read_bytes() == whole


def test_no_bit_of_the_file_can_be_another(code: MachineCode, tmp_path: Path) -> None:
    native._write(tmp_path / "engine.bin", code)
    data = (tmp_path / "engine.bin").read_bytes()
    assert native._read(data, "engine.bin") == code
    digest, size = 8 * (data.index(b"\n") + 1), 8 * len(data)
    bits = [*range(0, digest, 7), *range(digest, size, size // 200 + 1)]
    assert not [bit for bit in bits if native._read(flipped(data, bit), "engine.bin")]
    assert native._read(data, "engine-of-another-version.bin") is None


def test_only_what_nobody_else_can_have_written_is_run(
    code: MachineCode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, file = tmp_path / "cache", tmp_path / "cache/engine.bin"
    cache.mkdir(mode=0o700)
    native._write(file, code)

    def kept(directory: Path = cache) -> bool:
        return native._kept(directory, "engine.bin") is not None

    assert kept()
    for path, mode in ((file, 0o620), (file, 0o602), (cache, 0o702), (cache, 0o1777)):
        before = path.stat().st_mode
        path.chmod(mode)
        assert not kept()
        path.chmod(before)
    (tmp_path / "link").symlink_to(cache)
    assert kept(tmp_path / "link"), "a link to a directory of one's own"
    cache.chmod(0o777)
    assert not kept(tmp_path / "link"), "what a link leads to is looked at"
    cache.chmod(0o700)
    file.rename(tmp_path / "elsewhere.bin")
    file.symlink_to(tmp_path / "elsewhere.bin")
    assert kept(), "a link to a file of one's own"
    (tmp_path / "elsewhere.bin").chmod(0o666)
    assert not kept()
    (tmp_path / "elsewhere.bin").chmod(0o600)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert kept() == (os.getuid() == 0), "the system's own files may be run, another user's not"


def test_a_pipe_in_the_cache_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "engine.bin")
    assert native._kept(tmp_path, "engine.bin") is None


def test_a_cache_that_others_can_write_to_is_neither_read_nor_written(
    app: Backend, compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shared = tmp_path / "cache"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("SIM_CACHE_DIR", str(shared))
    assert works(app)
    assert capsys.readouterr().err.startswith(f"sim: SIM_CACHE_DIR={shared} is not used: ")
    assert list(shared.iterdir()) == []


def test_an_interrupted_compilation_leaves_nothing(
    app: Backend, compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> MachineCode:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop, "machine_code", interrupted)
        with pytest.raises(KeyboardInterrupt):
            native.compiled_for(app)
    assert list((tmp_path / "cache").iterdir()) == []
    assert works(app)


def test_processes_that_start_at_once_never_read_half_a_file(
    code: MachineCode, tmp_path: Path
) -> None:
    path = tmp_path / "engine.bin"
    native._write(path, code)
    seen: list[MachineCode | None] = []

    def write() -> None:
        for _ in range(50):
            native._write(path, code)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seen.append(native._kept(tmp_path, "engine.bin"))
    for writer in writers:
        writer.join()
    assert seen
    assert all(read == code for read in seen)
    assert os.listdir(tmp_path) == ["engine.bin"]


@pytest.mark.parametrize(
    "changed", ["guards.py", "draws.py", "apps/setlist/spotify.py", "platform/compiled/loop.py"]
)
def test_changed_sources_never_run_from_an_old_file(tmp_path: Path, changed: str) -> None:
    copy = tmp_path / "sim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert native._of_the_machine(copy) == native._of_the_machine()
    native._of_the_machine.cache_clear()
    with (copy / changed).open("a") as source:
        source.write("\n")
    assert native._of_the_machine(copy) != native._of_the_machine()


@pytest.mark.parametrize(
    ("prelude", "variable", "reason"),
    [
        ("import sys; sys.modules['numba'] = None; ", "", "Numba is not installed"),
        ("", "NUMBA_DISABLE_JIT", "NUMBA_DISABLE_JIT is set"),
    ],
)
def test_without_a_compiler_the_reference_engine_runs_and_one_line_says_so(
    prelude: str, variable: str, reason: str
) -> None:
    command = f"{prelude}import sys; from sim.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", command, *SMALL, "--format", "json"],
        env={**os.environ, **({variable: "1"} if variable else {})},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == f"sim: fixed runs on the slower reference engine: {reason}\n"
    assert '"engine": "reference"' in done.stdout


@pytest.mark.parametrize(
    "overrides",
    [
        ["external.rate_limit=5000000000000000000"],
        ["platform.actions.node_memory=100000GiB"],
        ["app.cascade.stagger=36500d", "population.shows=10000"],
    ],
)
def test_numbers_beyond_what_the_engine_holds_run_on_the_reference_engine(
    overrides: list[str],
) -> None:
    assert why_not(load_scenario("scenarios/fixed.yaml")) == ""
    assert why_not(load_scenario("scenarios/fixed.yaml", overrides)) != ""
