"""Who calls the app from outside: clients that arrive at a rate or at given times."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.draws import draw, stream_key
from sim.platform.reference import Backend, CallError, Context, Moment, Process, Steps
from sim.scenario import Scenario, dotted, fault, unknown

from .actions import Running
from .app import App
from .machine import NOBODY
from .settings import Client, ConvexSettings
from .subscriptions import Group, call_of

_HALF = 32


def install_clients(backend: Backend, scenario: Scenario, app: App) -> None:
    """Let the scenario's clients arrive."""
    settings = scenario.app
    assert isinstance(settings, ConvexSettings)
    for name, client in settings.clients.items():
        _check(scenario, app, name, client)
        visit = _page(backend, app, name, client) if client.subscribe else _visit(
            backend, app, name, client
        )  # fmt: skip
        if client.sessions:
            backend.client(0, _pages(app, client), kind=name)
        backend.arrivals(name, client.rate, visit)
        for number, at in enumerate(client.at):
            backend.client(at, visit, number, kind=name)


def _check(scenario: Scenario, app: App, name: str, client: Client) -> None:
    """Raise if a client calls what is not there."""
    called: list[tuple[tuple[str | int, ...], str, tuple[str, ...], str]]
    called = [(("function",), client.function, tuple(app.functions), "function")]
    queries = tuple(path for path, kind in app.functions.items() if kind == "query")
    called += [(("subscribe", n, "function"), subscription.function, queries, "query")
               for n, subscription in enumerate(client.subscribe)]  # fmt: skip
    for keys, path, known, what in called:
        if path and path not in known:
            place = "app", "clients", name, *keys
            problem = unknown(path, what, known)
            if path in app.functions:
                kind = app.functions[path]
                article = "an" if kind == "action" else "a"
                problem = f"{path} is {article} {kind}: pages subscribe to queries"
            raise fault(scenario.where(place), f"{dotted(place)}: {problem}")


def _group(app: App, client: Client) -> Group:
    return app.subscriptions.group(
        tuple(call_of(each.function, each.args) for each in client.subscribe)
    )


def _pages(app: App, client: Client) -> Callable[[Context], Steps]:
    """Pages that are open from the start to the end."""
    return lambda ctx: _group(app, client).open(ctx, client.sessions)


def _page(backend: Backend, app: App, name: str, client: Client) -> Callable[..., Steps]:
    """A page that opens, and is closed again."""
    group, stay = _group(app, client), backend.samples(f"stay:{name}", client.stay)

    def page(ctx: Context, _number: int) -> Steps:
        yield from group.open(ctx)
        _leave_later(backend, ctx, [group], stay)

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


def _visit(backend: Backend, app: App, name: str, client: Client) -> Any:
    """What a client of that kind does."""
    luck = stream_key(backend.seed, client.draws or f"client.{name}")
    stay = backend.samples(f"stay:{name}", client.stay)
    args = json.dumps(client.args)

    def visit(ctx: Context, number: int) -> Steps:
        if client.script:
            chance = (draw(luck, number) >> _HALF) / (1 << _HALF)
            running = Running(app, ctx, client.script, True)
            app.visits.made(client.script)
            try:
                yield from running.script(["$client", number, chance])
            except CallError as error:
                app.visits.failed(client.script, str(error))
            finally:
                _leave_later(backend, ctx, running.subscribed, stay)
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
