"""Reports over several replications: every mean with its interval, differences paired by seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.experiments import Difference, Estimate, Replications
from sim.numbers import cell, count, percent, seconds, signed, titled

from .blocks import Block, Heading, TableBlock, Text
from .words import listed, seeds_text

_TITLE = "Means over the replications"


def replications_report(done: Replications) -> list[Block]:
    """The blocks of the report of one scenario."""
    facts = done.results[0].scenario
    revision = f", revision {facts.revision}" if facts.revision else ""
    blocks: list[Block] = [
        Heading(f"{facts.name}{revision}: {seconds(facts.horizon_s)} simulated, {_seeds(done)}"),
        Text("± is half of the 95% confidence interval of the mean."),
        TableBlock(
            _TITLE, ["metric", "mean", "±", "± of the mean", "lowest", "highest"],
            [_row(each) for each in done.estimates()],
        ),
    ]  # fmt: skip
    if done.wanted is not None:
        blocks += _precision(done, done.wanted)
    return blocks


def paired_report(runs: Sequence[Replications]) -> list[Block]:
    """The blocks of a comparison: every scenario's means, then the differences to the first."""
    first, *others = runs
    names = [done.results[0].scenario.name for done in runs]
    blocks: list[Block] = [Heading(f"{' vs '.join(names)}, {_seeds(first)} each")]
    for other, name in zip(others, names[1:], strict=True):
        rows = [
            _difference(ours, theirs, change)
            for ours, theirs, change in _aligned(first, other)
        ]  # fmt: skip
        columns = ["metric", names[0], name, "difference", "±"]
        blocks.append(
            TableBlock(f"{name} minus {names[0]}, replications paired by seed", columns, rows)
        )
    blocks.append(Text(
        "The ± is half of the 95% confidence interval of the mean difference. Both scenarios run "
        "under the same seeds, so that chance moves them alike."
    ))  # fmt: skip
    return blocks


def _aligned(first: Replications, other: Replications) -> list[tuple[float, float, Difference]]:
    """The mean of either scenario and the difference, metric by metric."""
    number = len(first.results)
    both = Replications(first.scenario, [*first.results, *other.results])
    rows = zip(both.estimates(), first.differences(other), strict=True)
    return [
        (sum(each.values[:number]) / number, sum(each.values[number:]) / number, change)
        for each, change in rows
    ]


def _seeds(done: Replications) -> str:
    text = seeds_text(done.seeds)
    return text if len(done.seeds) == 1 else f"{len(done.seeds)} replications ({text})"


def _row(each: Estimate) -> list[str]:
    return [
        titled(each.name, each.unit),
        cell(each.mean, each.unit),
        _width(each.half_width, each.unit),
        "unknown" if math.isinf(each.half_width) else
        percent(each.precision) if math.isfinite(each.precision) else "",
        cell(min(each.values), each.unit),
        cell(max(each.values), each.unit),
    ]  # fmt: skip


def _difference(ours: float, theirs: float, change: Difference) -> list[str]:
    return [
        titled(change.name, change.unit),
        cell(ours, change.unit),
        cell(theirs, change.unit),
        signed(change.mean, change.unit),
        _width(change.half_width, change.unit),
    ]


def _width(half_width: float, unit: str) -> str:
    return "unknown" if math.isinf(half_width) else cell(half_width, unit)


def _precision(done: Replications, wanted: float) -> list[Block]:
    """Whether the intervals are as narrow as was asked for; if not, which are not and why."""
    wide, number = done.too_wide(), len(done.results)
    about = f"The ± of {listed(done.judged)}" if done.judged else "Every ±"
    if not wide:
        return [Text(f"{about} is at most {_share(wanted)} of its mean.")]
    rows = [
        [titled(each.name, each.unit), cell(each.mean, each.unit), _relative(each),
         _needed(done.needed(each))]
        for each in wide
    ]  # fmt: skip
    title = f"Metrics whose ± is still more than {_share(wanted)} of the mean after {number} "
    columns = ["metric", "mean", "± of the mean", "replications needed, about"]
    why = (
        f"The precision is limited by {wide[0].name}, whose mean is small beside its spread. An "
        "interval gets half as wide with four times the replications."
    )
    if number < done.most:
        why += f" No more were run: {done.most} would not be enough."
    why += " Name the metrics that matter with --metric, or ask for a wider precision."
    return [TableBlock(f"{title}replications", columns, rows), Text(why)]


def _share(wanted: float) -> str:
    return f"{wanted * 100:.4g}%"


def _relative(each: Estimate) -> str:
    return percent(each.precision) if math.isfinite(each.precision) else "unknown"


def _needed(number: float) -> str:
    return count(math.ceil(number)) if math.isfinite(number) else "unknown"
