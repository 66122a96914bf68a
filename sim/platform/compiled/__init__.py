"""The compiled engine: an app at full scale in seconds, with the same results.

The app's functions are lowered from their own source (`sim.platform.lower`), the platform is
written anew for arrays of integers; `sim.platform.reference` says what everything means. Nothing is
compiled, or even imported, before a scenario runs.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.scenario import Scenario, Settings

from .announce import compiling_shown_by

if TYPE_CHECKING:
    from sim.observation import Observation, Observer
    from sim.scenario import ExternalSettings

__all__ = ["TYPESCRIPT", "compiling_shown_by", "prepare", "run", "why_not"]

TYPESCRIPT = "TypeScript runs on the reference engine"
"""The reason that holds for every app of its kind: it needs no note in the result."""
_WORD = 1 << 62
"""Numbers up to this one can be added to another without leaving 64 bits."""
_LARGEST_RING = 10_000_000
_LARGEST_SIZE = 1 << 40
"""Bytes of a row beyond which sums of bytes might leave 64 bits."""
_OF_AN_APP = 1 << 52
"""What the settings of an app may be that does not say itself which are `too_large`: a hundred
years in microseconds, times a thousand."""


def run(
    scenario: Scenario,
    progress: Callable[[float], None] | None = None,
    observers: Sequence[Observer] = (),
) -> Observation:
    """Simulate a scenario with its own seed; it must be one without a reason in `why_not`."""
    from .engine import run as run_compiled

    return run_compiled(scenario, progress, observers)


def prepare(scenario: Scenario) -> None:
    """Compile the engine, or find it compiled, if the scenario would run on it."""
    if scenario.engine == "compiled" and not why_not(scenario):
        from .engine import prepare as prepare_engine

        prepare_engine(scenario)


def why_not(scenario: Scenario) -> str:
    """Why the compiled engine cannot run a scenario; empty if it can.

    For an app of a user's own that is found by lowering and compiling it, unless that was done.
    """
    if not (_is_installed("numba") and _is_installed("llvmlite")):
        return "Numba is not installed"
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}:
        return "NUMBA_DISABLE_JIT is set"
    if too_large := _too_large(scenario):
        return too_large
    if scenario.app_name == "convex":
        return TYPESCRIPT
    if scenario.app_sources is None:
        return ""  # an app that comes with the package can be compiled
    from .engine import refusal

    return refusal(scenario)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # it was taken out of the running process
        return False


def _too_large(scenario: Scenario) -> str:
    """Why the scenario's numbers do not fit the engine's 64 bits; empty if they do."""
    actions, operations = scenario.platform.actions, scenario.operations
    apis = [scenario.external, *(each.external for each in operations if each.external is not None)]
    services = [api for each in apis for api in (each, *map(each.endpoint, each.endpoints))]
    deployed = [scenario.app, *(each.app for each in operations if each.app is not None)]
    if any(
        abs(number) > _WORD for part in (scenario, *deployed, *apis) for number in _integers(part)
    ):
        return "a setting is beyond 2^62"
    if any(each.rate_limit * each.rate_window > _WORD for each in services):
        return "external.rate_limit times external.rate_window is beyond 2^62"
    if any(max(_ring(each)) > _LARGEST_RING for each in services):
        return f"more than {_LARGEST_RING:,} requests to the API would have to be remembered"
    if max(actions.node_memory, actions.memory) > _LARGEST_SIZE:
        return "a size is beyond a terabyte"
    of_the_app = getattr(scenario.app_module, "too_large", None)
    if of_the_app is not None:
        return str(of_the_app(scenario))
    if any(abs(number) > _OF_AN_APP for part in deployed for number in _integers(part)):
        return "a setting of the app is beyond 2^52"
    return ""


def _ring(external: ExternalSettings) -> tuple[int, int]:
    """How many requests have to be remembered."""
    log = external.rate_window_kind == "log"
    return external.rate_limit if log else 0, external.lockout_after


def _integers(value: Any) -> Iterator[int]:
    """Every integer among settings, however deep."""
    if isinstance(value, Settings):
        for name in type(value).model_fields:
            yield from _integers(getattr(value, name))
    elif isinstance(value, (tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _integers(item)
    elif isinstance(value, int):
        yield value
