"""The app's code as the simulator sees it: executions that begin, go on and end in an engine.

Numbers go to the engine as floats: some engines cut integers to 32 bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple, NoReturn

from sim.platform.reference import Backend

from .bundle import Bundle
from .engines import Broken, JavaScriptError, Stopped, open_engine
from .errors import app_error
from .settings import ConvexSettings

_WORD = 32
_PATIENCE = 10
"""How many times the limit of a function's time loading may take."""
_MASK = (1 << _WORD) - 1


class Ended(NamedTuple):
    """How an execution ended."""

    ok: bool
    value: str
    """The value as JSON text, or the error's message."""
    data: str | None = None
    """What a ConvexError carries, as JSON text."""


class Attempt(NamedTuple):
    """What a query or one attempt of a mutation did."""

    ended: Ended
    documents: int
    bytes_read: int
    written: int = 0
    bytes_written: int = 0
    conflict: int = 0
    """When a write that it lost to is visible (µs); 0 if it lost to none."""
    tables: tuple[tuple[str, int], ...] = ()
    """Tables of the documents read, with how many of them."""
    jobs: tuple[tuple[float, str, str, str], ...] = ()
    """Jobs to schedule: due (epoch ms), function, arguments, id."""
    cancelled: tuple[str, ...] = ()
    changes: bool = False
    """Whether there is something to publish."""


class Asked(NamedTuple):
    """What an action, client or mock has come to: what it asks for, and how it ended if it did."""

    calls: list[list[Any]]
    """Each: number of the call, operation, payload."""
    ended: Ended | None
    passed: Attempt | None = None
    """What the query did whose value it has just been given."""


class Machine:
    """An engine with an app's code in it."""

    def __init__(self, backend: Backend, settings: ConvexSettings, where: str) -> None:
        self._backend = backend
        self._settings = settings
        self._where = where
        self._ids = count(1)
        self._random: dict[str, Iterator[int]] = {}
        try:
            self.engine = open_engine(
                settings.javascript, settings.memory >> 20, _PATIENCE * settings.seconds
            )
        except LookupError as error:
            raise app_error(where, f"app.javascript: {error}") from error

    # -- loading -------------------------------------------------------------------------------

    def load(self, bundle: Bundle) -> None:
        """Load a bundle; raises `ScenarioError` if a module throws."""
        try:
            self.engine.load(bundle.source, bundle.filename)
        except JavaScriptError as error:
            message = str(error).partition("\n")[0]
            raise app_error(self._where, f"a module throws while it loads: {message}") from error
        except Stopped as error:
            limit = f"{_PATIENCE * self._settings.seconds:g} s"
            raise app_error(self._where, f"a module does not end loading within {limit}") from error
        except Broken as error:
            raise app_error(self._where, str(error)) from error

    def begin(self) -> None:
        """Everything is loaded: from now on the limit of a function's time holds."""
        self.engine.set_time_limit(self._settings.seconds)

    def tell(self, name: str, *args: Any) -> Any:
        """A function of the runtime outside executions; its answer."""
        return json.loads(self._send("", name, *args))

    # -- executions ----------------------------------------------------------------------------

    def new(self) -> float:
        """The number of a new execution."""
        return float(next(self._ids))

    def seeds(self, name: str) -> tuple[float, float]:
        """Seeds of an execution's own random stream: the next of its function's."""
        stream = self._random.get(name)
        if stream is None:
            stream = self._random[name] = self._backend.uniforms(f"javascript:{name}")
        u = next(stream)
        return float(u >> _WORD), float(u & _MASK)

    def query(self, x: float, path: str, args: str, begin: int, identified: bool) -> Attempt:
        """Run a query on the snapshot at ``begin``."""
        return _attempt(self._send(
            path, "transact", x, path, args, float(begin), *self.seeds(path), "", identified, False
        ))  # fmt: skip

    def mutation(
        self, x: float, path: str, args: str, begin: int, job: str, identified: bool
    ) -> Attempt:
        """Run one attempt of a mutation on the snapshot at ``begin``; it is published later."""
        return _attempt(self._send(
            path, "transact", x, path, args, float(begin), *self.seeds(path), job, identified, True
        ))  # fmt: skip

    def act(self, x: float, path: str, args: str, now: int, identified: bool) -> Asked:
        """Begin an action."""
        return _asked(
            self._send(path, "act", x, path, args, float(now), *self.seeds(path), identified)
        )

    def script(self, x: float, name: str, args: list[Any], now: int) -> Asked:
        """Begin a function of the scenario's own module: a client's script, or a mock."""
        text = json.dumps(args)
        return _asked(self._send(name, "script", x, name, text, float(now), *self.seeds(name)))

    def resume(self, x: float, path: str, call: int, ended: Ended, now: int) -> Asked:
        """Answer an action's call; it goes on at ``now``."""
        return _asked(self._send(
            path, "resume", x, float(call), ended.ok, ended.value, ended.data or "", float(now)
        ))  # fmt: skip

    def query_for(
        self, x: float, caller: str, call: int, path: str, args: str, begin: int, now: int,
        identified: bool,
    ) -> Asked:  # fmt: skip
        """Run a query for an action's call and let the action go on at ``now``, in one crossing."""
        query = self.new()
        self.engine.post(
            "transact", query, path, args, float(begin), *self.seeds(path), "", identified, False
        )
        return _asked(self._send(f"{path} or {caller}", "pass", x, float(call), query, float(now)))

    def conflict(self, x: float) -> int:
        """When the newest write that an attempt lost to is visible (µs); 0 if none."""
        return int(float(self._send("", "conflict", x)))

    def _send(self, path: str, name: str, *args: Any) -> str:
        try:
            answer = self.engine.send(name, *args)
        except JavaScriptError as error:
            message = str(error).partition("\n")[0]
            raise app_error(self._where, f"{path}: {message}" if path else message) from error
        except Broken as error:
            raise app_error(self._where, f"{path}: {error}" if path else str(error)) from error
        if answer.startswith('{"broken"'):
            self._broken(path, answer)
        return answer

    def _broken(self, path: str, answer: str) -> NoReturn:
        raise app_error(self._where, f"{path}: {json.loads(answer)['broken']}")


def _ended(given: list[Any]) -> Ended:
    return Ended(given[0], given[1], given[2] if len(given) > 2 else None)


def _attempt(answer: str) -> Attempt:
    given = json.loads(answer)
    if len(given) == 3:
        return Attempt(_ended(given[0]), given[1], given[2])
    return Attempt(_ended(given[0]), *given[1:])._replace(changes=True)


def _asked(answer: str) -> Asked:
    given = json.loads(answer)
    ended = None if given[1] is None else _ended(given[1])
    passed = given[2] if len(given) > 2 else None
    return Asked(given[0], ended, passed and Attempt(_ended(passed[0]), passed[1], passed[2]))
