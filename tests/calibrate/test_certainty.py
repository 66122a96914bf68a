"""What is said of settings, from points whose weights are known."""

from __future__ import annotations

import numpy as np

from sim.calibrate.certainty import independent, interval_of, pinned, ridges
from sim.calibrate.emulator import Emulator

POINTS = np.random.default_rng(1).random((4000, 3))


def test_the_interval_of_equal_weights_is_nine_tenths_of_the_range() -> None:
    low, high = interval_of(POINTS[:, 0], np.ones(4000))
    assert abs(low - 0.05) < 0.02
    assert abs(high - 0.95) < 0.02
    assert pinned(low, high, 0.5) == "open"


def test_weights_narrow_an_interval() -> None:
    weights = np.exp(-0.5 * ((POINTS[:, 0] - 0.3) / 0.02) ** 2)
    low, high = interval_of(POINTS[:, 0], weights)
    assert 0.25 < low < 0.3 < high < 0.35
    assert pinned(low, high, 0.3) == "pinned down"


def test_a_best_run_outside_the_interval_settles_nothing() -> None:
    assert pinned(0.3, 0.32, 0.3) == "pinned down"
    assert pinned(0.3, 0.32, 0.32) == "pinned down"
    assert pinned(0.3, 0.32, 0.29) == "not settled"
    assert pinned(0.1, 0.95, 0.96) == "not settled"


def test_a_sum_that_is_fixed_is_a_ridge_of_two_settings_only() -> None:
    weights = np.exp(-0.5 * ((POINTS[:, 0] + POINTS[:, 1] - 1) / 0.05) ** 2)
    ((one, other, correlation),) = ridges(POINTS, weights)
    assert (one, other) == (0, 1)
    assert correlation < -0.9


def test_figures_that_say_the_same_count_once() -> None:
    moves = np.array([[-5.0, -10.0, 0.01], [0, 0, 0], [5, 10, -0.01]])
    assert independent(moves) == 1
    assert independent(np.eye(3) * 9) == 3
    assert independent(np.empty((0, 3))) == 0


def test_a_surface_goes_through_what_it_has_seen_and_says_how_far_off_it_may_be() -> None:
    points = POINTS[:60, :2]
    values = np.exp(points[:, 0] + 2 * points[:, 1])
    surface = Emulator(points, values)
    new = POINTS[100:200, :2]
    truth = np.exp(new[:, 0] + 2 * new[:, 1])
    found = surface(new)
    assert np.median(np.abs(found / truth - 1)) < 0.02
    assert np.all(surface.error(found) > 0)


def test_runs_that_have_no_figure_say_nothing() -> None:
    points = np.linspace(0, 1, 9)[:, None]
    values = np.append(1 + points[:-1, 0], np.nan)
    assert abs(Emulator(points, values)(np.array([[0.5]]))[0] - 1.5) < 0.01
