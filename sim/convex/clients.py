"""Who calls the app from outside: clients that arrive at a rate or at given times."""

from __future__ import annotations

import json
from typing import Any

from sim.draws import draw, stream_key
from sim.platform.reference import Backend, Context, Steps
from sim.scenario import Scenario, fault, unknown

from .actions import Running
from .app import App
from .settings import Client, ConvexSettings

_HALF = 32


def install_clients(backend: Backend, scenario: Scenario, app: App) -> None:
    """Let the scenario's clients arrive."""
    settings = scenario.app
    assert isinstance(settings, ConvexSettings)
    for name, client in settings.clients.items():
        if client.function and client.function not in app.functions:
            raise fault(
                scenario.where(("app", "clients", name, "function")),
                f"app.clients.{name}.function: "
                f"{unknown(client.function, 'function', tuple(app.functions))}",
            )
        visit = _visit(backend, app, name, client)
        backend.arrivals(name, client.rate, visit)
        for number, at in enumerate(client.at):
            backend.client(at, visit, number, kind=name)


def _visit(backend: Backend, app: App, name: str, client: Client) -> Any:
    """What a client of that kind does."""
    luck = stream_key(backend.seed, client.draws or f"client.{name}")
    args = json.dumps(client.args)

    def visit(ctx: Context, number: int) -> Steps:
        if client.script:
            chance = (draw(luck, number) >> _HALF) / (1 << _HALF)
            running = Running(app, ctx, client.script, True)
            yield from running.script(["$client", number, chance])
            return
        kind = app.functions[client.function]
        if kind == "query":
            yield from ctx.query(client.function, args, True)
        elif kind == "mutation":
            yield from ctx.run_mutation(client.function, args, True)
            app.forget_attempt(ctx)
        else:
            yield from ctx.run_action(client.function, args, True)

    return visit
