"""What happened beside what was predicted: logs and the run of a scenario."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sim.json_text import json_text
from sim.logs import Logs
from sim.result import Result
from sim.scenario import Given, as_scenario
from sim.simulation import simulate

from .compare import MetricValues, metrics_of

_NOT_IN_LOGS = ("peak backlog",)
DEEPEST = 8
"""Calls of actions cannot be nested deeper (platform.md, Concurrency and limits)."""


@dataclass(frozen=True, slots=True)
class Way:
    """Calls of a function for one reason, a day."""

    function: str
    trigger: str
    """Organic traffic counts as clients: logs do not tell them apart."""
    caller: str
    """The action that awaited them; empty for other triggers."""
    observed: float
    predicted: float

    @property
    def difference(self) -> float:
        """How many more were predicted."""
        return self.predicted - self.observed


@dataclass(frozen=True, slots=True)
class Prediction:
    """A run held against logs."""

    logs: Logs
    predicted: Result
    ways: list[Way]
    """The largest difference first."""

    def metrics(self) -> list[MetricValues]:
        """Figures that both have: observed, predicted."""
        both = metrics_of([self.logs.result, self.predicted])
        outcomes = {name.replace("_", " ") for name in self.predicted.outcomes}
        return [each for each in both if each.name not in outcomes | set(_NOT_IN_LOGS)]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "schema": "sim.prediction/1",
            "observed": self.logs.to_dict(),
            "predicted": self.predicted.to_dict(),
            "ways": [asdict(way) for way in self.ways],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def predict(
    logs: Logs, scenario: Given, progress: Callable[[str, float], None] | None = None
) -> Prediction:
    """Run a scenario and hold it against logs."""
    loaded = as_scenario(scenario)
    told = None if progress is None else lambda share: progress(loaded.name, share)
    predicted = simulate(loaded, progress=told)
    seen, expected = _ways(logs.result, direct=True), _ways(predicted, direct=logs.direct)
    ways = [Way(*key, seen.get(key, 0.0), expected.get(key, 0.0)) for key in {**seen, **expected}]
    ways.sort(key=lambda way: (-abs(way.difference), way.function, way.trigger, way.caller))
    return Prediction(logs, predicted, ways)


def _ways(result: Result, *, direct: bool) -> dict[tuple[str, str, str], float]:
    """Calls a day by function, trigger and the action that awaited them.

    Not ``direct``: the outermost action, which is the one that a request of a log stream names.
    """
    days = result.scenario.horizon_s / 86_400
    found: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for name, use in result.by_function.items():
        for trigger, calls in use.by_trigger.items():
            if trigger != "action":
                found[name, "client" if trigger == "flow" else trigger, ""] += calls / days
        if "action" in use.by_trigger:
            for caller, calls in _awaiting(name, result).items():
                shares = {caller: 1.0} if direct else _outermost(caller, result)
                for action, share in shares.items():
                    found[name, "action", action] += calls * share / days
    return found


def _awaiting(name: str, result: Result) -> Counter[str]:
    found: Counter[str] = Counter()
    for edge in result.call_graph:
        if edge.function == name and edge.trigger == "action":
            found[edge.caller] += edge.calls
    return found


def _outermost(action: str, result: Result, depth: int = DEEPEST) -> dict[str, float]:
    """An action that others await, by the shares of the outermost ones; alone if none does."""
    use = result.by_function.get(action)
    inside = _awaiting(action, result)
    if use is None or not inside or not depth:
        return {action: 1.0}
    found = {action: (use.calls - sum(inside.values())) / use.calls}
    for caller, calls in inside.items():
        for name, share in _outermost(caller, result, depth - 1).items():
            found[name] = found.get(name, 0.0) + share * calls / use.calls
    return {name: share for name, share in found.items() if share > 0}
