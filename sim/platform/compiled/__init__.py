"""The compiled engine: the built-in app at full scale in seconds, with the same results.

It steps the executions of the app's functions by hand, as Numba compiles them;
`sim.platform.reference` and `sim.apps.setlist` say what everything means. Nothing is compiled, or
even imported, before a scenario runs.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.scenario import DAY, Scenario, Settings

from .announce import compiling_shown_by

if TYPE_CHECKING:
    from sim.observation import Observation, Observer

__all__ = ["compiling_shown_by", "prepare", "run", "why_not"]

_WORD = 1 << 62
"""Numbers up to this one can be added to another without leaving 64 bits."""
_LARGEST_RING = 10_000_000
_LARGEST_SIZE = 1 << 40
"""Bytes of a row beyond which sums of bytes might leave 64 bits."""
_MOST_IMPORTED = 5_000_000
"""Imported artists and shows, all laid out beforehand, beyond which that takes too long."""


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
        from .native import run_until

        run_until()


def why_not(scenario: Scenario) -> str:
    """Why the compiled engine cannot run a scenario; empty if it can."""
    if scenario.app_name != "setlist":
        return "the compiled engine runs the built-in app only"
    if not (_is_installed("numba") and _is_installed("llvmlite")):
        return "Numba is not installed"
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}:
        return "NUMBA_DISABLE_JIT is set"
    return _too_large(scenario)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # it was taken out of the running process
        return False


def _too_large(scenario: Scenario) -> str:
    """Why the scenario's numbers do not fit the engine's 64 bits; empty if they do."""
    from sim.apps.setlist import Population  # imported late: `--help` needs no app
    from sim.apps.setlist import Settings as App

    external, app, population = scenario.external, scenario.app, scenario.population
    deployed = [app, *(each.app for each in scenario.operations if each.app is not None)]
    assert isinstance(app, App)
    assert isinstance(population, Population)
    actions, manual = scenario.platform.actions, app.manual_backfill
    sizes = (
        actions.node_memory, actions.memory, population.artist_size, population.song_size,
        population.show_size, population.setlist_size, population.link_size,
    )  # fmt: skip
    staggers = [
        each.stagger
        for code in deployed
        if isinstance(code, App)
        for each in (code.refresh, code.cascade)
    ]
    last_due = max(max(staggers) * population.shows, manual.runs * manual.wait)
    log = external.rate_window_kind == "log"
    imported = app.visitors.imports * scenario.horizon / DAY * (1 + population.import_shows)
    if any(abs(number) > _WORD for part in (scenario, *deployed) for number in _integers(part)):
        return "a setting is beyond 2^62"
    if external.rate_limit * external.rate_window > _WORD:
        return "external.rate_limit times external.rate_window is beyond 2^62"
    if external.lockout_after > _LARGEST_RING or (log and external.rate_limit > _LARGEST_RING):
        return f"more than {_LARGEST_RING:,} requests to the API would have to be remembered"
    if last_due > _WORD:
        return "a stagger is so long that its last job is due beyond 2^62"
    if max(sizes) > _LARGEST_SIZE:
        return "a size is beyond a terabyte"
    if imported > _MOST_IMPORTED:
        return f"more than {_MOST_IMPORTED:,} artists and shows would be imported"
    return ""


def _integers(value: Any) -> Iterator[int]:
    """Every integer among settings, however deep."""
    if isinstance(value, Settings):
        for name in type(value).model_fields:
            yield from _integers(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _integers(item)
    elif isinstance(value, int):
        yield value
