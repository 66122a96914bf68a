"""When clients come, as a log says: how busy each hour of the day is, at random or evenly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.scenario import DAY, HOUR, MINUTE

HOURS = 24
_SEEN = HOUR // 2
"""An hour of the day is measured if the log holds at least this much of it."""
_FEWEST_A_HOUR = 5
"""Calls that each measured hour should have on average: with fewer, all is chance."""
_BEYOND_CHANCE = 3.0
"""Standard deviations of what chance does."""
_MINUTES = 60
_A_MINUTE = 2
"""Minutes, and calls in each on average, from which on it shows whether calls come evenly."""
_EVEN, _BURSTS = 0.5, 3.0
"""Variance over mean of the calls in a minute, which is 1 at random: below and above."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the calls of one kind are spread over the time that is measured."""

    per_day: float
    """Calls on a day, if every hour is as busy as it was measured."""
    by_hour: tuple[float, ...] = ()
    """Calls in each hour of the day; empty if they do not differ by more than chance."""
    unseen: tuple[int, ...] = ()
    """Hours that `by_hour` has the mean for: the log does not hold enough of them."""
    even: bool = False
    """Whether they come in more equal intervals than they would at random."""
    in_bursts: bool = False
    """Whether they come much less evenly than at random."""


def rhythm_of(minutes: Mapping[int, int], since: int, until: int) -> Rhythm:
    """The rhythm of calls: ``minutes`` since 1970 → how many; of a time (µs since 1970)."""
    seen = _seen(since, until)
    calls = [0] * HOURS
    for minute, number in minutes.items():
        calls[minute * MINUTE % DAY // HOUR] += number
    mean = sum(calls) / max(1, until - since)
    hours = [hour for hour in range(HOURS) if seen[hour] >= _SEEN]
    differ = _differ([calls[hour] for hour in hours], [mean * seen[hour] for hour in hours])
    if differ:
        usual = HOUR * sum(calls[hour] for hour in hours) / sum(seen[hour] for hour in hours)
        by_hour = tuple(
            HOUR * calls[hour] / seen[hour] if hour in hours else usual for hour in range(HOURS)
        )
        unseen = tuple(hour for hour in range(HOURS) if hour not in hours)
        per_day = sum(by_hour)
    else:
        by_hour, unseen, per_day = (), (), mean * DAY
    spread = _spread(minutes, since, until)
    return Rhythm(per_day, by_hour, unseen, spread < _EVEN, spread > _BURSTS)


def _seen(since: int, until: int) -> list[int]:
    """How much of each hour of the day lies in a time (µs)."""
    seen = [0] * HOURS
    at = since
    while at < until:
        end = min(until, (at // HOUR + 1) * HOUR)
        seen[at % DAY // HOUR] += end - at
        at = end
    return seen


def _differ(calls: Sequence[int], expected: Sequence[float]) -> bool:
    """Whether hours differ by more than chance, by the chi-squared statistic of even calls."""
    freedom = len(calls) - 1
    if freedom < 1 or sum(calls) < _FEWEST_A_HOUR * len(calls):
        return False
    apart = sum((each - right) ** 2 / right for each, right in zip(calls, expected, strict=True))
    return apart > freedom + _BEYOND_CHANCE * math.sqrt(2 * freedom)


def _spread(minutes: Mapping[int, int], since: int, until: int) -> float:
    """Variance over mean of the calls of a minute, within hours; 1 if too little is known."""
    first, last = -(-since // MINUTE), until // MINUTE
    number = last - first
    calls = [minutes.get(minute, 0) for minute in range(first, last)]
    if number < _MINUTES or sum(calls) < _A_MINUTE * number:
        return 1.0
    spreads = []
    for place in range(0, number - _MINUTES + 1, _MINUTES):
        hour = calls[place : place + _MINUTES]
        mean = sum(hour) / _MINUTES
        if mean >= _A_MINUTE:
            spreads.append(sum((each - mean) ** 2 for each in hour) / (_MINUTES - 1) / mean)
    return sum(spreads) / len(spreads) if spreads else 1.0
