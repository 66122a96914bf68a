"""The engine as machine code: loaded from a file where it was compiled before, else compiled.

Numba takes about twenty seconds to compile the engine and nearly one only to be imported. So the
code it produced is kept: one file, checked by a hash, loaded by llvmlite alone. The file's name is
a hash of all that the code depends on (the sources, Numba's version, the processor), so a changed
guard never runs from an old file. It is put in place in one step: a process that is interrupted
leaves nothing, and of two that start at once the last wins, with the same code.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, NamedTuple

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from .announce import compiling

RunUntil = Callable[[npt.NDArray[np.void], int, int], int]
"""`sim.platform.compiled.loop.run_until` on the memory's first record."""

_WORD: Final = ctypes.c_int64
_SIGNATURE: Final = ctypes.CFUNCTYPE(_WORD, _WORD, _WORD, _WORD)
_RUNTIME: Final = ("numba_", "NRT_")
"""Symbols of Numba's runtime. Compiled code calls them to raise errors; the engine raises none."""


class MachineCode(NamedTuple):
    """An object file, the function in it that Python calls, and the symbols it needs."""

    entry: str
    symbols: tuple[str, ...]
    code: bytes


@cache
def run_until() -> RunUntil:
    """The engine's loop, ready to be called."""
    _initialize()
    directories = list(_directories())
    for directory in directories:
        kept = _read(directory / _file_name())
        if kept is not None:
            return _link(kept)
    writable = next((directory for directory in directories if _is_writable(directory)), None)
    with compiling(kept=writable is not None):
        from .loop import machine_code  # Numba is imported here

        made = machine_code()
    if writable is not None:
        with suppress(OSError):  # a disk that is full by now
            _write(writable / _file_name(), made)
    return _link(made)


def _directories() -> Iterator[Path]:
    """Where the file may be: ``SIM_CACHE_DIR``, or beside this file or in the user's cache."""
    if chosen := os.environ.get("SIM_CACHE_DIR"):
        yield Path(chosen)
        return
    yield Path(__file__).parent / "__pycache__"
    with suppress(RuntimeError):  # there may be no home
        home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
        yield (Path(home) if home else Path.home() / ".cache") / "sim"


def _is_writable(directory: Path) -> bool:
    with suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=directory):
            return True
    return False


@cache
def _file_name(package: Path = Path(__file__).parents[2]) -> str:
    """The file's name: a hash of all that the code depends on."""
    digest = hashlib.sha256()
    for part in (
        version("numba"), llvm.get_process_triple(), llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    ):  # fmt: skip
        digest.update(part.encode() + b"\0")
    for pattern in ("*.py", "apps/*/*.py", "platform/**/*.py"):
        for source in sorted(package.glob(pattern)):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return f"engine-{digest.hexdigest()[:24]}.bin"


def _read(path: Path) -> MachineCode | None:
    """What a file holds; None if there is none, or not all of it."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        header, _, code = path.read_bytes().partition(b"\n")
        facts = json.loads(header)
        if facts["sha256"] == hashlib.sha256(code).hexdigest():
            return MachineCode(facts["entry"], tuple(facts["symbols"]), code)
    return None


def _write(path: Path, made: MachineCode) -> None:
    """Put a file in place in one step."""
    sha256 = hashlib.sha256(made.code).hexdigest()
    header = json.dumps({"entry": made.entry, "symbols": made.symbols, "sha256": sha256})
    with NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        try:
            temporary.write(header.encode() + b"\n" + made.code)
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
