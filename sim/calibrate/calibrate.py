"""`calibrate`: find the settings that meet stated figures, and say how sure they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.claims import Claims, load_claims
from sim.experiments import (
    Axis,
    Done,
    Range,
    RunJob,
    Runner,
    Store,
    axes_of,
    with_settings,
)
from sim.scenario import (
    Given,
    Scenario,
    as_scenario,
    fault,
    format_duration,
    parse_duration,
)

from .certainty import independent, interval_of, pinned, ridges
from .emulator import Points, Values
from .figures import Target, targets
from .result import Calibration, Fitted, Knob, Ridge
from .search import Search, sample, snapped

RUNS_OF_A_KNOB = 24
"""Points that are run for each setting, by default."""
JUDGED = 5
"""Seeds at least under which the best settings are judged."""
UNMOVED = 0.1
"""A figure that moves by less than this share of its tolerance says nothing about the settings."""
_LAST = float(np.nextafter(1.0, 0.0))
"""The share of the way at which the last value of an axis is."""


def calibrate(
    scenario: Given,
    claims: Claims | str | Path,
    vary: Mapping[str, Any] | Sequence[Axis | Range],
    *,
    held_out: Sequence[str] = (),
    points: int | None = None,
    replications: int = 1,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    done: Done | None = None,
) -> Calibration:
    """Find settings within their ranges that meet the measures of a claims file.

    ``vary``: path → its plausible range, as `sweep` takes it; a list of values stands for an order
    of them. ``held_out``: claims, ``*`` for any text, that only judge the result. ``points``:
    combinations of settings to run, by default 24 for each setting. Each runs under
    ``replications`` seeds, the same for all.

    A figure is met within its tolerance, which counts as one standard deviation; the error of the
    surface between the runs is added. Raises `ScenarioError` before anything runs if a setting or a
    claim is wrong, or if there are fewer figures to meet than settings to find.
    """
    scenario = as_scenario(scenario).without_imports()
    axes = axes_of(vary)
    stated = claims if isinstance(claims, Claims) else load_claims(claims)
    aims = targets(stated, scenario, held_out)
    _check_numbers(scenario, axes, aims)
    for axis in axes:  # the ends say whether the path and the values are right
        for share in (0.0, _LAST):
            with_settings(scenario, {axis.path: axis.at(share)})
    number = points or RUNS_OF_A_KNOB * len(axes)
    seeds = list(range(scenario.seed, scenario.seed + replications))
    judged_under = list(range(scenario.seed, scenario.seed + max(JUDGED, replications)))
    with Runner(store=store, workers=workers, cluster=cluster, done=done) as runner:

        def run(shares: Points) -> Values:
            jobs = [
                RunJob(with_settings(scenario, _settings(axes, row)), seed)
                for row in shares for seed in seeds
            ]  # fmt: skip
            read = [[aim.read(result) for aim in aims] for result in runner.results(jobs)]
            by_seed = np.array(read).reshape(len(shares), len(seeds), len(aims))
            means: Values = by_seed.mean(axis=1)
            return means

        search = Search(aims, axes, scenario.seed, run)
        search.explore(number)
        best = search.points[search.best()]
        settings = _settings(axes, best)
        chosen = with_settings(scenario, settings)
        results = runner.results([RunJob(chosen, seed) for seed in judged_under])
    everywhere = snapped(axes, sample(len(axes), scenario.seed))
    weights = search.likelihoods(everywhere)
    fitted = [aim for aim in aims if aim.fitted]
    return Calibration(
        scenario=scenario.name,
        hash=scenario.hash,
        runs=len(search.points) * len(seeds) + len(judged_under) - len(seeds),
        seeds=seeds,
        judged_under=judged_under,
        settings=settings,
        misfit=float(search.misfits(search.values)[search.best()]),
        independent=independent(search.spread()),
        unmoved=[
            aim.name
            for aim, most in zip(fitted, np.abs(search.spread()).max(axis=0), strict=True)
            if most < UNMOVED
        ],
        knobs=[
            _knob(axis, float(best[place]), everywhere[:, place], weights)
            for place, axis in enumerate(axes)
        ],
        ridges=[
            Ridge(axes[one].path, axes[other].path, correlation)
            for one, other, correlation in ridges(everywhere, weights)
        ],
        figures=[Fitted(aim.name, aim.fitted, aim.judge(chosen, results)) for aim in aims],
    )


def _check_numbers(
    scenario: Scenario, axes: Sequence[Axis | Range], aims: Sequence[Target]
) -> None:
    if not axes:
        raise fault(scenario.name, "a calibration varies at least one setting")
    fitted = sum(aim.fitted for aim in aims)
    if fitted < len(axes):
        figures = f"{fitted} figure{'s' if fitted != 1 else ''}"
        raise fault(
            f"--vary {axes[-1].path}",
            f"{len(axes)} settings and {figures} to meet: expected no more settings than figures "
            f"of {scenario.name} that are not held out",
        )


def _settings(axes: Sequence[Axis | Range], shares: Values) -> dict[str, Any]:
    return {axis.path: value_at(axis, float(share))
            for axis, share in zip(axes, shares, strict=True)}  # fmt: skip


def value_at(axis: Axis | Range, share: float) -> Any:
    """The value at a share of the way, in steps of less than a thousandth of the range."""
    value = axis.at(share)
    if not isinstance(axis, Range) or axis.kind == "count":
        return value
    digits = 4 - math.ceil(math.log10(axis.high - axis.low))
    if axis.kind == "number":
        return round(value, max(0, digits))
    return format_duration(round(parse_duration(value), min(0, digits)))


def _knob(axis: Axis | Range, best: float, column: Values, weights: Values) -> Knob:
    low, high = interval_of(column, weights)
    ends = [value_at(axis, 0.0), value_at(axis, _LAST)]
    return Knob(
        path=axis.path,
        least=ends[0],
        most=ends[1],
        best=value_at(axis, best),
        low=value_at(axis, low),
        high=value_at(axis, high),
        pinned=pinned(low, high, best),
        at_an_end=min(best, 1 - best) < 0.03 or value_at(axis, best) in ends,
    )
