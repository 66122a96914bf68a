"""When clients come: at a rate, in the rhythm of a day, in bursts, at given times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, count

from sim.draws import scale
from sim.platform.reference import Backend, Steps, interarrival
from sim.scenario import DAY, HOUR, SECOND

from .client_settings import Burst, Client

Visit = Callable[..., Steps]
"""What a client does: visit(ctx, number)."""


def let_arrive(backend: Backend, starts: datetime, name: str, client: Client, visit: Visit) -> None:
    """Let clients of a kind come. No two of them have the same number."""
    if client.arrive == "poisson" and not client.by_hour:
        rest = len(client.at) + sum(burst.calls for burst in client.burst)
        backend.arrivals(name, client.rate, _from(rest, visit))
    elif client.rate:
        rest = len(client.at) + sum(burst.calls for burst in client.burst)
        backend.clients.arrive_at(name, _at_rate(backend, starts, name, client), _from(rest, visit))
    for number, at in enumerate(client.at):
        backend.client(at, visit, number, kind=name)
    first = len(client.at)
    for number, burst in enumerate(client.burst):
        draws = backend.uniforms(f"burst:{name}", number)
        times = _in_burst(burst, draws if client.arrive == "poisson" else None)
        backend.clients.arrive_at(name, iter(times), _from(first, visit))
        first += burst.calls


def _from(first: int, visit: Visit) -> Visit:
    """The same for clients that are counted from ``first`` on."""
    return visit if not first else lambda ctx, number: visit(ctx, first + number)


def _at_rate(backend: Backend, starts: datetime, name: str, client: Client) -> Iterator[int]:
    """The times at which clients arrive at a rate (µs), without end."""
    times: Iterator[int]
    if client.arrive == "poisson":
        times = accumulate(backend.samples(f"arrivals:{name}", interarrival(client.rate)))
    else:
        phase = (next(backend.uniforms(f"arrivals:{name}")) >> 11) / (1 << 53)
        times = (round((n + phase) * DAY / client.rate) for n in count())
    if not client.by_hour:
        return times
    clock = starts.hour * HOUR + starts.minute * 60 * SECOND + starts.second * SECOND
    return map(Rhythm(client.by_hour, clock + starts.microsecond).time, times)


def _in_burst(burst: Burst, draws: Iterator[int] | None) -> Sequence[int]:
    """The times of a burst's calls (µs): drawn from its time, or evenly spread over it."""
    if draws is None:
        return [burst.at + burst.within * n // burst.calls for n in range(burst.calls)]
    return sorted(burst.at + scale(burst.within, next(draws)) for _ in range(burst.calls))


class Rhythm:
    """The busy and the quiet hours of a day, as a clock that runs fast when it is busy.

    On that clock clients come at an even rate; in a day it runs a day.
    """

    def __init__(self, by_hour: Sequence[float], starts: int) -> None:
        """``by_hour``: how busy each hour is; ``starts``: the time of day at the start (µs)."""
        total = sum(by_hour)
        self._hours = [round(DAY * part / total) for part in accumulate(by_hour, initial=0.0)]
        self._starts = starts
        hour, rest = divmod(starts, HOUR)
        length = self._hours[hour + 1] - self._hours[hour]
        self._begins = self._hours[hour] + rest * length // HOUR

    def time(self, at: int) -> int:
        """The time (µs since the start) when the clock shows ``at``."""
        day, rest = divmod(self._begins + at, DAY)
        hour = bisect_right(self._hours, rest) - 1
        length = self._hours[hour + 1] - self._hours[hour]
        within = (rest - self._hours[hour]) * HOUR // length
        return max(0, day * DAY + hour * HOUR + within - self._starts)
