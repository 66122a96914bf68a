"""Draws: pure, equal one by one and in blocks, and of the distribution they name."""

from __future__ import annotations

from itertools import islice, pairwise
from statistics import NormalDist, fmean
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.draws import (
    advance,
    draw,
    draw_block,
    exponential,
    first_draws,
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
from sim.scenario.distribution import LONGEST, WIDEST, parse_distribution

u64 = st.integers(0, 2**64 - 1)
MEASURED = {"p50": "20ms", "p95": "200ms", "p99": "1s"}
SHAPES = ["7ms", "3ms..15ms", {"mean": "10ms"}, {"p50": "60ms", "p99": "120ms"}, MEASURED]


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


def test_measured_quantiles_are_met_and_go_on_as_they_came() -> None:
    distribution = Distribution.model_validate(parse_distribution(MEASURED))
    table = quantile_table(distribution)
    for share, at in ((0.5, 20_000), (0.95, 200_000), (0.99, 1_000_000)):
        assert sample_table(table, int(share * 2**64)) == pytest.approx(at, rel=0.001)
    # Below the median the slope of p50 to p95: p5 is as far below it as p95 is above.
    assert sample_table(table, int(0.05 * 2**64)) == pytest.approx(2_000, rel=0.001)
    # Beyond p99 that of p95 to p99: 3.42 per unit of the normal quantile, 0.764 units to p99.9.
    assert sample_table(table, int(0.999 * 2**64)) == pytest.approx(6_080_000, rel=0.02)


def test_two_measured_quantiles_are_the_log_normal_through_them() -> None:
    spelt = Distribution.model_validate(parse_distribution({"p50": "60ms", "p99": "120ms"}))
    points = ((50.0, 60_000), (99.0, 120_000))
    measured = Distribution(shape="quantiles", low=60_000, high=120_000, points=points)
    pairs = zip(quantile_table(spelt), quantile_table(measured), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 1


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


@given(limit=st.integers(0, 2**60), u=u64)
def test_scaled_draws_are_a_share_of_their_limit_and_stay_below_it(limit: int, u: int) -> None:
    assert scale(limit, u) == limit * (u >> 32) >> 32
    assert 0 <= scale(limit, u) <= max(0, limit - 1)


@settings(max_examples=30)
@given(
    low=st.integers(1, LONGEST), ratio=st.floats(1, WIDEST),
    shape=st.sampled_from(["uniform", "exponential", "lognormal"]),
)  # fmt: skip
def test_no_latency_that_a_scenario_may_have_leaves_64_bits(
    low: int, ratio: float, shape: Literal["uniform", "exponential", "lognormal"]
) -> None:
    high = max(low, min(LONGEST, int(low * ratio)))
    table = quantile_table(Distribution(shape=shape, low=low, high=high))
    steps = (above - below for below, above in pairwise(table))
    assert 0 <= max(steps) << 20 < 1 << 63


def test_draws_of_many_entities_are_those_of_each() -> None:
    entities = np.array([0, 1, 7, 10**9, -3], np.int64)
    each = [draw(stream_key(5, "world.row", int(entity)), 0) for entity in entities]
    assert first_draws(5, "world.row", entities).tolist() == each


@given(seed=u64, count=st.integers(1, 20))
def test_a_stream_can_be_drawn_one_by_one(seed: int, count: int) -> None:
    state = key = stream_key(seed, "x")
    for occurrence in range(count):
        state = advance(state)
        assert mix(state) == draw(key, occurrence)


@given(share=st.floats(0, 1), u=u64)
def test_a_threshold_is_met_never_at_zero_and_always_at_one(share: float, u: int) -> None:
    assert not u < threshold(0)
    assert u < threshold(1)
    assert 0 <= threshold(share) <= 2**64


@given(a=u64, b=u64)
def test_the_mixer_is_a_bijection(a: int, b: int) -> None:
    assert (mix(a) == mix(b)) == (a == b)


def test_streams_are_the_same_in_every_release() -> None:
    """Worked out by hand with SplitMix64's finalizer: a changed key changes every result."""
    gamma, mask = 0x9E3779B97F4A7C15, 2**64 - 1
    key = mix((5 + gamma) & mask)
    for byte in b"ab":
        key = mix(((key ^ byte) + gamma) & mask)
    assert stream_key(5, "ab", 9) == mix(((key ^ 9) + gamma) & mask)
    assert stream_key(5, "ab") == stream_key(5, "ab", 0) == mix((key + gamma) & mask)
    assert stream_key(5, "ab", -1) == mix(((key ^ mask) + gamma) & mask)


@pytest.mark.parametrize(
    ("shape", "law"),
    [
        ("3ms..15ms", stats.uniform(3000, 12000)),
        ({"mean": "10s"}, stats.expon(scale=10e6)),
        (
            {"p50": "60s", "p99": "120s"},
            stats.lognorm(np.log(2) / NormalDist().inv_cdf(0.99), scale=60e6),
        ),
    ],
)
def test_a_table_holds_the_laws_quantiles_and_its_mean(
    shape: object, law: stats.rv_continuous
) -> None:
    table = quantile_table(Distribution.model_validate(parse_distribution(shape)))
    cells = len(table) - 1
    assert cells == 4096
    for knot in (0, 1, 2, cells // 2, cells - 1):
        assert table[knot] == pytest.approx(law.ppf(knot / cells), abs=1)
    mean = (sum(table) - table[0] / 2 - table[-1] / 2) / cells
    assert mean == pytest.approx(law.mean(), rel=1e-7, abs=1)


def test_a_constant_is_the_same_at_every_draw() -> None:
    table = quantile_table(Distribution.model_validate(parse_distribution("7ms")))
    assert set(table) == {7000}
    assert len(table) == 4097


@given(u=u64)
def test_a_sample_lies_on_the_line_between_two_knots(u: int) -> None:
    table = [knot * knot * 1000 for knot in range(4097)]
    cell, fraction = u >> 52, (u >> 32) % 2**20
    rise = (table[cell + 1] - table[cell]) * fraction // 2**20
    assert sample_table(table, u) == table[cell] + rise


def test_exponential_draws_come_from_the_top_53_bits() -> None:
    assert exponential(2**64 - 1) == 0
    assert exponential(0) == pytest.approx(53 * np.log(2), rel=1e-12)
    assert exponential(2**63 - 1) == pytest.approx(np.log(2), rel=1e-12)
    assert exponential(2**11 - 1) == exponential(0)
    assert exponential(2**11) == pytest.approx(52 * np.log(2), rel=1e-12)


def test_a_threshold_is_the_share_of_all_draws() -> None:
    assert [threshold(share) for share in (0, 0.25, 1)] == [0, 2**62, 2**64]
