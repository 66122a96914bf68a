"""Reports over several replications: every mean with its interval, differences paired by seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.experiments import Difference, Estimate, Replications
from sim.numbers import amount, count, measured, percent, seconds, signed

from .blocks import Block, Heading, Table, Text

_TITLE = "Means over replications, with 95% confidence intervals"


def replications_report(done: Replications) -> list[Block]:
    """The blocks of the report of one scenario."""
    facts = done.results[0].scenario
    revision = f", revision {facts.revision}" if facts.revision else ""
    blocks: list[Block] = [
        Heading(f"{facts.name}{revision}: {seconds(facts.horizon_s)} simulated, {_seeds(done)}"),
        Table(
            _TITLE, ["", "mean", "±", "± of the mean", "least", "most"],
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
        columns = ["", names[0], name, "difference", "±", "variance saved"]
        blocks.append(Table(f"{name} minus {names[0]}, replications paired by seed", columns, rows))
    blocks.append(Text(
        "± is half of the 95% confidence interval of the mean difference. Variance saved: what "
        "common random numbers take off the variance of the difference, against independent runs."
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
    seeds = done.seeds
    return f"seed {seeds[0]}" if len(seeds) == 1 else (
        f"{len(seeds)} replications (seeds {seeds[0]} to {seeds[-1]})"
    )  # fmt: skip


def _row(each: Estimate) -> list[str]:
    return [
        _label(each.name, each.unit),
        _shown(each.mean, each.unit),
        _width(each.half_width, each.unit),
        "unknown" if math.isinf(each.half_width) else
        percent(each.precision) if math.isfinite(each.precision) else "",
        _shown(min(each.values), each.unit),
        _shown(max(each.values), each.unit),
    ]  # fmt: skip


def _difference(ours: float, theirs: float, change: Difference) -> list[str]:
    saved = change.variance_saved
    return [
        _label(change.name, change.unit),
        _shown(ours, change.unit),
        _shown(theirs, change.unit),
        signed(change.mean) if change.mean else "0",
        _width(change.half_width, change.unit),
        "" if saved is None else f"{saved:+.0%}",
    ]


def _label(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit not in ("", "$") else name


def _shown(value: float, unit: str) -> str:
    return measured(value, unit) if unit == "$" else amount(value) if value < 1e4 else count(value)


def _width(half_width: float, unit: str) -> str:
    return "unknown" if math.isinf(half_width) else _shown(half_width, unit)


def _precision(done: Replications, wanted: float) -> list[Block]:
    """Whether the intervals are as narrow as was asked for; if not, which are not and why."""
    wide, number = done.too_wide(), len(done.results)
    about = f"The interval of {' and '.join(done.judged)}" if done.judged else "Every interval"
    if not wide:
        return [Text(f"{about} is within ±{_share(wanted)} of its mean.")]
    rows = [
        [_label(each.name, each.unit), _shown(each.mean, each.unit), _relative(each),
         _needed(done.needed(each))]
        for each in wide
    ]  # fmt: skip
    title = f"Not within ±{_share(wanted)} of the mean after {number} replications"
    columns = ["", "mean", "± of the mean", "replications needed, about"]
    worst = wide[0]
    why = (
        f"{worst.name} is what limits the precision: an interval gets half as wide with four times "
        "the replications, and a mean that is small beside its spread takes many."
    )
    if number < done.most:
        why += f" No more were run, because {done.most} would not be enough."
    why += " Choose the metrics that matter with --metric, or a wider precision."
    return [Table(title, columns, rows), Text(why)]


def _share(share: float) -> str:
    return f"{share * 100:.3g}%"


def _relative(each: Estimate) -> str:
    return percent(each.precision) if math.isfinite(each.precision) else "unknown"


def _needed(number: float) -> str:
    return count(number) if math.isfinite(number) else "unknown"
