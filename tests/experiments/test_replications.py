"""Replications: intervals that hold what they promise, differences paired by seed."""

from __future__ import annotations

import json
import math
from statistics import variance

import numpy as np
import pytest
import scipy.stats

from sim import simulate
from sim.experiments import compare_replications, replications
from sim.intervals import interval
from sim.scenario import load_scenario

SMALL = load_scenario("scenarios/fixed.yaml", horizon="10m")


@pytest.mark.parametrize("number", [2, 5, 20])
def test_an_interval_covers_the_truth_as_often_as_it_says(number: int) -> None:
    """Of 4,000 experiments with a known mean, 95% within what chance allows (1 in 10^4)."""
    samples = np.random.default_rng(7).normal(3.0, 2.0, size=(4000, number))
    covered = 0
    for sample in samples.tolist():
        mean, half_width = interval(sample)
        covered += abs(mean - 3.0) <= half_width
    low, high = scipy.stats.binom.interval(0.9999, 4000, 0.95)
    assert low <= covered <= high


def test_a_replication_is_a_run_under_its_seed() -> None:
    done = replications(SMALL, 3)
    assert done.seeds == [1, 2, 3]
    calls = next(each for each in done.estimates() if each.name == "function calls per day")
    assert calls.values == [simulate(SMALL, seed=seed).calls.per_day for seed in (1, 2, 3)]
    assert calls.mean == pytest.approx(sum(calls.values) / 3)
    half_width = scipy.stats.t.ppf(0.975, 2) * scipy.stats.sem(calls.values)
    assert calls.half_width == pytest.approx(half_width)


def test_one_replication_says_nothing_of_the_spread() -> None:
    done = replications(SMALL, 1)
    assert all(math.isinf(each.half_width) for each in done.estimates())
    assert json.loads(done.to_json())["metrics"][0]["half_width"] is None


def test_seeds_are_added_until_the_precision_is_reached_or_given_up() -> None:
    loose = replications(SMALL, precision=0.9, most=40)
    assert 5 <= len(loose.results) < 40
    assert loose.too_wide() == []
    assert all(each.precision <= 0.9 for each in loose.estimates())
    widest = max(each.precision for each in replications(SMALL, 5).estimates())
    tight = replications(SMALL, precision=widest * (5 / 9) ** 0.5, most=6)
    assert len(tight.results) == 6
    assert tight.too_wide()


def test_a_precision_far_out_of_reach_is_given_up_at_the_first_look() -> None:
    hopeless = replications(SMALL, precision=1e-6, most=40)
    assert len(hopeless.results) == 5
    widest = hopeless.too_wide()[0]
    assert hopeless.needed(widest) == pytest.approx(5 * (widest.precision / 1e-6) ** 2)
    assert all(each.precision <= widest.precision for each in hopeless.estimates())


def test_a_precision_is_judged_by_the_metrics_that_are_named() -> None:
    done = replications(SMALL, precision=0.05, metrics=("calls", "outcomes.shows"), most=40)
    assert done.too_wide() == []
    rare = [each.name for each in done.estimates() if each.precision > 0.05]
    assert rare, "the others may be wider"


def test_differences_are_paired_by_seed_and_tell_the_variance_that_saves() -> None:
    larger = SMALL.with_(name="larger", **{"app.refresh.limit": 40})
    paired = compare_replications([SMALL, larger], 4)
    first, second = paired.runs
    changes = {each.name: each for each in first.differences(second)}
    ours = [result.calls.per_day for result in first.results]
    theirs = [result.calls.per_day for result in second.results]
    pairs = [b - a for a, b in zip(ours, theirs, strict=True)]
    calls = changes["function calls per day"]
    assert calls.mean == pytest.approx(sum(pairs) / 4)
    assert calls.half_width == pytest.approx(scipy.stats.t.ppf(0.975, 3) * scipy.stats.sem(pairs))
    saved = 1 - variance(pairs) / (variance(ours) + variance(theirs))
    assert calls.variance_saved == pytest.approx(saved)
    assert saved > 0.5  # the two configurations live in the same world
    assert json.loads(paired.to_json())["schema"] == "sim.paired/1"


def test_runs_under_other_seeds_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="same seeds"):
        replications(SMALL, 2).differences(replications(SMALL.with_(seed=5), 2))
