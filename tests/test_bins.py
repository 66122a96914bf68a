"""What is read from a series of time bins."""

from __future__ import annotations

import pytest

from sim.bins import bins_in_bursts, bursts, busiest, summed, while_draining


@pytest.mark.parametrize(
    ("calls", "number", "width"),
    [([], 0, 0), ([0, 0], 0, 0), ([5, 5, 5], 1, 3), ([100, 40, 9, 3, 80, 10, 2], 2, 4),
     ([1, 100, 1], 1, 1)],
)  # fmt: skip
def test_a_burst_is_a_stretch_of_bins_that_are_not_quiet(
    calls: list[int], number: int, width: int
) -> None:
    assert (bursts(calls), bins_in_bursts(calls)) == (number, width)
    assert busiest(calls) == max(calls, default=0)


def test_a_queue_drains_while_fewer_jobs_wait_at_the_end_of_a_bin() -> None:
    calls, backlog = [900, 300, 310, 50, 800], [10, 7, 2, 0, 9]
    assert while_draining(calls, backlog) == 305
    assert while_draining(calls, [0] * 5) == 0


def test_series_add_up_bin_by_bin() -> None:
    assert summed([[1, 2], [30, 40]]) == [31, 42]
