"""How far a setting can go before a budget breaks, for every combination of other settings."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sim.budgets import judge, surely_broken, value_of
from sim.json_text import json_text
from sim.result import Result
from sim.scenario import Scenario, as_scenario, fault
from sim.simulation import check_names

from .runs import Done, RunJob, Runner, Store
from .sweeps import Axis, Range, axes_of, grid, with_settings

FIRST_SEEDS = 3
"""Replications before a value is judged. More are added only if the verdict is unclear."""
SCANNED = 5
"""Values tried across the whole range first, so that a gap in the safe values shows."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One value of the setting, judged."""

    value: Any
    safe: bool
    broken: tuple[str, ...]
    """The budgets that do not hold, by id."""
    seeds: int
    decided: bool
    """False: the verdict was still unclear after the last allowed replication; the value counts as
    unsafe."""


@dataclass(frozen=True, slots=True)
class EnvelopeEdge:
    """Two neighbouring values, one safe and one unsafe."""

    safe: Any
    unsafe: Any
    broken: tuple[str, ...]
    """The budgets that the unsafe one breaks."""
    decided: bool


@dataclass(frozen=True, slots=True)
class Region:
    """What was found for one combination of the other settings."""

    settings: dict[str, Any]
    safe: list[tuple[Any, Any]]
    """The ranges of values that keep every budget: first and last value of each."""
    edges: list[EnvelopeEdge]
    probes: list[Probe]
    """Every value tried, in the range's order."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was found for all combinations."""

    scenario: Scenario
    edge: Axis
    """The setting whose limit is searched for, and the values it can take."""
    axes: list[Axis | Range]
    regions: list[Region]
    replications: int
    """The most replications of one value."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "schema": "sim.envelope/1",
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "setting": self.edge.path,
            "values": list(self.edge.values),
            "replications": self.replications,
            "budgets": list(self.scenario.budgets),
            "regions": [asdict(region) for region in self.regions],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def envelope(
    scenario: Scenario | str | Path,
    edge: Axis | Mapping[str, Any],
    vary: Mapping[str, Any] | Sequence[Axis | Range] = (),
    *,
    replications: int = 10,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    done: Done | None = None,
) -> Envelope:
    """Find which values of a setting keep every budget, for every combination of other settings.

    ``edge``: the setting and its values in order, as ``{path: "10..500:10"}``. A few values across
    the range are tried first. Between a safe and an unsafe one, bisection finds the two
    neighbouring values where it changes. A gap between two tried values that are both safe is not
    found.

    A value is judged after three seeds if the 95% confidence bounds of all metrics are clearly
    above or below their limits. If not, seeds are added, up to ``replications``; a value that is
    still unclear then counts as unsafe. Only budgets of level error count. Raises `ScenarioError`
    if there is none.
    """
    scenario = as_scenario(scenario)
    (bisected,) = axes_of(edge) if isinstance(edge, Mapping) else (edge,)
    if isinstance(bisected, Range) or len(bisected.values) < 2:
        message = "needs at least two values, or a range with a step: low..high:step"
        raise fault(f"--edge {bisected.path}", message)
    judged = {name: budget for name, budget in scenario.budgets.items() if budget.level == "error"}
    if not any(budget.max is not None or budget.min is not None for budget in judged.values()):
        message = "an envelope needs budgets with max or min, of level error: see --budgets"
        raise fault(scenario.name, message)
    check_names(scenario)
    axes = axes_of(vary)
    if bisected.path in [axis.path for axis in axes]:
        raise fault(
            f"--vary {bisected.path}",
            "is the setting whose limit is searched for: vary others",
        )
    searches = [_Search(scenario, bisected, settings, replications) for settings in grid(axes)]
    with Runner(store=store, workers=workers, cluster=cluster, done=done) as runner:
        while wanted := [(search, job) for search in searches for job in search.wanted()]:
            results = runner.results([job for _, job in wanted])
            for (search, job), result in zip(wanted, results, strict=True):
                search.take(job, result)
    regions = [search.region() for search in searches]
    return Envelope(scenario, bisected, axes, regions, replications)


@dataclass(slots=True)
class _Search:
    """The search for one combination: which runs it needs next, and what it has found."""

    scenario: Scenario
    axis: Axis
    settings: dict[str, Any]
    replications: int
    _results: dict[int, list[Result]] = field(default_factory=dict)
    _probes: dict[int, Probe] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _open: list[int] = field(default_factory=list)
    _steps: Generator[list[int], None, None] | None = None

    def wanted(self) -> list[RunJob]:
        """The runs of the next round; none when the search is over."""
        self._open = [place for place in self._open if place not in self._probes]
        if not self._open:
            if self._steps is None:
                self._steps = self._search()
            self._open = next(self._steps, [])
        return [job for place in self._open for job in self._jobs(place)]

    def take(self, job: RunJob, result: Result) -> None:
        """Take a result into account."""
        place = self._places[job.scenario.hash]
        results = self._results[place]
        results.append(result)
        if len(results) >= min(FIRST_SEEDS, self.replications):
            self._judge(place, results)

    def region(self) -> Region:
        """What was found."""
        places = sorted(self._probes)
        turns = [(a, b) for a, b in pairwise(places) if self._turns(a, b)]
        stretches: list[tuple[Any, Any]] = []
        for place in places:
            if not self._probes[place].safe:
                continue
            value = self.axis.values[place]
            first = place == places[0] or not self._probes[places[places.index(place) - 1]].safe
            stretches = [*stretches, (value, value)] if first else [
                *stretches[:-1], (stretches[-1][0], value)]  # fmt: skip
        return Region(
            self.settings, stretches, [self._edge(a, b) for a, b in turns],
            [self._probes[place] for place in places],
        )  # fmt: skip

    def _search(self) -> Generator[list[int], None, None]:
        """The places to try, round by round."""
        last = len(self.axis.values) - 1
        yield sorted({last * n // (SCANNED - 1) for n in range(SCANNED)})
        while True:
            places = sorted(self._probes)
            halves = [(a + b) // 2 for a, b in pairwise(places)
                      if b - a > 1 and self._turns(a, b)]  # fmt: skip
            if not halves:
                return
            yield halves

    def _turns(self, one: int, other: int) -> bool:
        return self._probes[one].safe != self._probes[other].safe

    def _edge(self, one: int, other: int) -> EnvelopeEdge:
        first, second = self._probes[one], self._probes[other]
        safe, unsafe = (first, second) if first.safe else (second, first)
        return EnvelopeEdge(safe.value, unsafe.value, unsafe.broken, unsafe.decided)

    def _jobs(self, place: int) -> list[RunJob]:
        settings = {**self.settings, self.axis.path: self.axis.values[place]}
        scenario = with_settings(self.scenario, settings)
        self._places[scenario.hash] = place
        results = self._results.setdefault(place, [])
        number = min(FIRST_SEEDS, self.replications) if not results else 1
        first = self.scenario.seed + len(results)
        return [RunJob(scenario, seed) for seed in range(first, first + number)]

    def _judge(self, place: int, results: list[Result]) -> None:
        budgets = self.scenario.budgets
        values = {name: [value_of(budget, result) for result in results]
                  for name, budget in budgets.items()}  # fmt: skip
        failed = [check for check in judge(budgets, values, {}) if check.verdict == "fail"]
        decided = not failed or any(surely_broken(check) for check in failed)
        if decided or len(results) >= self.replications:
            self._probes[place] = Probe(
                self.axis.values[place], not failed,
                tuple(dict.fromkeys(check.budget for check in failed)), len(results), decided,
            )  # fmt: skip
