"""The report of `sim explain`: the sentence a person would say, then the figures behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict

from sim.budgets import Interval
from sim.explain import Cycle, Explanation
from sim.loops import Loop
from sim.scenario import Scenario

from .blocks import Block, Bullets, Heading, Table, Text
from .findings import findings
from .lineage import edges_table, generations_table
from .numbers import count, percent, seconds

_KINDS = {"call": "calls itself", "pick": "picked again at its own pace"}
_TRENDS = {
    "grows": "so it grows",
    "holds": "so it never dies",
    "fades": "so it fades",
    "closed": "so each lineage ends where it comes round",
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
        return [Text("The settings allow no cycle: no function leads back to itself.")]
    listed = [
        f"{arrows(loop.path)} ({_KINDS[loop.kind]}; {loop.circumstances}): "
        + (f"closed by this: {loop.closed_by}" if loop.closed_by else "OPEN")
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
    told = [" ".join(_sentences(cycle, explained)) for cycle in explained.cycles]
    if explained.scenario.operations:
        told.append(
            "The app is changed in the middle of the run: the figures are over all of it, before "
            "and after."
        )
    return told


def _sentences(cycle: Cycle, explained: Explanation) -> list[str]:
    share, feeding = explained.share_of(cycle), explained.feeding(cycle)
    largest, seeds = feeding[0], len(explained.results)
    alone = largest.largest == seeds
    start = f"{largest.name} and {len(feeding) - 1} others" if len(feeding) > 1 else largest.name
    first = (
        f"{_share(share)} of the calls descend from {start} through {arrows(cycle.path)}; each "
        f"pass starts {_estimate(cycle.reproduction)} more, {_TRENDS[cycle.trend]}."
    )
    told = [first]
    if cycle.trend == "closed":
        return told
    if not alone:
        winners = ", ".join(
            f"{root.name} under {root.largest}" for root in explained.roots if root.largest
        )
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
        told.append(
            f"Unhindered it would double every {seconds(cycle.doubling_s)} "
            f"(a pass starts its next ones after {seconds(cycle.interval_s)})."
        )
    bounds = explained.result.bounds
    if bounds:
        told.append(
            "It is held down by "
            + ", then ".join(f"{bound.name} ({percent(bound.share)})" for bound in bounds)
            + "."
        )
    elif cycle.trend != "fades":
        told.append("No limit holds it down.")
    return told


def _figures(cycle: Cycle) -> Table:
    doubling = "never" if cycle.doubling_s is None else seconds(cycle.doubling_s)
    rows = [
        ["passes: executions that an earlier pass led to", count(cycle.passes)],
        ["passes that each of them starts (R)", _estimate(cycle.reproduction)],
        ["share of the passes that start any", percent(cycle.through)],
        ["passes that each of those starts", f"{cycle.unhindered:.2f}"],
        ["from a pass to the ones it starts, waiting left out", seconds(cycle.interval_s)],
        ["unhindered it would double in", doubling],
    ]
    return Table(arrows(cycle.path), ["", "value"], rows)


def _roots(explained: Explanation) -> Table:
    rows = [
        [root.name, count(root.calls), _share(root.share), f"{root.largest}"]
        for root in explained.roots
    ]
    columns = ["root cause", "calls/day", "share", "seeds in which it leads"]
    return Table("What the calls descend from", columns, rows)


def _share(share: Interval) -> str:
    half = f" ± {percent(share.half_width)}" if math.isfinite(share.half_width) else ""
    return percent(share.mean) + half


def _estimate(number: Interval) -> str:
    if not math.isfinite(number.half_width):
        return f"{number.mean:.3f} (one seed: no interval)"
    return f"{number.mean:.3f} ± {number.half_width:.3f}"
