"""When clients come: what calls by minute say of it, and what chance alone does not."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from sim.calibrate.rhythm import Rhythm, rhythm_of
from sim.scenario import DAY, HOUR, MINUTE

MIDNIGHT = 20_000 * DAY


def at_random(per_hour: list[float], since: int, until: int) -> Counter[int]:
    """Calls that come at random, each hour of the day with its mean."""
    luck, calls = Random(3), Counter[int]()
    for minute in range(since // MINUTE, until // MINUTE):
        left = luck.expovariate(1.0)
        mean = per_hour[minute // 60 % 24] / 60
        while left < mean:
            calls[minute] += 1
            left += luck.expovariate(1.0)
    return calls


def test_busy_hours_are_found_with_the_mean_of_a_day() -> None:
    busy = [60.0] * 12 + [600.0] * 12
    until = MIDNIGHT + 2 * DAY
    found = rhythm_of(at_random(busy, MIDNIGHT, until), MIDNIGHT, until)
    assert found.by_hour == pytest.approx(busy, rel=0.35)
    assert found.per_day == pytest.approx(sum(busy), rel=0.03)
    assert (found.unseen, found.even, found.in_bursts) == ((), False, False)


def test_hours_that_differ_by_chance_have_no_rhythm() -> None:
    until = MIDNIGHT + DAY
    found = rhythm_of(at_random([100.0] * 24, MIDNIGHT, until), MIDNIGHT, until)
    assert found.by_hour == ()
    assert found.per_day == pytest.approx(2400, rel=0.05)


def test_hours_that_are_not_in_the_log_have_the_mean_of_the_others() -> None:
    calls = Counter({(MIDNIGHT + hour * HOUR) // MINUTE: 100 * (hour + 1) for hour in range(2)})
    found = rhythm_of(calls, MIDNIGHT, MIDNIGHT + 2 * HOUR + 10 * MINUTE)
    assert found.by_hour[:3] == (100.0, 200.0, 150.0)
    assert found.unseen == tuple(range(2, 24))
    assert found.per_day == 24 * 150


def test_half_an_hour_counts_for_its_half() -> None:
    calls = Counter({MIDNIGHT // MINUTE: 100, (MIDNIGHT + HOUR) // MINUTE: 200})
    found = rhythm_of(calls, MIDNIGHT, MIDNIGHT + HOUR + HOUR // 2)
    assert found.by_hour[:2] == (100.0, 400.0)


def test_equal_intervals_and_bursts_are_told_from_chance() -> None:
    until = MIDNIGHT + 2 * HOUR
    minutes = range(MIDNIGHT // MINUTE, until // MINUTE)
    assert rhythm_of(dict.fromkeys(minutes, 4), MIDNIGHT, until).even
    bursts = {minute: 60 for minute in minutes if minute % 15 == 0}
    assert rhythm_of(bursts, MIDNIGHT, until).in_bursts


def test_too_little_says_nothing() -> None:
    assert rhythm_of({}, MIDNIGHT, MIDNIGHT + DAY) == Rhythm(0.0)
    few = {MIDNIGHT // MINUTE: 9}
    assert rhythm_of(few, MIDNIGHT, MIDNIGHT + 2 * HOUR).by_hour == ()
    assert not rhythm_of(few, MIDNIGHT, MIDNIGHT + 2 * HOUR).even
