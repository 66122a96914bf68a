"""The runs of an ablation, reduced to numbers as they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from sim.budgets import Statistic, judge, value_of
from sim.draws import mix
from sim.lines import line
from sim.result import Result
from sim.scenario import Budget

from ..runs import RunJob, Runner
from .changes import Switches
from .shapley import Worth

_AT_ONCE = 256
"""Combinations whose results are in memory at the same time."""


class CombinationTable:
    """By combination of changes: metrics (rows) under seeds (columns), and the budgets' metrics."""

    def __init__(
        self, switches: Switches, seeds: Sequence[int], metrics: Sequence[str],
        budgets: Mapping[str, Budget], statistic: Statistic, runner: Runner,
    ) -> None:  # fmt: skip
        self.worth: dict[int, Worth] = {}
        self._judged: dict[int, Worth] = {}
        self._broken: dict[int, tuple[str, ...]] = {}
        self._switches = switches
        self._seeds = seeds
        self._lines = [line(name) for name in metrics]
        self._budgets = budgets
        self._statistic = statistic
        self._runner = runner

    def run(self, combinations: Iterable[int]) -> None:
        """Run those that have not been run yet."""
        wanted = [each for each in dict.fromkeys(combinations) if each not in self.worth]
        # In random order, so that the runs that are done are representative of those that are left.
        wanted.sort(key=mix)
        for first in range(0, len(wanted), _AT_ONCE):
            chunk = wanted[first : first + _AT_ONCE]
            scenarios = [self._switches.scenario(each) for each in chunk]
            jobs = [RunJob(scenario, seed) for scenario in scenarios for seed in self._seeds]
            results = iter(self._runner.results(jobs))
            for each in chunk:
                self._take(each, [next(results) for _ in self._seeds])

    def broken(self, combination: int) -> tuple[str, ...]:
        """The budgets that a combination breaks."""
        if combination not in self._broken:
            values = dict(zip(self._budgets, self._judged[combination].tolist(), strict=True))
            checks = judge(self._budgets, values, {}, self._statistic)
            failed = [each for each in checks if each.verdict == "fail"]
            self._broken[combination] = tuple(dict.fromkeys(each.budget for each in failed))
        return self._broken[combination]

    def _take(self, combination: int, results: Sequence[Result]) -> None:
        self.worth[combination] = np.array(
            [[each.value(result) for result in results] for each in self._lines]
        )
        self._judged[combination] = np.array(
            [[value_of(budget, result) for result in results] for budget in self._budgets.values()]
        )
