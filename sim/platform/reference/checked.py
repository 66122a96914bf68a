"""Running a user's app: the same platform, which says at once what his code does wrong.

A call that was not waited for, an action that is no generator, a function that is not there: with
the plain `Context` these end in an error far away from their cause, or in none at all. Here every
call knows the line that made it. Built-in apps do without, for speed.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Generator, Sequence
from dis import findlinestarts
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.scenario import Misuse, Pending, shown, unknown

from .context import Context
from .documents import Transaction
from .environment import Steps
from .functions import Function, FunctionType
from .lineage import Stamp
from .queries import MOST_QUERIES

if TYPE_CHECKING:
    from .scheduler import Scheduler

_MOST_UNSTARTED = 100
"""Calls of one execution that nobody waits for, after which it will not get better."""
_ENGINE = str(Path(__file__).parent)
"""Where the steps are that may wait."""


class Call(Pending):
    """What a method of the context returns: ``yield from`` starts it and gives its value."""

    __slots__ = ("_code", "_ctx", "_instruction", "_method", "_started", "_steps")

    def __init__(self, ctx: CheckedContext, method: str, steps: Steps) -> None:
        self._started = True  # until it is complete
        ctx.check_number()
        caller = sys._getframe(2)
        self._code = caller.f_code
        self._instruction = caller.f_lasti
        self._ctx = ctx
        self._method = method
        self._started = False
        self._steps = steps

    def __iter__(self) -> Steps:
        if self._started:
            message = f"a ctx.{self._method}(...) is waited for twice: make the call again"
            raise Misuse(message, self._code, self._line())
        self._started = True
        return self._steps

    def __del__(self) -> None:
        if not self._started:
            self._ctx.forgot(self)

    def __repr__(self) -> str:
        return f"<ctx.{self._method}(...), to be used with yield from>"

    def unstarted(self) -> str:
        """What is wrong with a call that nobody has waited for; empty if somebody has."""
        return "" if self._started else f"a ctx.{self._method}(...) without `yield from`"

    def misuse(self) -> Misuse:
        """The mistake of not waiting for it."""
        self._started = True  # said once
        message = (
            f"ctx.{self._method}(...) never starts: write `yield from ctx.{self._method}(...)`"
        )
        return Misuse(message, self._code, self._line())

    def _line(self) -> int:
        lines = [line for at, line in findlinestarts(self._code) if at <= self._instruction]
        return lines[-1] or 0 if lines else 0


class CheckedContext(Context):
    """A context that looks at what it is asked for, and at what becomes of it."""

    __slots__ = ("_mistake", "_number")

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._mistake: Misuse | None = None
        self._number = 0

    def query(self, name: str, *args: Any) -> Any:
        """See `Context.query`."""
        self._check(name, "query")
        return Call(self, "query", super().query(name, *args))

    def query_each(self, names: Sequence[str], *args: Any) -> Any:
        """See `Context.query_each`."""
        for name in names:
            self._check(name, "query")
        if not names or len(names) > MOST_QUERIES:
            raise Misuse(f"ctx.query_each takes 1 to {MOST_QUERIES} queries, not {len(names)}")
        return Call(self, "query_each", super().query_each(names, *args))

    def run_mutation(self, name: str, *args: Any, **keywords: Any) -> Any:
        """See `Context.run_mutation`."""
        self._check(name, "mutation")
        return Call(self, "run_mutation", super().run_mutation(name, *args, **keywords))

    def run_action(self, name: str, *args: Any) -> Any:
        """See `Context.run_action`."""
        self._check(name, "action")
        return Call(self, "run_action", super().run_action(name, *args))

    def schedule(self, delay: int, name: str, *args: Any) -> Any:
        """See `Context.schedule`."""
        check_time("ctx.schedule", delay)
        check_function(self._backend.functions, name, "mutation", "action")
        return Call(self, "schedule", super().schedule(delay, name, *args))

    def http(self, *, limited: bool = True, endpoint: str = "") -> Any:
        """See `Context.http`."""
        return Call(self, "http", super().http(limited=limited, endpoint=endpoint))

    def http_batch(self, requests: int, *, endpoint: str = "") -> Any:
        """See `Context.http_batch`."""
        if type(requests) is not int or requests < 0:
            raise Misuse(f"ctx.http_batch takes a number of requests, not {requests!r}")
        return Call(self, "http_batch", super().http_batch(requests, endpoint=endpoint))

    def wait_for(self, waited: Any) -> Any:
        """See `Context.wait_for`."""
        if not isinstance(waited, (Event, Generator)):
            told = f"ctx.wait_for takes an event or a generator of SimPy, not {shown(waited)}"
            raise Misuse(told)
        return Call(self, "wait_for", super().wait_for(waited))

    def sleep(self, duration: int) -> None:
        """See `Context.sleep`."""
        check_time("ctx.sleep", duration)
        super().sleep(duration)

    def guard(self, admits: bool, reason: str, stamps: Sequence[Stamp | None] = ()) -> None:
        """See `Context.guard`."""
        if not isinstance(reason, str):
            raise Misuse(f"ctx.guard takes a reason's name, not {reason!r}")
        if not all(stamp is None or isinstance(stamp, Stamp) for stamp in stamps):
            raise Misuse("ctx.guard takes stamps, such as tx.stamp gives, or None")
        super().guard(admits, reason, stamps)

    def running(self, body: Callable[..., Steps], args: tuple[Any, ...]) -> Steps:
        """Run an action's or a script's code; what it yields itself is a mistake."""
        steps: Any = body(self, *args)
        if isinstance(steps, Call):
            steps = iter(steps)
        if not isinstance(steps, Generator):
            message = ("never waits: an action or a client's script is a generator; end it with "
                       "`yield from ()` if it has nothing to wait for")  # fmt: skip
            raise Misuse(message, code_of(body))
        value, error = None, None
        while True:
            try:
                event = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as end:
                if isinstance(end.value, Call):
                    raise end.value.misuse() from None
                self._raise_mistake()
                return end.value
            self._raise_mistake()
            _check_yielded(steps, event)
            value, error = None, None
            try:
                value = yield event
            except Exception as failed:  # noqa: BLE001 - what it waited for has failed
                error = failed

    def forgot(self, call: Call) -> None:
        """A call is gone, and nobody has waited for it."""
        self._number += 1
        if self._mistake is None:
            self._mistake = call.misuse()

    def check_number(self) -> None:
        """Give up an execution that makes call after call and waits for none of them."""
        if self._number > _MOST_UNSTARTED:
            self._raise_mistake()

    def _check(self, name: str, type_: FunctionType) -> None:
        check_function(self._backend.functions, name, type_)

    def _raise_mistake(self) -> None:
        if self._mistake is not None:
            mistake, self._mistake = self._mistake, None
            raise mistake


class CheckedTransaction(Transaction):
    """A transaction that looks at what it schedules when it is asked to, not when it commits."""

    __slots__ = ("_functions",)

    def __init__(
        self, epoch_ms: int, scheduler: Scheduler, few_writes: int, functions: dict[str, Function]
    ) -> None:
        super().__init__(epoch_ms, scheduler, few_writes)
        self._functions = functions

    def schedule(self, delay: int, function: str, *args: Any) -> None:
        """See `Transaction.schedule`."""
        check_time("tx.schedule", delay)
        check_function(self._functions, function, "mutation", "action")
        super().schedule(delay, function, *args)


def check_time(what: str, time: object) -> None:
    """Refuse what is no time that can pass: whole microseconds, none or more."""
    if type(time) is not int or time < 0:
        raise Misuse(f"{what} takes whole microseconds from 0 on, not {time!r}")


def check_function(functions: dict[str, Function], name: object, *types: FunctionType) -> None:
    """Refuse a name that is not one of a function of these types."""
    function = functions.get(name) if isinstance(name, str) else None
    if function is not None and function.type in types:
        return
    if function is not None:
        raise Misuse(f"{name} is {_a(function.type)}, not {' or '.join(map(_a, types))}")
    known = [each.name for each in functions.values() if each.type in types]
    raise Misuse(unknown(str(name), " or ".join(types), known))


def _a(type_: str) -> str:
    return f"{'an' if type_ == 'action' else 'a'} {type_}"


def check_body(name: str, type_: FunctionType, body: object) -> None:
    """Refuse code that cannot be a function of that type."""
    if not callable(body):
        raise Misuse(f"{name}: a function's code is a function, not {body!r}")
    if inspect.iscoroutinefunction(body) or inspect.isasyncgenfunction(body):
        message = (
            f"{name} is `async`: a query or mutation is a plain function, an action a generator"
        )
        raise Misuse(message, code_of(body))
    if type_ != "action" and inspect.isgeneratorfunction(body):
        message = f"{name} is {_a(type_)}: it cannot wait, so it has no `yield`"
        raise Misuse(message, code_of(body))


def check_takes(function: object, number: int, what: str) -> None:
    """Refuse a function that cannot be called with so many arguments."""
    if not callable(function):
        raise Misuse(f"{what} is a function, not {function!r}")
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # a built-in one that does not say what it takes
    try:
        signature.bind(*[None] * number)
    except TypeError as error:
        message = f"{error}: {what} is called with {number} arguments; it takes {signature}"
        raise Misuse(message.replace("1 arguments", "1 argument"), code_of(function)) from error


def check_rate(what: str, per_day: object) -> None:
    """Refuse what is no rate."""
    if isinstance(per_day, bool) or not isinstance(per_day, (int, float)) or not (
        0 <= per_day < math.inf
    ):  # fmt: skip
        raise Misuse(f"{what} takes a number of arrivals per day, not {per_day!r}")


def code_of(body: object) -> CodeType | None:
    """The code of a function, through what wraps it."""
    while not hasattr(body, "__code__") and hasattr(body, "func"):
        body = body.func
    code = getattr(body, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _check_yielded(steps: Generator[Any, Any, Any], at: object) -> None:
    """Refuse a step that the user's own code yields: only calls of the context may wait."""
    inner: Any = steps
    while (below := getattr(inner, "gi_yieldfrom", None)) is not None:
        inner = below
    code = getattr(inner, "gi_code", None)
    if code is not None and code.co_filename.startswith(_ENGINE):
        return
    if isinstance(at, Call):
        raise at.misuse()
    outer: Any = steps
    while getattr(outer.gi_yieldfrom, "gi_code", None) is not None:
        outer = outer.gi_yieldfrom
    for value in outer.gi_frame.f_locals.values():
        if isinstance(value, Call) and value.unstarted():
            raise value.misuse()
    message = f"yields {at!r}: only calls of the context wait, with `yield from ctx....`"
    raise Misuse(message, outer.gi_code, outer.gi_frame.f_lineno)
