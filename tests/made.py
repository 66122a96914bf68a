"""Results and checks that are written down, so that every sum in a test can be done by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sim import Result, Scenario, simulate
from sim.budgets import Check
from sim.result import FunctionUse
from sim.scenario import overlay, scenario_from
from tests.platform.compiled.strategies import BASE

EVEN: dict[str, Any] = overlay(
    BASE,
    {
        "revision": "fixed",
        "horizon": "10m",
        "app": {"refresh": {"enabled": False}},
        "traffic": {"organic": {"rate": "1/s", "mutations": 0, "actions": 0}},
    },
)
"""One call a second, and nothing else."""


def even(**settings: Any) -> Scenario:
    """A scenario of one call a second: 300 until the first look of `fail_fast`, 600 in all."""
    return scenario_from(overlay(EVEN, settings))


@cache
def _plain() -> Result:
    return simulate(even())


def use(by_trigger: Mapping[str, int], type_: str = "query", errors: int = 0) -> FunctionUse:
    """What one function did: calls by trigger."""
    (any_one,) = _plain().by_function.values()
    calls = sum(by_trigger.values())
    return replace(
        any_one, type=type_, calls=calls, by_trigger=dict(by_trigger), errors=errors
    )  # fmt: skip


def made(functions: Mapping[str, FunctionUse], horizon_s: float = 86_400.0) -> Result:
    """A result of these functions."""
    plain = _plain()
    return replace(
        plain,
        scenario=replace(plain.scenario, horizon_s=horizon_s),
        by_function=dict(functions),
        calls=replace(plain.calls, total=sum(each.calls for each in functions.values())),
    )


def check(name: str = "a", **facts: Any) -> Check:
    """A check of 2 calls against at most 1."""
    given: dict[str, Any] = {
        "metric": "calls", "selection": "", "unit": "calls", "per": "run", "kind": "max",
        "limit": 1.0, "value": 2.0, "values": (2.0,), "baseline": None, "verdict": "fail",
        "level": "error", **facts,
    }  # fmt: skip
    return Check(name, **given)
