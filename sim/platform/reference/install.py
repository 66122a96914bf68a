"""Putting an app on a deployment; what its code does wrong is its mistake, with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

from sim.scenario import (
    Misuse,
    Problem,
    Scenario,
    ScenarioError,
    latency_faults,
    mistake_of,
    shown,
)

from .backend import Backend
from .checked import check_takes, code_of
from .wrong_calls import wrong_call

Outcomes = Callable[[], Mapping[str, float]]
"""Counts what the app has achieved so far."""
_LARGEST = 2.0**63
_LONGEST_NAME = 80


@contextmanager
def app_code(scenario: Scenario) -> Iterator[None]:
    """Run what may run an app's code; raises `ScenarioError` for a mistake of a user's app.

    Errors of the engine, and whatever observers raise, come out as they are.
    """
    try:
        yield
    except (KeyboardInterrupt, GeneratorExit, ScenarioError):
        raise
    except BaseException as error:  # sys.exit in an app is a mistake too
        sources = scenario.app_sources
        mistake = None if sources is None else mistake_of(error, sources, wrong_call)
        if mistake is None:
            raise
        raise mistake from error


def install(scenario: Scenario) -> tuple[Backend, Outcomes]:
    """The scenario's app on a deployment of its own, and what counts its outcomes.

    Raises `ScenarioError` for a mistake of a user's app.
    """
    with app_code(scenario):
        backend = Backend(scenario, scenario.seed)
        module = scenario.app_module
        try:
            if scenario.app_sources is not None:
                check_takes(module.install, 2, "`install`")
            counted = module.install(backend, scenario)
            _check_latencies(backend, scenario)
        except BaseException:
            backend.close()
            raise
        if scenario.app_sources is None:
            outcomes: Outcomes = counted
            return backend, outcomes
        if not callable(counted):
            message = f"returns {shown(counted)} instead of a function that counts the outcomes"
            raise Misuse(message, code_of(module.install))
        check_takes(counted, 0, "what counts the outcomes")
        return backend, lambda: _checked(counted)


def _check_latencies(backend: Backend, scenario: Scenario) -> None:
    """Raise `ScenarioError` if a latency is for functions that the app does not have."""
    coded = {each.name: each.type for each in backend.functions.values() if each.is_coded}
    section = ("platform", "latency", "functions")
    problems = [
        Problem(scenario.where((*section, *key)), f"{'.'.join((*section, *key))}: {text}")
        for key, text in latency_faults(scenario.platform.latency.functions, coded)
    ]
    if problems:
        raise ScenarioError(problems)


def _checked(counted: Callable[[], Any]) -> dict[str, float]:
    """The outcomes as plain numbers; raises `Misuse` if they are none."""
    found = counted()
    if not isinstance(found, Mapping):
        raise Misuse(f"outcomes are a mapping of name to number, not {shown(found)}",
                     code_of(counted))  # fmt: skip
    outcomes: dict[str, float] = {}
    for name, value in found.items():
        if not isinstance(name, str) or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise Misuse(f"an outcome's name is text on one line, not {shown(name)}",
                         code_of(counted))  # fmt: skip
        if not isinstance(value, Real) or not _is_finite(value):
            message = f"the outcome {name!r} is to be a number, not {shown(value)}"
            raise Misuse(message, code_of(counted))
        outcomes[name] = int(value) if isinstance(value, Integral) else float(value)
    return outcomes


def _is_finite(value: Real) -> bool:
    try:
        return abs(float(value)) < _LARGEST
    except OverflowError:
        return False
