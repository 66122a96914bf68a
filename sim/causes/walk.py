"""Follows a cycle: runs the app's own functions on the data of a `Case` and sees how far they get.

This file knows nothing about the app. The app's functions run alone on the reference engine. What
they decide is read from their guards and from the lines that they execute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, FrameType
from typing import Any

from sim.loops import Case, Loop
from sim.numbers import seconds
from sim.platform.reference import Backend, Context, Steps, app_code, install
from sim.scenario import DAY, SECOND, Misuse, Scenario, unknown

from .conditions import what_stopped

_ROUNDS = 12
"""After so many runs of every function a cycle counts as open: retries usually have lower limits.
"""
_MOST_RUNS = 1_000
"""The most executions of a ``pick``: with more, what its first run started never ends."""
_QUIET: dict[str, Any] = {
    "engine": "reference", "deployments": [], "alerts": {}, "budgets": {},
    "traffic.organic.rate": 0, "platform.usage_limits": [],
}  # fmt: skip
_AGAIN = 2 * DAY
"""When a ``pick`` runs again (µs)."""
_END = 400 * DAY
"""The simulated time after which nothing more is expected (µs)."""
_KIND = "the start of the cycle"
_CLIENT = "client:"


class _Enough(BaseException):
    """Ends the run once the answer is known; not an `Exception`, so no app catches it."""


@dataclass(slots=True)
class _Run:
    """One execution of a function."""

    name: str
    at: int
    frame: FrameType
    lines: list[int] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """Variable → the reason of the decision that it holds."""


class _Watch:
    """Records which functions run, and which of their lines."""

    def __init__(
        self, backend: Backend, bodies: Mapping[str, Callable[..., Any]],
        is_enough: Callable[[list[_Run]], bool],
    ) -> None:  # fmt: skip
        self._backend = backend
        self._is_enough = is_enough
        self._names = {code: name for name, body in bodies.items() if (code := _code(body))}
        self.runs: list[_Run] = []

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Record while the code inside runs."""
        before = sys.gettrace()
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(before)

    def _call(self, frame: FrameType, event: str, _: Any) -> Any:
        name = self._names.get(frame.f_code)
        if name is None:
            return None
        run = next((run for run in reversed(self.runs) if run.frame is frame), None)
        if run is None:  # not a generator that resumes
            run = _Run(name, self._backend.env.now, frame)
            self.runs.append(run)
            if self._is_enough(self.runs):
                raise _Enough
        return partial(self._line, run)

    def _line(self, run: _Run, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            run.lines.append(frame.f_lineno)
        for name, value in frame.f_locals.items():
            reason = getattr(value, "reason", None)
            if isinstance(reason, str):
                run.reasons[name] = reason
        return partial(self._line, run)


def walked(case: Case, scenario: Scenario) -> Loop:
    """Run a case, and say whether its cycle closes under the scenario's settings."""
    if case.closed_by:
        return Loop(case.path, case.kind, case.circumstances, case.closed_by)
    backend, _ = install(scenario.with_(**{**case.world, **_QUIET}))
    try:
        with app_code(scenario):
            return _walked(case, backend)
    finally:
        backend.close()


def _walked(case: Case, backend: Backend) -> Loop:
    start = _start(case, backend)
    bodies = {name: backend.functions[name].body for name in case.path}
    if case.start.startswith(_CLIENT):
        bodies[case.start] = start
    chain = (case.start, *case.path[1:-1]) if case.kind == "pick" else case.path[:-1]
    runs = _run(case, backend, start, bodies, chain)
    steps = [_step(run, runs[0].at) for run in runs if run.name in chain]
    if _goes_round(case, chain, runs):
        steps = [*steps[: len(chain) + 1], "and so on: nothing has ended it"]
        return Loop(case.path, case.kind, case.circumstances, steps=tuple(steps))
    closed_by, blocks_itself = _end(runs, chain, backend, bodies)
    steps.append(f"ends: {closed_by}")
    return Loop(case.path, case.kind, case.circumstances, closed_by, blocks_itself, tuple(steps))


def _goes_round(case: Case, chain: Sequence[str], runs: Sequence[_Run]) -> bool:
    least = 1 if case.kind == "pick" else _ROUNDS
    return all(sum(run.name == name for run in runs) >= least for name in chain)


def _start(case: Case, backend: Backend) -> Callable[..., Steps]:
    """The script that begins a cycle."""
    for name in (*case.path, *([] if case.start.startswith(_CLIENT) else [case.start])):
        if name not in backend.functions:
            raise Misuse(f"`cases`: {unknown(name, 'function', tuple(backend.functions))}")
    if case.start.startswith(_CLIENT):
        kind = case.start.removeprefix(_CLIENT)
        if kind not in backend.clients.scripts:
            raise Misuse(
                f"`cases`: {unknown(kind, 'kind of client', tuple(backend.clients.scripts))}"
            )
        return backend.clients.scripts[kind]

    def script(ctx: Context, *args: Any) -> Steps:
        call = {"query": ctx.query, "mutation": ctx.run_mutation, "action": ctx.run_action}
        yield from call[backend.functions[case.start].type](case.start, *args)

    return script


def _run(
    case: Case, backend: Backend, start: Callable[..., Steps],
    bodies: Mapping[str, Callable[..., Any]], chain: Sequence[str],
) -> list[_Run]:  # fmt: skip
    """The executions until the cycle is open or nothing happens; of a ``pick``, the second time."""
    first = 0

    def is_enough(runs: list[_Run]) -> bool:
        if case.kind == "call":
            return _goes_round(case, chain, runs)
        return len(runs) > _MOST_RUNS or bool(first and _goes_round(case, chain, runs[first:]))

    watch = _Watch(backend, bodies, is_enough)
    times = (0, _AGAIN) if case.kind == "pick" else (0,)
    for at in times:
        backend.client(at, start, *case.args, kind=_KIND)
    try:
        with watch.looking():
            for _ in backend.run([*times[1:], _END]):
                first = first or len(watch.runs)
    except _Enough:
        pass
    return watch.runs[first:] if case.kind == "pick" else watch.runs


def _end(
    runs: Sequence[_Run], chain: Sequence[str], backend: Backend,
    bodies: Mapping[str, Callable[..., Any]],
) -> tuple[str, bool]:  # fmt: skip
    """What ended a cycle, and whether the pass itself had written that."""
    last = [run for run in runs if run.name in chain][-1]
    target = chain[(chain.index(last.name) + 1) % len(chain)]
    for (name, reason), use in backend.lineages.guards.items():
        if name == last.name and not use.admits:
            own = use.only_own == use.count
            by = ", because of what the execution that scheduled it has just written" if own else ""
            return f"the guard of {name}: {reason}{by}", own
    condition = what_stopped(bodies[last.name], target, last.lines)
    if condition is None:
        return f"{last.name} does not go on to {target}", False
    told = [reason for name, reason in last.reasons.items() if name in condition.text]
    why = f": {', '.join(told)}" if told else ""
    return f"{last.name} does not go on to {target}: {condition.in_words()}{why}", False


def _step(run: _Run, since: int) -> str:
    told = ", ".join(run.reasons.values())
    return f"after {seconds((run.at - since) / SECOND)}: {run.name}" + (f": {told}" if told else "")


def _code(body: Callable[..., Any]) -> CodeType | None:
    body = body.func if isinstance(body, partial) else body
    return getattr(body, "__code__", None)
