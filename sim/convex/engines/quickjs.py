"""quickjs-ng inside this process."""

from __future__ import annotations

import time
from typing import Any

from .engine import Broken, Engine, JavaScriptError, Stopped, runtime

_STACK = 8 << 20
_ROUND = 50_000
"""Microtasks after which it is asked how long they have taken."""
_SHORT_ROUND = 500
"""The same, and whether the execution is over, once endless ones are among them."""
_INTERRUPTED = "interrupted"
_NO_MEMORY = "out of memory"
_OWN_NO_MEMORY = "Uncaught InternalError: out of memory"
_HIDE = (
    "for (const name of ['__call', '__answer', '__settled', '__stopped', '__receive', '__step', "
    "'__goOn']) delete globalThis[name];"
)


class QuickJS(Engine):
    """A context of quickjs-ng. It knows no files, no network and no processes."""

    def __init__(self, memory_mib: int, time_limit: float) -> None:
        import quickjs  # imported late: it is only needed where there is no Node

        self._error = quickjs.JSException
        self._memory_mib = memory_mib
        self._posted: list[tuple[Any, ...]] = []
        self._context = context = quickjs.Context()
        context.set_memory_limit(memory_mib << 20)
        context.set_max_stack_size(_STACK)
        context.set_time_limit(time_limit)
        context.eval(runtime())
        self._call, self._answer = context.get("__call"), context.get("__answer")
        self._stopped, self._settled = context.get("__stopped"), context.get("__settled")
        self._go_on = context.get("__goOn")
        self._time_limit = time_limit
        self._endless = 0
        """Chains of promises that never end: they cannot be taken out of the engine's queue."""
        context.eval(_HIDE)

    def load(self, source: str, filename: str) -> None:
        """Run a script."""
        try:
            self._context.eval(source)
            self._drain()
        except self._error as error:
            raise self._raised(error) from error

    def send(self, name: str, *args: Any) -> str:
        """Run a function; its answer."""
        try:
            for message in (*self._posted, (name, *args)) if self._posted else ((name, *args),):
                self._call(*message)
                self._drain()
                while self._go_on():
                    self._drain()
            answer: str = self._answer()
        except self._error as error:
            raise self._raised(error) from error
        finally:
            self._posted.clear()
        if _OWN_NO_MEMORY in answer:  # the code could catch it; with Node it cannot
            raise self._no_memory()
        return answer

    def _drain(self) -> None:
        """Run the microtasks; raises `Stopped` if there is no end to them."""
        job = self._context.execute_pending_job
        for _ in range(_ROUND if not self._endless else 0):
            if not job():
                return
        began, round_ = time.process_time(), _ROUND if not self._endless else _SHORT_ROUND
        while True:
            for _ in range(round_):
                if not job():
                    return
            if self._endless and self._settled():
                return
            if time.process_time() - began > self._time_limit:
                self._endless += 1
                self._stopped()
                raise Stopped

    def post(self, name: str, *args: Any) -> None:
        """Run a function with the next `send`."""
        self._posted.append((name, *args))

    def set_time_limit(self, seconds: float) -> None:
        """Change the limit."""
        self._time_limit = seconds
        self._context.set_time_limit(seconds)

    def close(self) -> None:
        """Let the context go."""
        self._posted.clear()

    def _raised(self, error: Exception) -> Exception:
        text = str(error)
        if _INTERRUPTED in text:
            self._stopped()
            return Stopped()
        if _NO_MEMORY in text:
            return self._no_memory()
        return JavaScriptError(text.removeprefix("Error: "))

    def _no_memory(self) -> Broken:
        return Broken(f"quickjs-ng ran out of its {self._memory_mib} MiB of memory")
