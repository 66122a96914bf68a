"""What an engine of JavaScript does, and how it fails."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from typing import Any

RUNTIME = Path(__file__).parent.parent / "runtime"
_PARTS = (
    "values", "ids", "sorted", "store", "filters", "scan", "validators", "transaction", "cache",
    "clock", "locale", "encoding", "url", "hash", "web", "modules", "components", "syscalls",
    "executions", "picks", "describe",
)  # fmt: skip
"""The runtime's files, in the order in which they build on each other."""


class JavaScriptError(Exception):
    """The engine threw: while a bundle loaded, or while documents were read in."""


class Stopped(Exception):
    """What ran did not end within the engine's time limit and was stopped."""


class Broken(Exception):
    """The engine is gone: it ran out of memory, or was killed."""


class Engine(ABC):
    """One JavaScript world: the runtime, then bundles, then calls.

    ``send`` does a thing and gives its answer, as text; ``post`` does it with the next ``send``.
    """

    @abstractmethod
    def load(self, source: str, filename: str) -> None:
        """Run a script; raises `JavaScriptError` if it throws, `Stopped` if it never ends."""

    @abstractmethod
    def send(self, name: str, *args: Any) -> str:
        """Run a function of the runtime, drain the microtasks, and take the answer."""

    @abstractmethod
    def post(self, name: str, *args: Any) -> None:
        """Run a function of the runtime before whatever is sent next."""

    @abstractmethod
    def set_time_limit(self, seconds: float) -> None:
        """From now on, stop what takes more of the processor's time than that."""

    @abstractmethod
    def close(self) -> None:
        """Let the engine go."""

    def ask(self, name: str, *args: Any) -> Any:
        """`send`, with the answer read as JSON."""
        return json.loads(self.send(name, *args))


@cache
def runtime() -> str:
    """The runtime's files as one script."""
    parts = [(RUNTIME / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();\n"
