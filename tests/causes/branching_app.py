"""Branching processes as an app: every node of a tree schedules a random number of others.

What branching-process theory says of them is known exactly, so it is what explanations are held
against. Children are drawn from one distribution per function, independently.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Literal

from sim.backend import Backend, Context, Steps
from sim.scenario import MILLISECOND, Count, Duration, Scenario, param
from sim.scenario import Settings as BaseSettings

_WHOLE = 1 << 64


class Settings(BaseSettings):
    """The keys of `app:`."""

    name: str = param("branching_app", "This module.")
    roots: Count = param(1, "Trees, each started by a client.")
    apart: Duration = param("0s", "Time between their starts.")
    shape: Literal["single", "two-hops", "awaited", "two-ways"] = param(
        "single",
        "single: nodes schedule nodes. two-hops: nodes schedule leaves, which do nodes. awaited: a "
        "node awaits another action that schedules nodes. two-ways: nodes schedule nodes, and as "
        "many leaves as grandchildren says, each of which schedules a node.",
    )
    children: tuple[float, ...] = param((0.4, 0.6), "P(0 children), P(1), …")
    grandchildren: tuple[float, ...] = param((0.6, 0.4), "The same of the leaves.")
    delay: Duration = param("100ms", "From a node to those it schedules.")


def install(backend: Backend, scenario: Scenario) -> Callable[[], dict[str, float]]:
    """Register nodes and leaves, and let clients plant the trees."""
    settings = scenario.app
    assert isinstance(settings, Settings)

    def children_of(purpose: str, shares: tuple[float, ...]) -> Callable[[], int]:
        bounds = [round(bound * _WHOLE) for bound in accumulate(shares)][:-1]
        luck = backend.uniforms(purpose)
        return lambda: bisect_right(bounds, next(luck))

    of_a_node = children_of("children", settings.children)
    of_a_leaf = children_of("grandchildren", settings.grandchildren)
    child = "tree:leaf" if settings.shape == "two-hops" else "tree:node"

    def grow(ctx: Context) -> Steps:
        for _ in range(of_a_node()):
            yield from ctx.schedule(settings.delay, child)

    def node(ctx: Context) -> Steps:
        ctx.sleep(10 * MILLISECOND)
        if settings.shape == "awaited":
            yield from ctx.run_action("tree:growth")
            return
        yield from grow(ctx)
        if settings.shape == "two-ways":
            for _ in range(of_a_leaf()):
                yield from ctx.schedule(settings.delay, "tree:leaf")

    def leaf(ctx: Context) -> Steps:
        ctx.sleep(30 * MILLISECOND)
        for _ in range(1 if settings.shape == "two-ways" else of_a_leaf()):
            yield from ctx.schedule(settings.delay, "tree:node")

    def plant(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "tree:node")

    backend.action("tree:node", node)
    backend.action("tree:growth", grow)
    backend.action("tree:leaf", leaf)
    for root in range(settings.roots):
        backend.client(root * settings.apart, plant)
    return dict
