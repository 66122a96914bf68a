"""The app's code as the simulator sees it: executions that begin, go on and end in an engine.

Numbers go to the engine as floats: some engines cut integers to 32 bits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
_NEWS = "\x01"
"""Around what an answer brings along: what has happened to subscribed calls meanwhile."""
_MASK = (1 << _WORD) - 1
_LARGEST = 1 << 40


class Ended(NamedTuple):
    """How an execution ended."""

    ok: bool
    value: str
    """The value as JSON text, or the error's message."""
    data: str | None = None
    """What a ConvexError carries, as JSON text."""


class Mocked(NamedTuple):
    """An answer that a mock makes up once the action has it."""

    name: str
    at: int
    """When the request arrived (µs)."""
    status: int
    headers: str
    """As JSON text."""


class Changes(NamedTuple):
    """What an attempt of a mutation would change, and what stands against it."""

    written: int
    bytes_written: int
    conflict: int
    """When a write that it lost to is visible (µs); 0 if it lost to none."""
    hazard: float
    """The rate (per µs) at which organic traffic writes what it has read."""
    jobs: list[tuple[float, str, str, str]]
    """Jobs to schedule: due (epoch ms), function, arguments, id."""
    cancelled: list[str]
    lost_to: tuple[str, str, str, str, str]
    """The table that the write it lost to was in, the function that wrote it, the index that was
    read, ``document`` or ``range``, and the document's id; of organic traffic only the likeliest
    table."""


class Asked(NamedTuple):
    """What an action, client or mock has come to: what it asks for, and how it ended if it did."""

    calls: list[list[Any]]
    """Each: number of the call, operation, payload."""
    ended: Ended | None
    now: int
    """Its own time (µs)."""
    endless: bool
    """It was stopped because it never ends."""


class Caller:
    """The action's call that a query or mutation answers, and what the action asked for then."""

    __slots__ = ("asked", "call", "x")

    def __init__(self, x: float = 0.0, call: int = 0) -> None:
        self.x, self.call = x, call
        self.asked: Asked | None = None


ASKER = Caller()
"""No action waits in the engine; who asks wants the value."""
NOBODY = Caller(call=-1)
"""Nobody looks at the value, so it stays in the engine."""


class Attempt(NamedTuple):
    """What a query or one attempt of a mutation did."""

    ended: Ended
    documents: int
    """Different ones that it read."""
    bytes_read: int
    changes: Changes | None
    scans: dict[str, int] | None
    """Table → documents read by queries over the whole of it."""
    read_documents: int
    """Documents read, each time that they were."""
    settled: bool = False
    """Nothing is left to decide: what it changed is published."""
    asked: Asked | None = None
    """What the action has come to that waited for it, if that has gone on."""


class Terms(NamedTuple):
    """On which terms an attempt is published at once, and who goes on then."""

    now: int
    """When its caller has the value of an attempt that changes nothing (µs)."""
    visible_at: int = 0
    keep_from: int = 0
    """No snapshot from before it will be read any more (µs)."""
    luck: float = 1.0
    span: int = 0
    """What is left of the luck with organic traffic once ``span`` × hazard is used up is > 0."""
    small: int = _LARGEST
    """It has read no more documents than this."""
    room: int = 0
    """It schedules no more jobs than this."""
    action: float = 0.0
    """The execution that waits for it; 0 if none does."""
    call: int = 0


class Machine:
    """An engine with an app's code in it."""

    largest = _LARGEST
    """More documents than any attempt reads."""

    def __init__(self, backend: Backend, settings: ConvexSettings, where: str) -> None:
        self._backend = backend
        self._settings = settings
        self._where = where
        self._ids = count(1)
        self._random: dict[str, Iterator[int]] = {}
        self.on_touched: Callable[[int, int, str], None]
        """Told that a subscribed call's read set was written into: its number, when that is visible
        (µs), and the function that wrote."""
        self.on_exposed: Callable[[int, int], None]
        """Told when organic traffic writes what a subscribed call has read now (µs); 0: never."""
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
        return json.loads(self.text(name, *args))

    def text(self, name: str, *args: Any) -> str:
        """The same; its answer as it is."""
        return self._send("", name, *args)

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

    def mutation(
        self, x: float, path: str, args: str, begin: int, job: str, identified: bool
    ) -> Attempt:
        """Run one attempt of a mutation on the snapshot at ``begin``; it is published later."""
        return _attempt(self._send(path, "transact", *self._transact(
            x, path, args, begin, job, identified, True
        )))  # fmt: skip

    def query(
        self, x: float, path: str, args: str, begin: int, identified: bool,
        terms: Terms | None = None,
    ) -> Attempt:  # fmt: skip
        """Run a query on the snapshot at ``begin``; the action that waits for it goes on."""
        self.engine.post("transact", *self._transact(x, path, args, begin, "", identified, False))
        return self.settle(x, path, terms or Terms(begin))

    def begin_mutation(
        self, x: float, path: str, args: str, begin: int, job: str, identified: bool
    ) -> None:
        """Run one attempt of a mutation; `settle` tells what it did."""
        self.engine.post("transact", *self._transact(x, path, args, begin, job, identified, True))

    def _transact(
        self, x: float, path: str, args: str, begin: int, job: str, identified: bool, writes: bool
    ) -> tuple[Any, ...]:
        return x, path, args, float(begin), *self.seeds(path), job, identified, writes

    def settle(self, x: float, path: str, terms: Terms) -> Attempt:
        """End a query, or an attempt if it meets the terms; all in one crossing.

        The action that waits for it goes on, up to what it asks for next.
        """
        now, visible_at, keep_from, luck, span, small, room, action, call = terms
        given = (
            x, float(now), float(visible_at), float(keep_from), luck, float(span), float(small),
            float(room), action, float(call),
        )  # fmt: skip
        try:
            return _attempt(self._send(path, "settle", *given))
        except Stopped:
            return self._settle_stopped(path, given)

    def _settle_stopped(self, path: str, given: tuple[Any, ...]) -> Attempt:
        try:
            return _attempt(self._send(path, "settleStopped", *given))
        except Stopped:  # the attempt never ended, and neither does the action that caught that
            return _attempt(self._send(path, "settleStopped", *given))

    def cached(
        self, path: str, args: str, identified: bool, now: int, action: float, call: int
    ) -> tuple[int, str, Asked | None] | None:
        """What the query cache has for a call: when it is there (µs), and its value.

        The action that waits for it goes on, up to what it asks for next. None if it must run.
        """
        given = path, args, identified, float(now), action, float(call)
        try:
            answer = self._send(path, "cached", *given)
        except Stopped:
            answer = self._send(path, "settleStopped", 0.0)
        found = json.loads(answer)
        if found is None:
            return None
        ready, value, asked = found
        return int(ready), value, None if asked is None else _asked(asked)

    def act(
        self, x: float, path: str, args: str, now: int, identified: bool, deadline: int
    ) -> Asked:
        """Begin an action."""
        return _asked(self._ask(
            path, "act", x, path, args, float(now), *self.seeds(path), identified, float(deadline)
        ))  # fmt: skip

    def script(self, x: float, name: str, args: list[Any], now: int) -> Asked:
        """Begin a function of the scenario's own module: a client's script."""
        text = json.dumps(args)
        return _asked(self._ask(name, "script", x, name, text, float(now), *self.seeds(name)))

    def resume(self, x: float, path: str, call: int, ended: Ended, now: int) -> Asked:
        """Answer an action's call; it goes on at ``now``."""
        return _asked(self._ask(
            path, "resume", x, float(call), ended.ok, ended.value, ended.data or "", float(now)
        ))  # fmt: skip

    def answer(self, x: float, call: int, answer: Mocked, now: int) -> Asked:
        """Let a mock answer an action's request; the action goes on at ``now``."""
        mock, name = self.new(), answer.name
        self.engine.post("mock", mock, name, x, float(call), float(answer.at), *self.seeds(name))
        return _asked(self._ask(
            "", "answer", mock, name, x, float(call), float(answer.status), answer.headers,
            float(now),
        ))  # fmt: skip

    def conflict(self, x: float) -> int:
        """When the newest write that an attempt lost to is visible (µs); 0 if none."""
        return int(float(self._send("", "conflict", x)))

    def _ask(self, path: str, name: str, *args: Any) -> list[Any]:
        given: list[Any] = json.loads(self._send(path, name, *args))
        return given

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
        if answer.startswith(_NEWS):
            _, news, answer = answer.split(_NEWS, 2)
            touched, exposed = json.loads(news)
            for call, at in exposed:
                self.on_exposed(int(call), int(at))
            for call, at, function in touched:
                self.on_touched(int(call), int(at), function)
        return answer

    def _broken(self, path: str, answer: str) -> NoReturn:
        raise app_error(self._where, f"{path}: {json.loads(answer)['broken']}")


def _attempt(answer: str) -> Attempt:
    ended, documents, read, changes, scans, times, *settled = json.loads(answer)
    return Attempt(
        Ended(*ended), documents, read, None if changes is None else Changes(*changes), scans,
        times, bool(settled and settled[0]), _asked(settled[1]) if len(settled) > 1 else None,
    )  # fmt: skip


def _asked(given: list[Any]) -> Asked:
    calls, ended, now, endless = given
    return Asked(calls, None if ended is None else Ended(*ended), int(now), endless)
