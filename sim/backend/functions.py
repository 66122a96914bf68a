"""Functions as the app registers them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .concurrency import Gate
    from .ledger import Edges

FunctionType = Literal["query", "mutation", "action"]
Steps = Generator[int | None, None, Any]
"""A running action: yields the times at which it continues, returns its value."""


class Function:
    """One registered function: its code, its type and what running it takes.

    Queries and mutations are plain functions of ``(tx, *args)``: they are deterministic and cannot
    wait. Actions are generator functions of ``(ctx, *args)``.
    """

    __slots__ = ("body", "gate", "jobs", "latency", "memory_mib", "name", "subcalls", "time_out",
                 "type")  # fmt: skip

    def __init__(self, name: str, type_: FunctionType, body: Callable[..., Any]) -> None:
        self.name = name
        self.type: FunctionType = type_
        self.body = body
        self.latency: Iterator[int]
        """Successive execution times (µs) of queries and mutation attempts."""
        self.memory_mib = 0
        """Memory metered while an action runs."""
        self.time_out = 0
        """Longest run of an action (µs)."""
        self.gate: Gate
        """Where actions of this runtime wait for a place."""
        self.subcalls: Edges
        """Edges to what it calls while it runs (actions)."""
        self.jobs: Edges
        """Edges to what it schedules."""
