"""The report of `sim explain`: the sentence a person would say, then the figures behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict

from sim.causes import Cycle, Explanation
from sim.intervals import ConfidenceInterval
from sim.loops import Loop
from sim.numbers import count, percent, seconds
from sim.result import Result
from sim.scenario import Scenario

from .blocks import Block, Bullets, Heading, Table, Text
from .findings import findings
from .lineage import edges_table, generations_table

_STATES = {True: "OPEN", False: "what closes it is not known"}
_KINDS = {"call": "calls itself", "pick": "picked again at its own pace"}
_TRENDS = {
    "grows": "so it grows",
    "holds": "so it never dies",
    "fades": "so it fades",
    "closed": "so each lineage ends where it comes round",
    "unsure": "but those are too few passes to go by",
}


def explain_report(explained: Explanation) -> list[Block]:
    """The blocks of the report."""
    facts, seeds = explained.result.scenario, len(explained.results)
    title = (
        f"{facts.name}: why it calls what it calls, {seconds(facts.horizon_s)}, "
        f"{seeds} seed{'s' if seeds > 1 else ''} from {facts.seed}"
    )
    blocks: list[Block] = [Heading(title)]
    blocks += [Text(text) for text in _told(explained)]
    blocks += [
        *map(_figures, explained.cycles),
        *loops_blocks(explained.loops),
        _roots(explained),
        edges_table(explained.result),
        generations_table(explained.result),
    ]
    if found := findings(explained.result):
        blocks.append(Bullets(f"Findings (seed {facts.seed})", found))
    return blocks


def loops_blocks(loops: Sequence[Loop]) -> list[Block]:
    """The cycles that the settings allow, and the way round of those that call themselves."""
    if not loops:
        text = "No cycle was found in the settings, or in the code of the functions themselves."
        return [Text(text)]
    listed = [
        f"{arrows(loop.path)} ({_KINDS[loop.kind]}; {loop.circumstances}): "
        + (f"closed by this: {loop.closed_by}" if loop.closed_by else _STATES[loop.is_known])
        for loop in loops
    ]
    return [
        Bullets("Cycles that the settings allow, nothing simulated", listed),
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
        text = "No work came round: no execution ran what one of its ancestors had run."
        return [text]
    share = f"{_share(explained.rounds)} of the calls are made by work that has come round. "
    told = [" ".join(_sentences(cycle, explained)) for cycle in explained.cycles]
    told[0] = share + told[0]
    if any(cycle.trend in ("grows", "holds") for cycle in explained.cycles):
        told.append(_held_down(explained.result))
    if explained.scenario.operations:
        told.append(
            "The app is changed in the middle of the run: the figures are over all of it, before "
            "and after; the cycles below are those of the settings at its start."
        )
    return told


def _sentences(cycle: Cycle, explained: Explanation) -> list[str]:
    feeding, leaders = explained.feeding(cycle), explained.leaders(cycle)
    seeds = len(explained.results)
    ((leader, _),) = leaders.most_common(1)
    others = len(feeding) - 1
    start = f"{leader} and {others} other{'s' if others > 1 else ''}" if others else leader
    of_seeds = "" if cycle.seeds == seeds else f" in {cycle.seeds} of {seeds} seeds"
    first = (
        f"What {start} started went round through {arrows(cycle.path)}{of_seeds}; each pass starts "
        f"{_estimate(cycle.reproduction)} more, {_TRENDS[cycle.trend]}."
    )
    told = [first]
    if cycle.ways > 1:
        told.append(
            f"It is one of {cycle.ways} ways round through the same functions, which feed each "
            f"other: together a scheduled step starts {_estimate(cycle.component)} more."
        )
    if cycle.trend not in ("grows", "holds"):
        return told
    if len(leaders) > 1:
        winners = ", ".join(f"{root} under {number}" for root, number in leaders.most_common())
        told.append(
            f"Which root's lineage outgrows the others is chance: of {seeds} seeds {winners}. "
            "Taking one of them away leaves the loop to the next."
        )
    if cycle.through < 1:
        told.append(
            f"{percent(cycle.through)} of the passes get through and start "
            f"{cycle.unhindered:.2f} each."
        )
    if cycle.doubling_s is not None:
        how = "If all passes got through it would double" if cycle.held_down else "It doubles"
        told.append(
            f"{how} every {seconds(cycle.doubling_s)} "
            f"(a pass starts its next ones after {seconds(cycle.interval_s)})."
        )
    return told


def _held_down(result: Result) -> str:
    if not result.bounds:
        return "No limit holds it down."
    bounds = (f"{bound.name} ({percent(bound.share)})" for bound in result.bounds)
    return f"Limits that were met under seed {result.scenario.seed}: {', then '.join(bounds)}."


def _figures(cycle: Cycle) -> Table:
    doubling = "never" if cycle.doubling_s is None else seconds(cycle.doubling_s)
    title = "would double in, if all passes got through" if cycle.held_down else "doubles in"
    rows = [
        ["passes: executions that an earlier pass led to", count(cycle.passes)],
        ["passes that each of them starts (R)", _estimate(cycle.reproduction)],
        ["share of the passes that start any", percent(cycle.through)],
        ["passes that each of those starts", f"{cycle.unhindered:.2f}"],
        ["from a pass to the ones it starts, waiting left out", seconds(cycle.interval_s)],
        [title, doubling],
    ]
    return Table(arrows(cycle.path), ["", "value"], rows)


def _roots(explained: Explanation) -> Table:
    rows = [
        [root.name, count(root.calls), _share(root.share)] for root in explained.roots
    ]  # fmt: skip
    columns = ["root cause", "calls/day", "share"]
    return Table("What the calls descend from", columns, rows)


def _share(share: ConfidenceInterval) -> str:
    half = f" ± {percent(share.half_width)}" if math.isfinite(share.half_width) else ""
    return percent(share.mean) + half


def _estimate(number: ConfidenceInterval) -> str:
    if not math.isfinite(number.half_width):
        return f"{number.mean:.3f} (under one seed, so without an interval)"
    return f"{number.mean:.3f} ± {number.half_width:.3f}"
