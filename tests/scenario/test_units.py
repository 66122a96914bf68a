"""Units: what is accepted, what is refused, and that spelling and reading agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import Distribution, format_duration
from sim.scenario.distribution import format_distribution, parse_distribution
from sim.scenario.units import (
    MAX_COUNT,
    MAX_DURATION,
    format_rate,
    parse_count,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
)


@given(st.integers(0, MAX_DURATION))
def test_a_duration_reads_back_as_it_is_spelt(microseconds: int) -> None:
    assert parse_duration(format_duration(microseconds)) == microseconds


@given(st.floats(0, 9e18, allow_nan=False))
def test_a_rate_reads_back_as_it_is_spelt(per_day: float) -> None:
    assert parse_rate(format_rate(per_day)) == per_day


@given(
    shape=st.sampled_from(["constant", "uniform", "exponential", "lognormal"]),
    low=st.integers(1, 10**9), more=st.integers(1, 10**9),
)  # fmt: skip
def test_a_latency_reads_back_as_it_is_spelt(shape: str, low: int, more: int) -> None:
    high = low + more if shape in ("uniform", "lognormal") else low
    latency = Distribution.model_validate({"shape": shape, "low": low, "high": high})
    spelt = format_distribution(latency)
    assert Distribution.model_validate(parse_distribution(spelt)) == latency


@given(st.lists(st.integers(1, 999), min_size=2, max_size=6, unique=True).map(sorted))
def test_measured_quantiles_read_back_as_they_are_spelt(tenths: list[int]) -> None:
    spelt = {f"p{share / 10:g}": f"{100 + n}us" for n, share in enumerate(tenths)}
    if set(spelt) != {"p50", "p99"}:  # that is the log-normal
        latency = Distribution.model_validate(parse_distribution(spelt))
        assert latency.shape == "quantiles"
        assert format_distribution(latency) == spelt


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_duration, "350ms", 350_000),
        (parse_duration, "1h30m", 5_400_000_000),
        (parse_duration, "7d", 604_800_000_000),
        (parse_duration, "0", 0),
        (parse_rate, "4M/day", 4e6),
        (parse_rate, "27/s", 27 * 86_400),
        (parse_rate, "500/h", 12_000),
        (parse_rate, 0, 0),
        (parse_count, "10k", 10_000),
        (parse_count, "1_000_000", 1_000_000),
        (parse_count, 60.0, 60),
        (parse_count, "2.01k", 2010),
        (parse_count, MAX_COUNT, MAX_COUNT),
        (parse_size, "512MiB", 512 * 2**20),
        (parse_size, "2kB", 2000),
        (parse_size, "2KB", 2000),
        (parse_size, "3MB", 3 * 10**6),
        (parse_size, "1.5GB", 1_500_000_000),
        (parse_size, "2TB", 2 * 10**12),
        (parse_size, "7B", 7),
        (parse_size, "1KiB", 1024),
        (parse_size, "1GiB", 2**30),
        (parse_size, "2TiB", 2 * 2**40),
        (parse_count, "2T", 2 * 10**12),
        (parse_rate, "1T/day", 1e12),
        (parse_share, "2%", 0.02),
    ],
)
def test_units_are_read(parse: Callable[[object], object], text: object, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_duration, 10), (parse_duration, "10"), (parse_duration, "-1s"),
        (parse_duration, True), (parse_duration, None), (parse_duration, "1e400s"),
        (parse_rate, 4_000_000), (parse_rate, "4M"), (parse_rate, "4M/fortnight"),
        (parse_rate, "1e999/day"), (parse_rate, float("nan")),
        (parse_count, "1.5"), (parse_count, -1), (parse_count, True),
        (parse_duration, "1h!!5m"), (parse_duration, "1mm"), (parse_duration, "36526d"),
        (parse_count, MAX_COUNT + 1), (parse_count, "1e30"), (parse_rate, "9e18/s"),
        (parse_size, 512), (parse_size, "512"), (parse_size, -1), (parse_size, "2T"),
        (parse_size, "2PB"), (parse_size, "10000000TB"),
        (parse_share, 1.5), (parse_share, True),
        (parse_share, float("nan")),
    ],
)  # fmt: skip
def test_what_has_no_unit_or_no_sense_is_refused(
    parse: Callable[[object], object], text: object
) -> None:
    with pytest.raises(ValueError, match=r"expected|negative|too large|longer than"):
        parse(text)
