"""Functions as the app registers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sim.counters import CallTimes

if TYPE_CHECKING:
    from .gate import Gate

FunctionType = Literal["query", "mutation", "action"]


class Cached(NamedTuple):
    """What the query cache answers a call with."""

    value: Any
    ready: int
    """When it is there (µs): it may still be being computed."""


class Function:
    """One registered function: its code, its type and what running it takes.

    Queries and mutations are plain functions of ``(tx, *args)``: they are deterministic and cannot
    wait. Actions are generator functions of ``(ctx, *args)``.
    """

    __slots__ = (
        "attempts",
        "bit",
        "body",
        "cached",
        "gate",
        "is_coded",
        "latency",
        "memory_mib",
        "name",
        "time_out",
        "times",
        "type",
    )

    def __init__(self, name: str, type_: FunctionType, body: Callable[..., Any], bit: int) -> None:
        self.name = name
        self.type: FunctionType = type_
        self.body = body
        self.bit = bit
        """The function alone in a set of functions: a power of two."""
        self.latency: Iterator[int]
        """Successive execution times of a query (µs)."""
        self.attempts: Iterator[tuple[int, int]]
        """Successive (execution time, pending phase of the commit) of mutation attempts (µs)."""
        self.cached: Callable[[int, tuple[Any, ...]], Cached | None] | None = None
        """What the query cache has for a call's arguments at a time (µs); None without a cache."""
        self.times = CallTimes()
        """How long its calls took and waited."""
        self.memory_mib = 0
        """Memory metered while an action runs."""
        self.is_coded = True
        """Whether it has code; a flow of organic traffic has none."""
        self.time_out = 0
        """Longest run of an action (µs)."""
        self.gate: Gate
        """Where actions of this runtime wait for a place."""
