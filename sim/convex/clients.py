"""Who calls the app from outside: clients that arrive at a rate or at given times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sim.draws import draw, stream_key
from sim.platform.reference import Backend, CallError, Context, Moment, Process, Steps
from sim.scenario import KeyPath, Scenario, dotted, fault, unknown

from .actions import Running
from .app import App
from .arguments import Arguments, NothingToPickError
from .arrivals import Visit, let_arrive
from .client_settings import Client
from .load import not_public
from .machine import NOBODY
from .picks import picks_in, problem_of
from .settings import ConvexSettings
from .subscriptions import Call, Group, beside

_HALF = 32


def install_clients(backend: Backend, scenario: Scenario, app: App) -> None:
    """Let the scenario's clients arrive."""
    settings = scenario.app
    assert isinstance(settings, ConvexSettings)
    for name, client in settings.clients.items():
        _check(scenario, app, name, client)
    _check_picks(scenario, app)
    for name, client in settings.clients.items():
        if client.subscribe:
            visit = _page(backend, app, name, client)
        else:
            visit = _visit(backend, app, name, client, scenario.where(("app", "clients", name)))
        let_arrive(backend, scenario.starts, name, client, visit)


def _check(scenario: Scenario, app: App, name: str, client: Client) -> None:
    """Raise if a client calls what is not there."""
    called: list[tuple[KeyPath, str, tuple[str, ...], str]]
    called = [(("function",), client.function, tuple(app.functions), "function")]
    queries = tuple(path for path, kind in app.functions.items() if kind == "query")
    called += [(("subscribe", n, "function"), subscription.function, queries, "query")
               for n, subscription in enumerate(client.subscribe)]  # fmt: skip
    for keys, path, known, what in called:
        if path and path not in known:
            problem = unknown(path, what, known)
            if path in app.functions:
                kind = app.functions[path]
                article = "an" if kind == "action" else "a"
                problem = f"{path} is {article} {kind}: pages subscribe to queries"
        elif path and not app.is_public(path):
            problem = not_public(path, app.functions[path])
        else:
            continue
        place = "app", "clients", name, *keys
        raise fault(scenario.where(place), f"{dotted(place)}: {problem}")


def _check_picks(scenario: Scenario, app: App) -> None:
    """Raise if a client picks from what is not there."""
    settings = scenario.app
    assert isinstance(settings, ConvexSettings)
    given: list[tuple[KeyPath, Any]] = []
    for name, client in settings.clients.items():
        given.append((("app", "clients", name, "args"), client.args))
        for n, each in enumerate(client.subscribe):
            given.append((("app", "clients", name, "subscribe", n, "args"), each.args))
    picks = [((*path, *place), pick) for path, args in given for place, pick in picks_in(args)]
    if not picks:
        return
    tables, types = app.machine.tell("indexes"), app.machine.tell("documentTypes")
    for path, pick in picks:
        key, problem = problem_of(pick, tables, types)
        if problem:
            raise fault(scenario.where((*path, key)), f"{dotted(path)}: {problem}")


class _Pages:
    """Pages of a kind: those with equal arguments are counted together."""

    def __init__(self, backend: Backend, app: App, name: str, client: Client) -> None:
        self._app, self._name = app, name
        self._calls = [
            (each.function, Arguments(app.machine, backend.seed, name, each.args, n))
            for n, each in enumerate(client.subscribe)
        ]
        self._varies = any(args.vary for _, args in self._calls)

    def group(self, number: int, now: int) -> Group | None:
        """That of the page of a number, opened at a time (µs); None if there is nothing to show."""
        try:
            calls = tuple(Call(path, args.of(number, now)) for path, args in self._calls)
        except NothingToPickError as error:
            self._app.visits.without(self._name, error.table)
            return None
        return self._app.subscriptions.group(calls)

    def open(self, ctx: Context, sessions: int) -> Steps:
        """So many open at once."""
        if not self._varies:
            group = self.group(0, ctx.now)
            assert group is not None
            yield from group.open(ctx, sessions)
            return
        alike = Counter(self.group(number, ctx.now) for number in range(sessions))
        del alike[None]
        opening = [partial(group.open, sessions=many) for group, many in alike.items() if group]
        if opening:
            yield from beside(ctx, opening)


def _page(backend: Backend, app: App, name: str, client: Client) -> Visit:
    """A page that opens, and is closed again; those that are open all the time are opened here."""
    pages, stay = _Pages(backend, app, name, client), backend.samples(f"stay:{name}", client.stay)

    def page(ctx: Context, number: int) -> Steps:
        group = pages.group(client.sessions + number, ctx.now)
        if group is not None:
            yield from group.open(ctx)
            _leave_later(backend, ctx, [group], stay)

    if client.sessions:
        backend.client(0, lambda ctx: pages.open(ctx, client.sessions), kind=name)
    return page


def _leave_later(
    backend: Backend, ctx: Context, groups: Sequence[Group], stay: Iterator[int]
) -> None:
    """Close a page after its stay."""
    if groups:
        env = backend.env
        Process(env, _left(groups, Moment(env, ctx.now + next(stay), ctx.serial)), ctx.serial)


def _left(groups: Sequence[Group], when: Moment) -> Steps:
    yield when
    for group in groups:
        group.close()


def _visit(backend: Backend, app: App, name: str, client: Client, where: str) -> Visit:
    """What a client of that kind does; ``where``: the scenario's line that has it."""
    luck = stream_key(backend.seed, client.draws or f"client.{name}")
    stay = backend.samples(f"stay:{name}", client.stay)
    arguments = Arguments(app.machine, backend.seed, name, client.args)

    def visit(ctx: Context, number: int) -> Steps:
        if client.script:
            chance = (draw(luck, number) >> _HALF) / (1 << _HALF)
            running = Running(app, ctx, client.script, True, where)
            app.visits.made(client.script)
            try:
                yield from running.script(["$client", number, chance])
            except CallError as error:
                app.visits.failed(client.script, str(error))
            finally:
                _leave_later(backend, ctx, running.subscribed, stay)
            return
        try:
            args = arguments.of(number, ctx.now)
        except NothingToPickError as error:
            app.visits.without(name, error.table)
            return
        kind = app.functions[client.function]
        if kind == "query":
            yield from ctx.query(client.function, args, True, NOBODY)
        elif kind == "mutation":
            yield from ctx.run_mutation(client.function, args, True)
            app.forget_attempt(ctx)
        else:
            yield from ctx.run_action(client.function, args, True)

    return visit
