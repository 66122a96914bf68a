"""Counting on the edges of the ledger: what `sim.platform.reference.ledger` does."""

from __future__ import annotations

from .compile import hot
from .memory import Record, State, edge_record


@hot
def count_call(s: State, edge: Record, x: Record) -> None:
    """`Edge.count`: one call, by an execution."""
    _use(s, edge)
    edge.calls += 1
    edge.generations += x.generation
    edge.deepest = max(edge.deepest, x.generation)
    edge.rounds += x.comes_round


@hot
def count_job(s: State, number: int) -> None:
    """One job, scheduled over an edge."""
    edge = edge_record(s, number)
    _use(s, edge)
    edge.jobs += 1


@hot
def _use(s: State, edge: Record) -> None:
    """Note that one more edge is in use, so that Python need not look for new ones."""
    if edge.calls == 0 and edge.jobs == 0:
        s.clock.edges_used += 1
