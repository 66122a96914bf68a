"""What a scenario deploys: the names that budgets and alerts can select, known before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.metrics import METRICS, OUTCOME, Selection
from sim.platform.reference import app_code, install
from sim.scenario import Measured, Problem, Rated, Scenario, ScenarioError, fault, unknown


@dataclass(frozen=True, slots=True)
class Deployed:
    """Functions with their types, crons, and the outcomes that the app counts."""

    functions: dict[str, str]
    coded: tuple[str, ...]
    """The functions that are code of the app; the others stand for other traffic."""
    crons: tuple[str, ...]
    outcomes: tuple[str, ...]
    tables: tuple[str, ...]
    """The tables that the app declares, or that its schema has."""
    horizon: int
    """µs."""
    bin: int
    """µs."""

    @classmethod
    def of(cls, scenario: Scenario) -> Deployed:
        """Install the scenario's app on a backend that is never run."""
        backend, outcomes = install(scenario)
        try:
            with app_code(scenario):
                for operation in scenario.operations:
                    backend.deploy(operation)
                return cls(
                    functions={name: each.type for name, each in backend.functions.items()},
                    coded=tuple(each.name for each in backend.functions.values() if each.is_coded),
                    crons=tuple(cron.name for cron in backend.crons),
                    outcomes=tuple(outcomes()),
                    tables=tuple(backend.declared.table_names),
                    horizon=scenario.horizon,
                    bin=scenario.bin,
                )
        finally:
            backend.close()

    def faults(self, item: Measured) -> list[tuple[tuple[str, ...], str]]:
        """The names in an item that do not exist: the key and the reason."""
        if item.metric.startswith(OUTCOME):
            name = item.metric.removeprefix(OUTCOME)
            if name not in self.outcomes:
                return [(("metric",), unknown(name, "outcome", self.outcomes))]
        if isinstance(item, Rated) and (part := item.part_fault(self.horizon, self.bin)):
            return [(("during",), part)]
        chosen = item.select.selection
        if chosen.cron and chosen.cron not in self.crons:
            return [(("select", "cron"), unknown(chosen.cron, "cron", self.crons))]
        by_name = Selection(function=chosen.function)
        if chosen.function and not any(by_name.matches(*each) for each in self.functions.items()):
            return [(("select", "function"),
                     unknown(chosen.function, "function", tuple(self.functions)))]  # fmt: skip
        if chosen.table and chosen.table not in self.tables:
            return [(("select", "table"), unknown(chosen.table, "table", self.tables))]
        winner = Selection(function=chosen.won_by)
        if chosen.won_by and not any(winner.matches(*each) for each in self.functions.items()):
            return [(("select", "won_by"),
                     unknown(chosen.won_by, "function", tuple(self.functions)))]  # fmt: skip
        if chosen.type and not any(chosen.matches(*each) for each in self.functions.items()):
            return [(("select", "type"), f"no function that matches is a {chosen.type}")]
        return []


def check_metrics(scenario: Scenario, named: Mapping[str, str]) -> None:
    """Refuse metrics that the results of a scenario do not have; raises `ScenarioError`.

    ``named``: metric → what named it, such as an option.
    """
    outcomes = tuple(OUTCOME + name for name in Deployed.of(scenario).outcomes)
    for name, where in named.items():
        if name in METRICS or name in outcomes:
            continue
        if name.startswith(OUTCOME):
            raise fault(where, unknown(name, "outcome", outcomes))
        raise fault(where, unknown(name, "metric", (*METRICS, *outcomes)))


def check_names(scenario: Scenario) -> None:
    """Refuse budgets and alerts on names that do not exist; raises `ScenarioError`.

    A selector that matches nothing would always hold: it is a mistake, not a count of zero.
    """
    if not scenario.budgets and not scenario.alerts:
        return
    deployed = Deployed.of(scenario)
    problems = [
        Problem(scenario.where((section, name, *key)), f"{section}.{name}.{'.'.join(key)}: {text}")
        for section, items in (("budgets", scenario.budgets), ("alerts", scenario.alerts))
        for name, item in items.items()
        for key, text in deployed.faults(item)
    ]
    if problems:
        raise ScenarioError(problems)
