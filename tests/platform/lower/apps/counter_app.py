"""A counter that many writers want: every vote reads and writes one document, and conflicts."""

from __future__ import annotations

from collections.abc import Callable

from sim.backend import Backend, CallError, Context, Snapshot, Steps, Transaction
from sim.scenario import Count, Rate, Scenario, param
from sim.scenario import Settings as BaseSettings


class Settings(BaseSettings):
    """The keys of `app:`."""

    name: str = param("counter_app", "This module.")
    voters: Rate = param("200k/day", "Voters, each of whom votes several times.")
    votes: Count = param(3, "Votes of each of them, one after another.")
    shards: Count = param(1, "Documents that the count is spread over.")


class Refusals:
    """Counted while running."""

    def __init__(self) -> None:
        self.lost = 0


def install(backend: Backend, scenario: Scenario) -> Callable[[], dict[str, float]]:
    """One table of counters, a mutation that counts, a query that adds up."""
    settings = scenario.app
    assert isinstance(settings, Settings)
    counters = backend.table("counters", int, size=64)
    for _ in range(max(1, settings.shards)):
        counters.add(0)
    refusals = backend.counters(Refusals())
    choice = backend.draws("voters.shard")

    def vote(tx: Transaction, shard: int, weight: int = 1) -> int:
        count: int = tx.get(counters[shard])
        tx.put(counters[shard], count + weight)
        again: int = tx.get(counters[shard])
        return again

    def total(tx: Snapshot) -> int:
        found = 0
        for counter in counters:
            found += tx.get(counter)
        return found

    def come(ctx: Context, number: int) -> Steps:
        seen = 0
        for turn in range(settings.votes):
            shard = choice.below(len(counters), number * settings.votes + turn)
            try:
                seen = max(seen, (yield from ctx.run_mutation("counter:vote", shard)))
            except CallError:
                refusals.lost += 1
        if seen % 2 and (yield from ctx.query("counter:total")) >= seen:
            yield from ctx.run_action("counter:tell", seen)

    def tell(ctx: Context, seen: int) -> Steps:
        yield from ctx.http(limited=False)
        return seen

    backend.query("counter:total", total)
    backend.mutation("counter:vote", vote)
    backend.action("counter:tell", tell)
    backend.arrivals("voters", settings.voters, come)
    return lambda: {"votes": int(counters.column().sum()), "lost": refusals.lost}
