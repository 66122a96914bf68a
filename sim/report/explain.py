"""The report of `sim explain`: the sentence a person would say, then the figures behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict

from sim.causes import Cycle, Explanation
from sim.intervals import ConfidenceInterval
from sim.loops import Loop
from sim.numbers import amount, count, estimate, percent, seconds
from sim.result import Result
from sim.scenario import Scenario

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .findings import findings
from .lineage import ROOTS_TITLE, edges_table, generations_table
from .rates import DAY_S, rate_cells, rate_columns
from .words import listed, plural, seeds_text

_STATES = {True: "OPEN", False: "whether anything closes it is not known"}
_VARIES = "(very different from seed to seed)"
"""In place of an interval that is wider than what it is about."""
_KINDS = {"call": "calls itself", "pick": "a later run picks the same work up again"}
_TRENDS = {
    "grows": "so the loop grows",
    "holds": "so the loop neither grows nor dies out",
    "fades": "so the loop dies out",
    "closed": "so it ends after one round",
    "unsure": "but so few passes say little",
}


def explain_report(explained: Explanation) -> list[Block]:
    """The blocks of the report."""
    facts = explained.result.scenario
    seeds = seeds_text([result.scenario.seed for result in explained.results])
    title = f"{facts.name}: where its calls come from ({seconds(facts.horizon_s)}, {seeds})"
    blocks: list[Block] = [Heading(title)]
    blocks += [Text(text) for text in _told(explained)]
    blocks += [
        *map(_figures, explained.cycles),
        *loops_blocks(explained.loops),
        _roots(explained),
        edges_table(explained.result),
    ]
    if (generations := generations_table(explained.result)).rows:
        blocks.append(generations)
    if found := findings(explained.result, explained=True):
        blocks.append(Bullets(f"Findings (seed {facts.seed})", found))
    return blocks


def loops_blocks(loops: Sequence[Loop]) -> list[Block]:
    """The cycles that the settings allow, and the way round of those that call themselves."""
    if not loops:
        text = "No cycle was found, neither in the settings nor in the code of the functions."
        return [Text(text)]
    listed = [
        f"{arrows(loop.path)} ({_KINDS[loop.kind]}; {loop.circumstances}): "
        + (f"closed: {loop.closed_by}" if loop.closed_by else _STATES[loop.is_known])
        for loop in loops
    ]
    return [
        Bullets("Cycles that the settings allow (no scenario was run)", listed),
        *(
            Bullets(f"{arrows(loop.path)}, step by step", list(loop.steps))
            for loop in loops
            if loop.steps
        ),
    ]


def loops_json(scenario: Scenario, loops: Sequence[Loop]) -> str:
    """The cycles that the settings allow as JSON text, ending in a newline."""
    data = {
        "schema": "sim.loops/1",
        "scenario": scenario.name,
        "hash": scenario.hash,
        "loops": [{**asdict(loop), "is_open": loop.is_open} for loop in loops],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def arrows(path: Sequence[str]) -> str:
    """A cycle's functions without their modules."""
    return " → ".join(name.rpartition(":")[2] for name in path)


def _told(explained: Explanation) -> list[str]:
    if not explained.cycles:
        return ["No loop ran: no call descends from an earlier run of the same function."]
    share = (
        f"{_share(explained.rounds)} of the calls are made in a loop: they descend from an earlier "
        "run of the same function. "
    )
    told = [" ".join(_sentences(cycle, explained)) for cycle in explained.cycles]
    told[0] = share + told[0]
    if any(cycle.trend in ("grows", "holds") for cycle in explained.cycles):
        told.append(_held_down(explained.result))
    if explained.scenario.operations:
        told.append(
            "The app changes in the middle of the run. The figures cover the whole run, before and "
            "after the change. The cycles below follow from the settings at the start."
        )
    return told


def _sentences(cycle: Cycle, explained: Explanation) -> list[str]:
    seeds = len(explained.results)
    leaders = explained.leaders(cycle)
    ((leader, _),) = leaders.most_common(1)
    others = len(explained.feeding(cycle)) - 1
    feeding = f"{leader} and {plural(others, 'other root cause')}" if others else leader
    of_seeds = "" if cycle.seeds == seeds else f" ran in {cycle.seeds} of {seeds} seeds and"
    told = [
        f"The loop {arrows(cycle.path)}{of_seeds} was started by {feeding}.",
        f"Each pass starts {_estimate(cycle.reproduction)} more, {_TRENDS[cycle.trend]}.",
    ]
    if cycle.ways > 1:
        told.append(
            f"It is one of {cycle.ways} loops through the same functions, which feed each other: "
            f"together a scheduled step starts {_estimate(cycle.component)} more."
        )
    if cycle.trend not in ("grows", "holds"):
        return told
    if len(leaders) > 1:
        winners = listed([f"{root} under {number}" for root, number in leaders.most_common()])
        told.append(
            f"Chance decides which root cause feeds most of it: of {seeds} seeds {winners}. "
            "Without that root cause another one would feed the loop."
        )
    if cycle.through < 1:
        told.append(
            f"{percent(cycle.through)} of the passes start more passes, "
            f"{amount(cycle.unhindered)} each."
        )
    if cycle.doubling_s is not None:
        how = "If every pass did, the loop would double" if cycle.held_down else "The loop doubles"
        told.append(
            f"{how} every {seconds(cycle.doubling_s)}; one pass follows another after "
            f"{seconds(cycle.interval_s)}."
        )
    return told


def _held_down(result: Result) -> str:
    if not result.bounds:
        return "No limit slows the loop down."
    bounds = [f"{bound.name} ({percent(bound.share)})" for bound in result.bounds]
    return f"Limits reached under seed {result.scenario.seed}: {listed(bounds)}."


def _figures(cycle: Cycle) -> TableBlock:
    doubling = "never" if cycle.doubling_s is None else seconds(cycle.doubling_s)
    title = "doubling time if every pass started more" if cycle.held_down else "doubling time"
    rows = [
        ["passes (executions that an earlier pass led to)", count(cycle.passes)],
        ["passes that each of them starts on average (R)", _estimate(cycle.reproduction)],
        ["share of the passes that start more", percent(cycle.through)],
        ["passes that each of those starts", amount(cycle.unhindered)],
        ["time from a pass to the next, without waiting", seconds(cycle.interval_s)],
        [title, doubling],
    ]
    return TableBlock(arrows(cycle.path), ["measure", "value"], rows)


def _roots(explained: Explanation) -> TableBlock:
    horizon_s = explained.result.scenario.horizon_s
    rows = [
        [root.name, *rate_cells(root.calls * horizon_s / DAY_S, horizon_s), _share(root.share)]
        for root in explained.roots
    ]
    columns = ["root cause", *rate_columns(horizon_s), "share of calls"]
    return TableBlock(ROOTS_TITLE, columns, rows)


def _share(share: ConfidenceInterval) -> str:
    if math.isfinite(share.half_width) and share.half_width > share.mean:
        return f"{percent(share.mean)} {_VARIES}"
    return estimate(share.mean, share.half_width, "share")


def _estimate(number: ConfidenceInterval) -> str:
    """A reproduction number: a third decimal tells whether it is above 1."""
    if not math.isfinite(number.half_width):
        return f"{number.mean:.3f} (one seed, so no interval)"
    if number.half_width > number.mean:
        return f"{number.mean:.3f} {_VARIES}"
    return f"{number.mean:.3f} ±{number.half_width:.3f}"
