"""quickjs-ng inside this process."""

from __future__ import annotations

from typing import Any

from .engine import Broken, Engine, JavaScriptError, Stopped, runtime

_STACK = 8 << 20
_INTERRUPTED = "interrupted"
_NO_MEMORY = "out of memory"
_HIDE = (
    "for (const name of ['__call', '__answer', '__stopped', '__receive', '__step'])"
    " delete globalThis[name];"
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
        self._stopped = context.get("__stopped")
        context.eval(_HIDE)

    def load(self, source: str, filename: str) -> None:
        """Run a script."""
        try:
            self._context.eval(source)
            while self._context.execute_pending_job():
                pass
        except self._error as error:
            raise self._raised(error) from error

    def send(self, name: str, *args: Any) -> str:
        """Run a function; its answer."""
        job = self._context.execute_pending_job
        try:
            for message in (*self._posted, (name, *args)) if self._posted else ((name, *args),):
                self._call(*message)
                while job():
                    pass
            answer: str = self._answer()
        except self._error as error:
            raise self._raised(error) from error
        finally:
            self._posted.clear()
        return answer

    def post(self, name: str, *args: Any) -> None:
        """Run a function with the next `send`."""
        self._posted.append((name, *args))

    def set_time_limit(self, seconds: float) -> None:
        """Change the limit."""
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
            return Broken(f"quickjs-ng ran out of its {self._memory_mib} MiB of memory")
        return JavaScriptError(text.removeprefix("Error: "))
