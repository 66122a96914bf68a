"""Actions, clients' scripts and mocks: whatever asks the simulator for things and waits for them.

What one asks for at a time is done in its own context; what it asks for together (`Promise.all`, a
call that nobody awaits) runs in branches beside it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sim.platform.reference import CallError, Context, Forks, Steps

from .engines import Stopped
from .errors import ThrownError, app_error
from .load import not_public
from .machine import Asked, Caller, Ended, Mocked
from .subscriptions import Call

if TYPE_CHECKING:
    from .app import App
    from .subscriptions import Group

_TIMER = "timer"
_DONE = Ended(True, "null")


class Running:
    """One execution that waits for the simulator between its steps."""

    def __init__(
        self, app: App, ctx: Context, path: str, identified: bool, script: str = ""
    ) -> None:
        """``script``: where the scenario names it, if it is a client's script and no action."""
        self._app = app
        self._script = script
        self._machine = app.machine
        self._ctx = ctx
        self._path = path
        self._identified = identified
        self._x = app.machine.new()
        self._forks = Forks(ctx)
        self._waiting: deque[list[Any]] = deque()
        self.subscribed: list[Group] = []
        """What a client's script has subscribed to."""

    def action(self, args: str) -> Steps:
        """Run it as an action; its value as JSON text. Raises what it throws."""
        ctx = self._ctx
        return self._run(lambda: self._machine.act(
            self._x, self._path, args, ctx.now, self._identified, ctx.deadline
        ))  # fmt: skip

    def script(self, args: list[Any]) -> Steps:
        """Run it as a client's script."""
        return self._run(lambda: self._machine.script(self._x, self._path, args, self._ctx.now))

    def _run(self, begin: Any) -> Steps:
        try:
            asked = self._step(begin)
            while asked.ended is None:
                self._waiting += asked.calls
                asked = yield from self._go_on()
            self._waiting += asked.calls
            yield from self._drain()
        finally:
            self._machine.engine.post("drop", self._x)
        if not asked.ended.ok:
            raise ThrownError(asked.ended.value, asked.ended.data)
        return asked.ended.value

    def _step(self, step: Any) -> Asked:
        """A step in the engine; code that never ends runs into the action's time-out."""
        try:
            asked: Asked = step()
        except Stopped:
            if not self._script:
                self._ctx.run_out()
            raise app_error(self._script, f"the script {self._path} never ends") from None
        return self._come_to(asked)

    def _come_to(self, asked: Asked) -> Asked:
        """What it has come to; time may have passed on the way."""
        if asked.endless:
            self._ctx.run_out()
        self._ctx.now = max(self._ctx.now, asked.now)
        return asked

    def _go_on(self) -> Steps:
        """Answer one call: the only one, or the first of several that is over."""
        if len(self._waiting) == 1 and not self._forks.running:
            call, op, *payload = self._waiting.popleft()
            if op in ("query", "mutation") and self._may_call(payload[0], op):
                return (yield from self._transact(call, op, *payload))
            ended = yield from self._perform(self._ctx, op, payload)
        else:
            self._start_branches()
            branch = yield from self._forks.join()
            call, ended = branch.key, branch.value
        return self._resume(call, ended)

    def _resume(self, call: int, ended: Ended | Mocked) -> Asked:
        machine, x, now = self._machine, self._x, self._ctx.now
        if isinstance(ended, Mocked):
            return self._come_to(self._mocked(call, ended))
        return self._step(lambda: machine.resume(x, self._path, call, ended, now))

    def _mocked(self, call: int, answer: Mocked) -> Asked:
        try:
            return self._machine.answer(self._x, call, answer, self._ctx.now)
        except Stopped:
            raise app_error(self._app.where, f"the mock {answer.name} never ends") from None

    def _start_branches(self) -> None:
        while self._waiting:
            call, op, *payload = self._waiting.popleft()
            self._forks.start(call, lambda ctx, op=op, payload=payload: self._perform(  # type: ignore[misc]
                ctx, op, payload
            ))  # fmt: skip

    def _drain(self) -> Steps:
        """What nobody awaits is done all the same, timers aside; its value goes nowhere."""
        self._waiting = deque(call for call in self._waiting if call[1] != _TIMER)
        self._start_branches()
        while self._forks.running:
            yield from self._forks.join()

    def _transact(self, call: int, op: str, path: str, args: str) -> Steps:
        """A query or a mutation, and the action's next step in the same crossing."""
        ctx, caller = self._ctx, Caller(self._x, call)
        try:
            if op == "query":
                value = yield from ctx.query(path, args, self._identified, caller)
            else:
                value = yield from ctx.run_mutation(path, args, self._identified, "", caller)
            ended = Ended(True, value)
        except CallError as error:
            ended = _failed(error)
        if caller.asked is None:  # the simulator had to decide, or it did not even begin
            self._app.forget_attempt(ctx)
            return self._resume(call, ended)
        return self._come_to(caller.asked)

    def _perform(self, ctx: Context, op: str, payload: list[Any]) -> Steps:
        """Do what was asked for, in its time; how it ended."""
        try:
            value = yield from getattr(self, f"_{op}_")(ctx, *payload)
        except CallError as error:
            return _failed(error)
        if isinstance(value, Mocked):
            return value
        return _DONE if value is None else Ended(True, value)

    # -- what can be asked for -------------------------------------------------------------------

    def _query_(self, ctx: Context, path: str, args: str) -> Steps:
        self._check(path, "query")
        return (yield from ctx.query(path, args, self._identified))

    def _mutation_(self, ctx: Context, path: str, args: str) -> Steps:
        self._check(path, "mutation")
        try:
            return (yield from ctx.run_mutation(path, args, self._identified))
        finally:
            self._app.forget_attempt(ctx)

    def _action_(self, ctx: Context, path: str, args: str) -> Steps:
        self._check(path, "action")
        return (yield from ctx.run_action(path, args, self._identified))

    def _may_call(self, path: str, kind: str) -> bool:
        app = self._app
        return app.functions.get(path) == kind and (not self._script or app.is_public(path))

    def _check(self, path: str, kind: str) -> None:
        """Raise if it must not call that; in a client's script that is the scenario's error."""
        app = self._app
        if not self._script:
            app.check_kind(path, kind)
            return
        try:
            app.check_kind(path, kind)
            if not app.is_public(path):
                raise ThrownError(not_public(path, app.functions[path]))
        except ThrownError as error:
            raise app_error(self._script, f"the script {self._path}: {error}") from None

    def _subscribe_(self, ctx: Context, path: str, args: str) -> Steps:
        self._check(path, "query")
        group = self._app.subscriptions.group((Call(path, args),))
        group.join()
        self.subscribed.append(group)
        return (yield from ctx.query(path, args, self._identified))

    def _schedule_(self, ctx: Context, due_ms: float, path: str, args: str, job: str) -> Steps:
        delay = self._app.until(due_ms, ctx.now)
        yield from ctx.schedule(delay, path, args, False, job)
        self._app.jobs.created_by_action(job, due_ms, path, args)
        return f'"{job}"'

    def _cancel_(self, ctx: Context, job: str) -> Steps:
        yield from ctx.wait(0)
        self._app.jobs.cancel_by_action(job)

    def _fetch_(self, ctx: Context, method: str, url: str) -> Steps:
        return (yield from self._app.outside.answer(ctx, method, url))

    def _timer_(self, ctx: Context, delay_ms: float) -> Steps:
        yield from ctx.wait(round(delay_ms * 1000))

    def _store_(self, ctx: Context, size: float, kind: str) -> Steps:
        yield from ctx.wait(0)
        return self._machine.text("storeFile", size, kind, self._app.visible())

    def _forget_(self, ctx: Context, file: str) -> Steps:
        yield from ctx.wait(0)
        self._machine.engine.post("forgetFile", file, self._app.visible())


def _failed(error: CallError) -> Ended:
    return Ended(False, str(error) or type(error).__name__, getattr(error, "data", None))
