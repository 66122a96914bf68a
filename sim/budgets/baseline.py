"""Baselines: what a configuration did when it was accepted, as JSON beside the scenarios.

One file holds any number of scenarios by name. Runs are deterministic, so a comparison is exact:
the same settings, seeds and version give the same numbers, and any difference is a change.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim._version import __version__
from sim.scenario import Budget, Scenario, fault, located, read_text, scenario_from

from .judge import Base, key_of

SCHEMA = "sim.baseline/1"
_MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One scenario's part of a baseline."""

    hash: str
    version: str
    seeds: tuple[int, ...]
    metrics: dict[str, tuple[float, ...]]
    """By `key_of` a budget: the metric in each replication, in the order of the seeds."""
    settings: dict[str, Any]
    """The resolved scenario: what a failing check switches back, one setting at a time."""

    def of(self, budget: Budget, seeds: Sequence[int]) -> Base:
        """What it says of a budget's metric."""
        if self.version != __version__:
            return Base(incomparable=f"measured with version {self.version}, not {__version__}")
        if self.seeds != tuple(seeds):
            return Base(incomparable=f"measured under seeds {_listed(self.seeds)}")
        return Base(self.metrics.get(key_of(budget), ()))

    def scenario(self) -> Scenario:
        """The scenario that was measured; raises `ScenarioError` if its settings are unknown."""
        return scenario_from(self.settings)


@dataclass(slots=True)
class Baseline:
    """The entries of a file, by the scenario's name."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def to_json(self) -> str:
        """As the file holds it, ending in a newline; the same bytes for the same content."""
        data = {
            "schema": SCHEMA,
            "scenarios": {
                name: {
                    "hash": entry.hash,
                    "version": entry.version,
                    "seeds": list(entry.seeds),
                    "metrics": {key: list(entry.metrics[key]) for key in sorted(entry.metrics)},
                    "settings": entry.settings,
                }
                for name, entry in sorted(self.entries.items())
            },
        }
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def entry_of(
    scenario: Scenario, seeds: Sequence[int], values: Mapping[str, Sequence[float]]
) -> Entry:
    """What to keep of a scenario that was checked; ``values`` by budget id."""
    settings = scenario.resolved()
    for section in ("budgets", "alerts", "name", "description", "engine", "seed"):
        settings.pop(section)
    return Entry(
        hash=scenario.hash,
        version=__version__,
        seeds=tuple(seeds),
        metrics={key_of(scenario.budgets[name]): tuple(own) for name, own in values.items()},
        settings=settings,
    )


def load_baseline(file: Path) -> Baseline:
    """Read a baseline; raises `ScenarioError` naming the file, the line if there is one, and why.

    A baseline of another version is read: its metrics are incomparable, its settings are not.
    """
    text = read_text(located(file), "a baseline", _MAX_BYTES)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise fault(f"{file}:{error.lineno}:{error.colno}", f"not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise fault(str(file), "not JSON that can be read") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise fault(
            str(file), f"not a baseline: its schema is {found!r}, not {SCHEMA!r}; "
            "`sim check --baseline FILE --update-baseline` writes one"
        )  # fmt: skip
    scenarios = data.get("scenarios")
    if not isinstance(scenarios, dict):
        raise fault(str(file), "scenarios: expected a mapping of names")
    return Baseline({name: _entry(file, name, entry) for name, entry in scenarios.items()})


def _entry(file: Path, name: str, data: Any) -> Entry:
    kinds = {"hash": str, "version": str, "seeds": list, "metrics": dict,
             "settings": dict}  # fmt: skip
    for key, kind in kinds.items():
        if not isinstance(data, dict) or not isinstance(data.get(key), kind):
            raise fault(str(file), f"scenarios.{name}.{key}: expected a {kind.__name__}")
    seeds = data["seeds"]
    if not seeds or not all(type(seed) is int for seed in seeds):
        raise fault(str(file), f"scenarios.{name}.seeds: expected whole numbers")
    for key, values in data["metrics"].items():
        if not isinstance(values, list) or len(values) != len(seeds) or not all(
            type(value) in (int, float) and math.isfinite(value) for value in values
        ):  # fmt: skip
            raise fault(
                str(file), f"scenarios.{name}.metrics.{key}: expected {len(seeds)} finite numbers"
            )
    metrics = {key: tuple(map(float, values)) for key, values in data["metrics"].items()}
    return Entry(data["hash"], data["version"], tuple(seeds), metrics, data["settings"])


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds[:5])) + (", …" if len(seeds) > 5 else "")
