"""Draws: pure, equal one by one and in blocks, and of the distribution they name."""

from __future__ import annotations

from itertools import islice
from statistics import NormalDist, fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.draws import (
    draw,
    draw_block,
    mix,
    quantile_table,
    sample_table,
    samples,
    scale,
    stream_key,
    threshold,
    uniforms,
)
from sim.scenario import Distribution
from sim.scenario.distribution import parse_distribution

u64 = st.integers(0, 2**64 - 1)
SHAPES = ["7ms", "3ms..15ms", {"mean": "10ms"}, {"p50": "60ms", "p99": "120ms"}]


def test_the_mixer_is_splitmix64() -> None:
    """Reference outputs of SplitMix64 seeded with 1234567 (as published with xoshiro)."""
    expected = [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip
    assert [draw(1234567, n) for n in range(5)] == expected


@given(key=u64, first=st.integers(0, 10**9), count=st.integers(1, 50))
def test_a_block_equals_its_draws_one_by_one(key: int, first: int, count: int) -> None:
    block = draw_block(key, first, count).tolist()
    assert block == [draw(key, first + n) for n in range(count)]


@pytest.mark.parametrize("shape", SHAPES)
def test_samples_in_blocks_equal_samples_one_by_one(shape: object) -> None:
    distribution = Distribution.model_validate(parse_distribution(shape))
    table, key = quantile_table(distribution), stream_key(3, "x")
    streamed = list(islice(samples(key, distribution), 5000))
    assert streamed == [sample_table(table, draw(key, n)) for n in range(5000)]
    assert list(islice(uniforms(key), 5000)) == [draw(key, n) for n in range(5000)]


@pytest.mark.parametrize(
    ("shape", "law"),
    [
        ("3ms..15ms", stats.uniform(3000, 12000)),
        ({"mean": "10ms"}, stats.expon(scale=10_000)),
        (
            {"p50": "60ms", "p99": "120ms"},
            stats.lognorm(np.log(2) / NormalDist().inv_cdf(0.99), scale=60_000),
        ),
    ],
)
def test_samples_follow_the_law_they_name(shape: object, law: stats.rv_continuous) -> None:
    distribution = Distribution.model_validate(parse_distribution(shape))
    drawn = list(islice(samples(stream_key(1, "law"), distribution), 40_000))
    assert stats.kstest(drawn, law.cdf).pvalue > 0.001
    assert fmean(drawn) == pytest.approx(law.mean(), rel=0.02)
    table = quantile_table(distribution)
    mean_of_table = (sum(table) - table[0] / 2 - table[-1] / 2) / (len(table) - 1)
    assert mean_of_table == pytest.approx(law.mean(), rel=1e-3)


def test_streams_of_different_names_are_uncorrelated() -> None:
    names = [("a", 0), ("a", 1), ("b", 0)]
    columns = [draw_block(stream_key(1, purpose, n), 0, 20_000) / 2**64 for purpose, n in names]
    columns.append(draw_block(stream_key(2, "a", 0), 0, 20_000) / 2**64)
    correlations = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlations).max() < 0.03


@given(limit=st.integers(0, 2**32), u=u64)
def test_scaled_draws_stay_below_their_limit(limit: int, u: int) -> None:
    assert 0 <= scale(limit, u) <= max(0, limit - 1)


@given(share=st.floats(0, 1), u=u64)
def test_a_threshold_is_met_never_at_zero_and_always_at_one(share: float, u: int) -> None:
    assert not u < threshold(0)
    assert u < threshold(1)
    assert 0 <= threshold(share) <= 2**64


@given(a=u64, b=u64)
def test_the_mixer_is_a_bijection(a: int, b: int) -> None:
    assert (mix(a) == mix(b)) == (a == b)
