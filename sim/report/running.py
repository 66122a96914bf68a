"""Findings on how the app ran at all: nothing calls it, its functions fail, it calls itself."""

from __future__ import annotations

from sim.escaping import cut
from sim.numbers import count, percent, seconds
from sim.result import FunctionUse, Result

from .words import plural

OWN_SHARE = 0.1
"""Share of a function's calls that fail, or of all calls made in a loop, from which it is told."""
MOST_FAILING = 5
"""Functions that fail which are named one by one."""
_LONGEST = 160
"""Characters of an error's message."""


def nothing_runs(result: Result) -> list[str]:
    """A run without a single call has another cause than a quiet app."""
    if result.calls.total or result.calls.refused:
        return []
    needs = (
        "give it clients (app.clients of an app in TypeScript), a cron or organic traffic "
        "(traffic.organic.rate)."
    )
    if result.crons:
        time = seconds(result.scenario.horizon_s)
        needs = f"no cron came due in {time}. Simulate longer with --horizon, or give it clients."
    return [f"Nothing calls this app: {needs}"]


def failing(result: Result) -> list[str]:
    """Functions that fail otherwise than by write conflicts, most failures first."""
    found = [(name, use) for name, use in result.by_function.items() if _fails(use)]
    found.sort(key=lambda item: (-item[1].errors, item[0]))
    told = [
        f"{name} failed in {count(use.errors)} of {count(use.calls)} calls{_message(use)}."
        for name, use in found[:MOST_FAILING]
    ]
    if len(found) > MOST_FAILING:
        told.append(f"{plural(len(found) - MOST_FAILING, 'more function')} failed too.")
    return told


def _fails(use: FunctionUse) -> bool:
    errors = use.errors - use.conflicts_failed
    return errors > 0 and (bool(use.thrown) or errors >= OWN_SHARE * use.calls)


def _message(use: FunctionUse) -> str:
    text = " ".join(use.thrown.removeprefix("Uncaught Error: ").split())
    return f': "{cut(text, _LONGEST)}"' if text else ""


def looping(result: Result) -> list[str]:
    """That much of the calls descends from an earlier run of the same function."""
    rounds = sum(use.rounds for use in result.by_function.values())
    if not rounds or rounds < OWN_SHARE * result.calls.total:
        return []
    from sim.causes import cycles_of  # a room that most runs can do without

    cycles = cycles_of([result])
    path = f" ({' → '.join(cycles[0].path)})" if cycles else ""
    share = percent(rounds / result.calls.total)
    return [f"{share} of the calls come from a loop{path}: see `sim explain`."]
