"""The report of `sim calibrate --observed`: what was measured, and what the rest says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.numbers import amount, count, percent, seconds, times

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import plural

if TYPE_CHECKING:
    from sim.calibrate import Fit, FittedClient, JudgedFunction

_OTHERS = "(not in the app)"
POINTS = ("p50", "p95")
"""The quantiles that are shown; the file has more."""
SHOWN = 20
FEW = 10


def fit_report(fit: Fit) -> list[Block]:
    """The blocks of the report."""
    found = fit.settings
    number = len(found.latencies) + len(found.clients)
    blocks: list[Block] = [
        Heading(
            f"{fit.fitted.name}: {_latencies_of(len(found.latencies))} and "
            f"{plural(len(found.clients), 'rate')} of clients measured"
            if number else f"{fit.fitted.name}: nothing measured but other traffic"
        ),
        Text(
            f"Measured on the first {seconds(fit.fitted_s)} of the logs, judged on the other "
            f"{seconds(fit.judged_s)}: {percent(fit.met)} of their calls are predicted for the "
            f"right function, and {percent(fit.too_many)} more than there were. The run that "
            "predicts them covers both parts."
        ),
    ]  # fmt: skip
    if found.latencies:
        blocks.append(_latencies(fit))
    if found.clients:
        rows = [[each.name, each.function, count(each.calls), amount(each.per_day),
                 *_hours(each)] for each in found.clients]  # fmt: skip
        blocks.append(TableBlock(
            "Clients",
            ["client", "function", "calls", "a day", "quietest hour", "busiest hour"],
            rows, labels=2,
        ))  # fmt: skip
    if found.traffic is not None and found.traffic.calls:
        rows = [[key, str(value)] for key, value in found.traffic.settings.items()]
        blocks.append(TableBlock("Traffic of functions that the app does not have",
                                 ["traffic.organic", "measured"], rows))  # fmt: skip
    shown = [each for each in fit.judged if max(each.observed, each.predicted) >= FEW][:SHOWN]
    more = len(fit.judged) - len(shown)
    blocks.append(TableBlock(
        "The rest of the logs: calls and conflicts by function",
        ["function", "observed", "predicted", "ratio", "conflicts", "predicted conflicts"],
        [_judged(each) for each in shown],
    ))  # fmt: skip
    blocks.append(TableBlock(
        "The rest of the logs: what a call came to, observed and predicted",
        ["function", "failed", "predicted", "cached", "predicted ", "bytes read", "predicted  "],
        [_came_to(each) for each in shown],
    ))  # fmt: skip
    if more:
        blocks.append(Text(f"And {plural(more, 'function')} with fewer calls."))
    if fit.looks_like:
        blocks.append(Text(f"By the logs, {fit.looks_like}."))
    if found.unfitted:
        blocks.append(Bullets("Left as the scenario has it", found.unfitted))
    return blocks


def _latencies_of(number: int) -> str:
    return "1 latency" if number == 1 else f"{number} latencies"


def _latencies(fit: Fit) -> TableBlock:
    rows = []
    for each in fit.settings.latencies:
        cells = [f"{each.quantiles.get(point, '–')}" for point in POINTS]
        again = [each.again.get(point, "–") for point in POINTS]
        rows.append([each.function, each.step, count(each.executions), *cells, *again])
    heads = [*POINTS, *(f"{point} of the rest" for point in POINTS)]
    return TableBlock("Latencies", ["function", "type", "executions", *heads], rows, labels=2)


def _came_to(each: JudgedFunction) -> list[str]:
    seen, ran = each.observed_shares, each.predicted_shares
    return [
        each.function or _OTHERS,
        *(percent(share) for share in (seen.errors, ran.errors, seen.cached, ran.cached)),
        *(amount(number) for number in (seen.read, ran.read)),
    ]


def _hours(client: FittedClient) -> list[str]:
    """Calls in the quietest and in the busiest hour of the day."""
    if not client.by_hour:
        return ["–", "–"]
    hours = list(client.by_hour)
    return [f"{amount(of)} at {hours.index(of):02}:00" for of in (min(hours), max(hours))]


def _judged(each: JudgedFunction) -> list[str]:
    return [
        each.function or _OTHERS, count(each.observed), count(each.predicted),
        times(each.predicted, each.observed), count(each.observed_conflicts),
        count(each.predicted_conflicts),
    ]  # fmt: skip
