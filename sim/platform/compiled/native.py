"""An app's engine as machine code: loaded from a file where it was compiled before, else compiled.

Numba takes many seconds to compile the engine and nearly one only to be imported. So the code it
produced is kept with what the app's memory looks like: one file for each app, checked by a hash,
loaded by llvmlite alone. The file's name is a hash of all that the code depends on (the sources of
engine and app, what the app declares, Numba's version, the processor), so a changed guard never
runs from an old file. It is put in place in one step: a process that is interrupted leaves nothing,
and of two that start at once the last wins, with the same code.

The file is run, so it is read only if nobody else can have written it: it and its directory belong
to the user or to the system, and others cannot write to them (`_kept`). A file of which a single
bit is wrong, name and header included, is compiled anew.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import stat
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any, Final, NamedTuple

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from sim.platform.lower import Program, Refused, lower
from sim.platform.reference import Backend

from .announce import compiling
from .layout import Layout

RunUntil = Callable[[npt.NDArray[np.void], int, int], int]
"""`sim.platform.compiled.loop.run_until` on the memory's first record."""

_WORD: Final = ctypes.c_int64
_SIGNATURE: Final = ctypes.CFUNCTYPE(_WORD, _WORD, _WORD, _WORD)
_RUNTIME: Final = ("numba_", "NRT_")
"""Symbols of Numba's runtime. Compiled code calls them to raise errors; the engine raises none."""

_OPEN: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LARGEST: Final = 64 << 20
"""Bytes; the file has some hundred thousand."""


class MachineCode(NamedTuple):
    """An object file, the function in it that Python calls, and the symbols it needs."""

    entry: str
    symbols: tuple[str, ...]
    code: bytes
    program: str
    """The app's `Program`, as JSON."""


class Engine(NamedTuple):
    """An app's engine, ready to run."""

    layout: Layout
    run_until: RunUntil


_ready: dict[str, Engine] = {}
"""The engines of this process, by the names of their files."""
_making = Lock()
"""Numba is set up for one compilation at a time (`compile._linked_once`), whatever the thread."""


def compiled_for(backend: Backend) -> Engine:
    """The engine of the app that is installed on a backend; raises `Refused` if there is none."""
    if backend.env.has_others:
        raise Refused("it has SimPy processes of its own")
    name = _file_name(backend)
    with _making:
        if name not in _ready:
            made = _found_or_made(name, backend)
            _ready[name] = Engine(Layout(Program.from_json(made.program)), _link(made))
    return _ready[name]


def _found_or_made(name: str, backend: Backend) -> MachineCode:
    _initialize()
    directories = list(_directories())
    for directory in directories:
        kept = _kept(directory, name)
        if kept is not None:
            return kept
    program, helpers = lower(backend)
    writable = next((directory for directory in directories if _is_writable(directory)), None)
    scenario = backend.scenario
    own = "" if scenario.app_sources is None else scenario.app_name
    with compiling(own, kept=writable is not None):
        if writable is None:
            return _make(program, helpers)
        with _turn(writable / f"{name}.lock"):
            made = _kept(writable, name)  # another process may have made it meanwhile
            if made is None:
                made = _make(program, helpers)
                with suppress(OSError):  # a disk that is full by now
                    _write(writable / name, made)
        return made


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """Wait while another process compiles the same engine; where that cannot be told, do not."""
    try:
        from fcntl import LOCK_EX, flock

        stream = lock.open("ab")
    except (ImportError, OSError):
        yield
        return
    with stream:
        flock(stream, LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()


def _make(program: Program, helpers: Mapping[str, Callable[..., Any]]) -> MachineCode:
    from numba.core.errors import NumbaError, NumbaExperimentalFeatureWarning  # Numba is slow

    from .loop import machine_code

    try:
        with warnings.catch_warnings():
            # A function may take the record of an app compiled before, if all its fields are the
            # first ones of this app's, at the same places.
            warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
            return machine_code(program, helpers)
    except NumbaError as error:
        raise Refused(f"Numba cannot compile it: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What Numba says of the innermost call that it could not compile."""
    lines = [line.strip() for line in str(error).splitlines()]
    inner = [place for place, line in enumerate(lines) if "raised a specific error" in line]
    told = [line for line in lines[inner[-1] + 1 if inner else 0 :] if line]
    return next((line for line in told if "Failed in nopython mode" not in line), "no reason")


def _directories() -> Iterator[Path]:
    """Where the file may be: ``SIM_CACHE_DIR``, or beside this file or in the user's cache.

    A directory that others can write to is not used.
    """
    if chosen := os.environ.get("SIM_CACHE_DIR"):
        yield Path(chosen)
        return
    yield Path(__file__).parent / "__pycache__"
    with suppress(RuntimeError):  # there may be no home
        home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
        yield (Path(home) if home else Path.home() / ".cache") / "sim"


def _is_writable(directory: Path) -> bool:
    """Whether the file may be kept in a directory, which is made if it is not there."""
    with suppress(OSError, ValueError):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _is_open_to_others(directory.stat()):
            if os.environ.get("SIM_CACHE_DIR"):
                why = "is not used: it belongs to somebody else, or others can write to it"
                sys.stderr.write(f"sim: SIM_CACHE_DIR={directory} {why}\n")
            return False
        with NamedTemporaryFile(dir=directory):
            return True
    return False


def _is_open_to_others(facts: os.stat_result) -> bool:
    """Whether somebody else but the system can have written a file or into a directory.

    The user's own group may write to a directory: it often has no other member, and what lies in
    the directory is looked at too.
    """
    if not hasattr(os, "geteuid"):
        return False  # Windows: the user's cache is his alone
    if facts.st_uid not in (os.geteuid(), 0):
        return True
    own_group = stat.S_ISDIR(facts.st_mode) and facts.st_gid == os.getegid()
    return bool(facts.st_mode & (stat.S_IWOTH if own_group else stat.S_IWOTH | stat.S_IWGRP))


def _file_name(backend: Backend) -> str:
    """The file's name: a hash of all that the code depends on."""
    digest = hashlib.sha256(_of_the_machine().encode())
    declared = backend.declared
    for part in (
        [(name, each.type) for name, each in backend.functions.items() if each.is_coded],
        [*backend.clients.scripts, *backend.clients.mixed_kinds],
        [(table.name, str(table.row.of), table.row.optional) for table in declared.tables],
        [(each.name, str(each.row.of)) for each in declared.facts],
        [type(each).__qualname__ for each in declared.counters],
        [each.purpose for each in declared.draws],
        any(cron.by_expression for cron in backend.crons),
        len(declared.key_sets),
    ):
        digest.update(repr(part).encode() + b"\0")
    digest.update(backend.scenario.code.encode())
    return f"engine-{digest.hexdigest()[:24]}.bin"


_PACKAGE: Final = Path(__file__).parents[2]


@cache
def _of_the_machine(package: Path = _PACKAGE) -> str:
    """A hash of the engine's own sources, those of the apps that come with it, and the machine."""
    digest = hashlib.sha256()
    for part in (
        _version_of_numba(), llvm.get_process_triple(), llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    ):  # fmt: skip
        digest.update(part.encode() + b"\0")
    for pattern in ("*.py", "apps/*/*.py", "platform/**/*.py", "scenario/*.py"):
        for source in sorted(package.glob(pattern)):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _version_of_numba() -> str:
    """Numba's version, found without importing it, or what reads the packages' metadata."""
    found = find_spec("numba")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "_version.py").read_text(encoding="utf-8")


def _kept(directory: Path, name: str) -> MachineCode | None:
    """What a file in a directory holds; None if there is none, or none that may be run.

    What is looked at is what was opened, through links too: a file that is exchanged meanwhile
    changes nothing.
    """
    with suppress(OSError, ValueError):
        if _is_open_to_others(directory.stat()):
            return None
        if not stat.S_ISREG((directory / name).stat().st_mode):
            return None  # a pipe would never answer
        handle = os.open(directory / name, _OPEN)
        with os.fdopen(handle, "rb") as stream:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or _is_open_to_others(facts):
                return None
            return _read(stream.read(_LARGEST), name)
    return None


def _read(data: bytes, name: str) -> MachineCode | None:
    """The machine code in a file's bytes; None unless every one of them is what was written."""
    digest, _, rest = data.partition(b"\n")
    if digest != _digest(rest):
        return None
    with suppress(ValueError, KeyError, TypeError):
        header, _, code = rest.partition(b"\n")
        facts = json.loads(header)
        if facts["name"] == name:  # not another version's, under this name
            return MachineCode(facts["entry"], tuple(facts["symbols"]), code, facts["program"])
    return None


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def _write(path: Path, made: MachineCode) -> None:
    """Put a file in place in one step."""
    header = json.dumps({
        "name": path.name, "entry": made.entry, "symbols": made.symbols, "program": made.program,
    })  # fmt: skip
    rest = header.encode() + b"\n" + made.code
    with NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        try:
            temporary.write(_digest(rest) + b"\n" + rest)
            temporary.close()
            Path(temporary.name).replace(path)
        except BaseException:
            temporary.close()
            Path(temporary.name).unlink(missing_ok=True)
            raise


# -- llvmlite --------------------------------------------------------------------------------------


def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _link(made: MachineCode) -> RunUntil:
    """Load the code into this process."""
    for symbol in made.symbols:
        if symbol.startswith(_RUNTIME) and llvm.address_of_symbol(symbol) is None:
            llvm.add_symbol(symbol, ctypes.cast(_STUB, ctypes.c_void_p).value)
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(made.code))
    engine.finalize_object()
    function = _SIGNATURE(engine.get_function_address(made.entry))

    def call(memory: npt.NDArray[np.void], time: int, serial: int) -> int:
        return int(function(memory.ctypes.data, time, serial))

    call.engine = engine  # type: ignore[attr-defined]  # the code lives as long as its engine
    return call


def _no_runtime() -> None:
    os.abort()


_STUB: Final[Any] = ctypes.CFUNCTYPE(None)(_no_runtime)
