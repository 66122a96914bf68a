"""Baselines: the accepted values of a configuration, as JSON beside the scenarios.

One file holds any number of scenarios by name. Runs are deterministic, so a comparison is exact:
the same settings, seeds and version give the same numbers, and any difference is a change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim._version import __version__
from sim.escaping import cut
from sim.json_text import json_text
from sim.scenario import (
    MAX_COUNT,
    Budget,
    Scenario,
    ScenarioError,
    Sources,
    exists,
    fault,
    file_name,
    is_text,
    located,
    read_text,
    scenario_from,
    shown,
)

from .judge import Base, key_of

SCHEMA = "sim.baseline/1"
_MAX_BYTES = 64 << 20
_LARGEST = 1e300
"""Far above any metric, and small enough that sums and differences stay finite."""
_MOST_NAMED = 10
_KINDS = {str: "text", list: "a list", dict: "a mapping"}


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """One scenario's part of a baseline."""

    hash: str
    version: str
    seeds: tuple[int, ...]
    metrics: dict[str, tuple[float, ...]]
    """By `key_of` a budget: the metric in each replication, in the order of the seeds."""
    settings: dict[str, Any]
    """The resolved scenario: a failing check switches its settings back to these one by one."""

    def of(self, budget: Budget, seeds: Sequence[int]) -> Base:
        """The baseline of a budget's metric."""
        if self.version != __version__:
            return Base(incomparable=f"measured with version {self.version}, not {__version__}")
        if self.seeds != tuple(seeds):
            return Base(incomparable=f"measured under seeds {_listed(self.seeds)}")
        return Base(self.metrics.get(key_of(budget), ()))

    def scenario(self, app: Sources | None = None) -> Scenario:
        """The scenario that was measured; raises `ScenarioError` if its settings are unknown.

        A baseline cannot name code to run: its app is a built-in one, or ``app``, the app of the
        scenario that is checked.
        """
        return scenario_from(self.settings, app)


@dataclass(slots=True)
class Baseline:
    """The entries of a file, by the scenario's name."""

    entries: dict[str, BaselineEntry] = field(default_factory=dict)
    source: str = "the baseline"
    """The name of its file, for messages."""

    def without(self, scenario: str) -> str:
        """What to say of a scenario that it does not have; empty for one that it has."""
        if scenario in self.entries or not self.entries:
            return ""
        names = ", ".join(list(self.entries)[:_MOST_NAMED])
        more = ", …" if len(self.entries) > _MOST_NAMED else ""
        return f"{self.source} has no scenario {scenario!r} (it has: {names}{more})"

    def check_horizon(self, scenario: Scenario) -> None:
        """Raise `ScenarioError` if a scenario was measured over another horizon than it has now."""
        entry = self.entries.get(scenario.name)
        measured = None if entry is None else entry.settings.get("horizon")
        now = scenario.resolved()["horizon"]
        if isinstance(measured, str) and measured != now:
            raise fault(
                self.source, f"{scenario.name} was measured over {cut(measured)}, this run is "
                f"{now}: they cannot be compared. Run it over the same horizon, or measure the "
                "baseline again with --update-baseline"
            )  # fmt: skip

    def to_json(self) -> str:
        """The content of the file, ending in a newline; equal baselines give equal bytes."""
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
        return json_text(data)


def entry_of(
    scenario: Scenario, seeds: Sequence[int], values: Mapping[str, Sequence[float]]
) -> BaselineEntry:
    """The entry of a scenario that was checked; ``values`` by budget id."""
    settings = scenario.resolved()
    for section in ("budgets", "alerts", "name", "description", "engine", "seed"):
        settings.pop(section)
    return BaselineEntry(
        hash=scenario.hash,
        version=__version__,
        seeds=tuple(seeds),
        metrics={key_of(scenario.budgets[name]): tuple(own) for name, own in values.items()},
        settings=settings,
    )


def load_baseline(file: Path) -> Baseline:
    """Read a baseline; raises `ScenarioError` with the file, the line if known, and the reason.

    A baseline of another version can be read, but its metrics cannot be compared; its settings can.
    """
    source = file_name(file)
    path = located(file)
    if not exists(path):
        raise fault(source, "there is no such file: `sim check --baseline FILE --update-baseline` "
                    "writes it")  # fmt: skip
    text = read_text(path, "a baseline", _MAX_BYTES)
    try:
        data = json.loads(text, parse_constant=_no_number)
        if "\\u" in text and not is_text(json.dumps(data, ensure_ascii=False)):
            raise fault(source, "contains half a character (a lone surrogate)")
    except json.JSONDecodeError as error:
        raise fault(f"{source}:{error.lineno}:{error.colno}", f"not JSON: {error.msg}") from error
    except ScenarioError:
        raise
    except (RecursionError, ValueError) as error:
        raise fault(source, "not JSON that can be read") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise fault(
            source, f"not a baseline: its schema is {shown(found)}, not {SCHEMA!r}; "
            "`sim check --baseline FILE --update-baseline` writes one"
        )  # fmt: skip
    scenarios = data.get("scenarios")
    if not isinstance(scenarios, dict):
        raise fault(source, "scenarios: expected a mapping of names")
    entries = {name: _entry(source, name, entry) for name, entry in scenarios.items()}
    return Baseline(entries, source)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _entry(source: str, name: str, data: Any) -> BaselineEntry:
    kinds = {"hash": str, "version": str, "seeds": list, "metrics": dict,
             "settings": dict}  # fmt: skip
    for key, kind in kinds.items():
        if not isinstance(data, dict) or not isinstance(data.get(key), kind):
            raise fault(source, f"scenarios.{name}.{key}: expected {_KINDS[kind]}")
    seeds = data["seeds"]
    if not seeds or not all(type(seed) is int and 0 <= seed <= MAX_COUNT for seed in seeds):
        raise fault(source, f"scenarios.{name}.seeds: expected whole numbers from 0 to 2^63 - 1")
    for key, values in data["metrics"].items():
        if not isinstance(values, list) or len(values) != len(seeds) or not all(
            type(value) in (int, float) and abs(value) < _LARGEST for value in values
        ):  # fmt: skip
            raise fault(
                source, f"scenarios.{name}.metrics.{key}: expected {len(seeds)} finite numbers"
            )
    metrics = {key: tuple(map(float, values)) for key, values in data["metrics"].items()}
    return BaselineEntry(data["hash"], data["version"], tuple(seeds), metrics, data["settings"])


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds[:5])) + (", …" if len(seeds) > 5 else "")
