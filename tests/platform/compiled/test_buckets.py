"""Compiled code finds the buckets that Python finds, for times of every length."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.quantiles import BUCKETS, bucket_of, lowest_of

numba = pytest.importorskip("numba")


@pytest.fixture(scope="module")
def compiled() -> object:
    import_module("sim.platform.compiled.times")  # it tells Numba what it needs
    return numba.njit("int64(int64)")(lambda time: bucket_of(time))


@given(st.integers(0, 62).flatmap(lambda bits: st.integers(0, 1 << bits)))
def test_any_time_has_the_same_bucket(compiled: object, time: int) -> None:
    assert callable(compiled)
    assert compiled(time) == bucket_of(time)


def test_every_bucket_begins_at_the_same_time(compiled: object) -> None:
    assert callable(compiled)
    for bucket in range(1, BUCKETS):
        first = lowest_of(bucket)
        assert (compiled(first - 1), compiled(first)) == (bucket - 1, bucket)
