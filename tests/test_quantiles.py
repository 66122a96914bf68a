"""Times in buckets: what is stored of them is little, and says their quantiles within a bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.quantiles import (
    BUCKETS,
    ERROR,
    bucket_of,
    buckets_of,
    counted,
    lowest_of,
    merged,
    middle_of,
    quantile,
)

TIMES = st.integers(0, 127) | st.integers(0, 10**9) | st.integers(0, (1 << 53) - 1)
LISTS = st.lists(TIMES, min_size=1, max_size=200)
SHARES = st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1.0])


def counts_of(times: list[int]) -> dict[int, int]:
    return counted(np.bincount(buckets_of(np.array(times, np.int64)), minlength=1))


@given(st.integers(0, (1 << 63) - 1))
def test_a_time_is_in_one_bucket_whose_middle_is_near(time: int) -> None:
    bucket = bucket_of(time)
    assert 0 <= bucket < BUCKETS
    assert lowest_of(bucket) <= time < lowest_of(bucket + 1)
    assert abs(middle_of(bucket) - time) <= ERROR * time


@given(st.integers(0, 127))
def test_short_times_are_kept_exactly(time: int) -> None:
    assert middle_of(bucket_of(time)) == time


def test_every_bucket_begins_where_the_one_before_ends() -> None:
    assert [bucket_of(lowest_of(bucket)) for bucket in range(BUCKETS)] == [*range(BUCKETS)]
    assert lowest_of(BUCKETS) == 1 << 63


@given(LISTS)
def test_an_array_has_the_buckets_of_its_times(times: list[int]) -> None:
    assert buckets_of(np.array(times)).tolist() == [bucket_of(time) for time in times]


def test_times_beyond_what_floats_tell_apart_count_as_the_longest() -> None:
    longest = (1 << 53) - 1
    assert buckets_of(np.array([longest + 1, 1 << 62])).tolist() == [bucket_of(longest)] * 2


@given(LISTS, SHARES)
def test_a_quantile_is_the_exact_one_but_for_the_stated_error(
    times: list[int], share: float
) -> None:
    exact = float(np.quantile(np.array(times), share, method="inverted_cdf"))
    assert abs(quantile(counts_of(times), share) - exact) <= ERROR * exact


@pytest.mark.parametrize("sigma", [0.1, 1.0, 3.0])
def test_quantiles_of_many_random_times_are_within_the_stated_error(sigma: float) -> None:
    random = np.random.default_rng(7)
    times = (random.lognormal(11, sigma, 100_000)).astype(np.int64)
    for share in (0.5, 0.95, 0.99, 0.999):
        exact = float(np.quantile(times, share, method="inverted_cdf"))
        assert quantile(counts_of(times.tolist()), share) == pytest.approx(exact, rel=ERROR)


@given(LISTS, LISTS)
def test_counts_together_are_those_of_all_times(some: list[int], others: list[int]) -> None:
    together = merged([counts_of(some), counts_of(others)])
    assert list(together.items()) == list(counts_of(some + others).items())


def test_no_times_have_no_quantile() -> None:
    assert quantile({}, 0.5) == 0
