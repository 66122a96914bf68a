"""A fitted scenario as a file of its own: it extends the one that was fitted, and says why."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sim.numbers import seconds
from sim.scenario import format_duration

from .observed import Fit


def overlay(fit: Fit, extends: str) -> str:
    """The YAML text; ``extends``: the fitted scenario's file as this file names it."""
    return "\n".join(_lines(fit, extends)) + "\n"


def _lines(fit: Fit, extends: str) -> Iterator[str]:
    found = fit.settings
    yield f"# Settings measured on {fit.logs.observed.format}, its first {seconds(fit.fitted_s)}."
    yield f"# On the rest, {fit.met:.1%} of the calls are predicted for the right function."
    yield f"extends: {json.dumps(extends)}"
    yield f"starts: {fit.starts.isoformat()}"
    yield f"horizon: {format_duration(fit.horizon)}"
    if found.latencies:
        yield "platform:"
        yield "  latency:"
        yield "    functions: # execution times; lost attempts count, cached queries do not"
        for each in found.latencies:
            yield f"      {json.dumps(each.function)}: # {each.executions:,} executions"
            points = ", ".join(f"{point}: {time}" for point, time in each.quantiles.items())
            yield f"        {each.step}: {{{points}}}"
    if found.clients:
        yield "app:"
        yield "  clients:"
        for client in found.clients:
            yield f"    {json.dumps(client.name)}: # {client.calls:,} calls of {client.function}"
            for key, value in client.settings.items():
                yield f"      {key}: {value}"
    if found.traffic is not None:
        yield "traffic:"
        yield f"  organic: # {found.traffic.calls:,} calls of functions that the app does not have"
        for key, value in found.traffic.settings.items():
            yield f"    {key}: {value}"
    if fit.looks_like:
        yield f"# By the log, {fit.looks_like}."
    if found.unfitted:
        yield "# As in the scenario that this file extends:"
        yield from (f"# - {text}" for text in found.unfitted)
