"""The report of `sim ablate`: what each change did alone, taken back, and as its share of all."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sim.experiments import TOLERANCE, Ablation, Combination, Contribution
from sim.intervals import ConfidenceInterval
from sim.lines import line
from sim.metrics import OUTCOME, metric
from sim.numbers import cell, estimate, signed, titled

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import listed, plural, seeds_text, setting

_SETS = 8
"""Combinations listed at most."""
_NAMED = 4
"""Changes that a sentence on one metric names."""
_MOST = 0.5
"""Share of the whole difference above which a change brings most of it."""


def ablate_report(found: Ablation) -> list[Block]:
    """The blocks of the report."""
    names = f"{found.buggy.name} to {found.fixed.name}"
    return [
        Heading(f"{names}: what each of {len(found.changes)} changes does"),
        Text(_how(found)),
        TableBlock("Both ends", ["metric", found.buggy.name, found.fixed.name, "difference"],
              [_end(found, name) for name in found.metrics]),
        _table(found, f"Each change made alone: the difference to {found.buggy.name}",
               lambda effect: effect.alone),
        _table(found, f"Each change taken back alone: the difference to {found.fixed.name}",
               lambda effect: effect.off),
        _table(found, _shares_title(found), lambda effect: effect.share, total=True),
        TableBlock("Changes", ["change", "settings", "budgets broken alone"],
              [_settings(found, n) for n in range(len(found.changes))], labels=3),
        Bullets("What was enough", _enough(found)),
        *([Bullets("How the changes interact", told)] if (told := _interactions(found)) else []),
    ]  # fmt: skip


def _how(found: Ablation) -> str:
    under = seeds_text(found.seeds)
    spread = (
        "There is one seed, so there are no confidence intervals."
        if len(found.seeds) == 1
        else "± is half of the 95% confidence interval, paired by seed."
    )
    if found.exact:
        return (
            f"All {found.combinations:,} combinations of the changes were run under {under}, so "
            f"the shares are exact. {spread}"
        )
    estimated = "" if len(found.seeds) > 1 else ", with 95% confidence intervals"
    return (
        f"{found.combinations:,} of {1 << len(found.changes):,} combinations of the changes were "
        f"run under {under}. The shares are estimated from {found.orders} random orders of the "
        f"changes and their reverses{estimated}. {spread}"
    )


def _title(name: str) -> str:
    shown = line(name)
    return titled(shown.name, shown.unit)


def _text(spread: ConfidenceInterval, unit: str) -> str:
    return estimate(spread.mean, spread.half_width, unit)


def _end(found: Ablation, name: str) -> list[str]:
    before, after = found.ends[name]
    change = ConfidenceInterval(after.mean - before.mean, 0.0)
    unit = metric(name).unit
    return [_title(name), _text(before, unit), _text(after, unit), _difference(change, unit)]


def _difference(spread: ConfidenceInterval, unit: str) -> str:
    """A difference with its sign."""
    text = signed(spread.mean, unit)
    if not spread.half_width or not math.isfinite(spread.half_width):
        return text
    return f"{text} ±{cell(spread.half_width, unit)}"


def _shares_title(found: Ablation) -> str:
    kind = "exact" if found.exact else "estimated"
    return f"Shapley share of the whole difference ({kind})"


def _table(
    found: Ablation,
    title: str,
    part: Callable[[Contribution], ConfidenceInterval],
    *,
    total: bool = False,
) -> TableBlock:
    """A row for every change and a column for every metric."""
    parts = {(each.change, each.metric): part(each) for each in found.effects}
    units = {name: metric(name).unit for name in found.metrics}
    rows = [
        [change.name,
         *(_difference(parts[change.name, name], unit) for name, unit in units.items())]
        for change in found.changes
    ]  # fmt: skip
    if total:
        ends = [found.ends[name] for name in found.metrics]
        sums = [ConfidenceInterval(after.mean - before.mean, 0.0) for before, after in ends]
        rows.append(["sum", *map(_difference, sums, units.values())])
    return TableBlock(title, ["change", *map(_title, found.metrics)], rows)


def _settings(found: Ablation, place: int) -> list[str]:
    change = found.changes[place]
    settings = [f"{path.removeprefix('app.')} {setting(before)} → {setting(after)}"
                for path, (before, after) in change.settings.items()]  # fmt: skip
    single = found.singles[place + 1]
    return [change.name, ", ".join(settings), ", ".join(single.broken) or "none"]


def _enough(found: Ablation) -> list[str]:
    nothing, everything = found.singles[0], found.complete
    judged = f"Judged by {found.budgets_of}: {listed(list(found.budgets))}. Tested: {found.tested}."
    ends = (
        f"{found.buggy.name} breaks {_broken(nothing)}; {found.fixed.name} breaks "
        f"{_broken(everything)}."
    )
    if not nothing.broken:
        return [judged, ends, "So no change is needed to keep the budgets."]
    alone = (
        f"Enough on its own to keep every budget: {listed(found.enough)}."
        if found.enough
        else f"No single change is enough.{_nearly(found)}"
    )
    return [judged, ends, alone, *_smallest(found), _idle(found)]


def _idle(found: Ablation) -> str:
    """Which changes did nothing at all, and which nothing to what the platform counts."""
    # With one seed nothing else tells what a mere shift in time would do.
    noise = f"more than {TOLERANCE:.0%} of the metric's range over all runs"
    if len(found.seeds) > 1 or not found.exact:
        noise += ", with zero outside its confidence interval"
    totals = [name for name in found.metrics if not name.startswith(OUTCOME)]
    most = [name for name in found.idle_on(totals) if name not in found.idle] if totals else []
    nothing = listed(found.idle) or "none"
    told = f"Changes without effect, alone or with others: {nothing} (an effect is {noise})."
    if most:
        told += f" Changes without effect on {listed([*map(_title, totals)])}: {listed(most)}."
    return told


def _broken(one: Combination) -> str:
    return listed(one.broken) if one.broken else "none"


def _nearly(found: Ablation) -> str:
    """The single changes that break no more than all changes together do."""
    allowed = set(found.complete.broken)
    as_good = [one.changes[0] for one in found.singles if one.changes
               and set(one.broken) <= allowed]  # fmt: skip
    if not as_good:
        return ""
    return (
        f" {listed(as_good)}, made alone, breaks no budget that {found.fixed.name} does not break."
    )


def _smallest(found: Ablation) -> list[str]:
    sets, best = found.smallest, found.smallest[0]
    size = _changes(len(best.changes))
    sure = "" if found.proven else " of those that were run, so a smaller one may exist"
    told = f"The smallest combination that keeps every budget{sure} has {size}"
    if best.broken:
        told = (
            f"No combination{'' if found.proven else ' that was run'} keeps every budget. The "
            f"best ones break {plural(len(best.broken), 'budget')}, and the smallest of these have "
            f"{size}"
        )
    shown = [
        (" + ".join(one.changes) or "no change")
        + (f" (breaks {_broken(one)})" if one.broken else "")
        for one in sets[:_SETS]
    ]
    rest = [f"and {len(sets) - _SETS} others of that size"] if len(sets) > _SETS else []
    return [f"{told}: {'; '.join([*shown, *rest])}."]


def _changes(number: int) -> str:
    return plural(number, "change") if number else "no change"


def _interactions(found: Ablation) -> list[str]:
    """Where changes stand in for each other, need each other, or work against each other."""
    redundant: dict[tuple[str, ...], list[str]] = {}
    others = []
    for name in found.metrics:
        before, after = found.ends[name]
        whole = after.mean - before.mean
        if abs(whole) <= found.noise[name]:
            continue
        own = [each for each in found.effects if each.metric == name]
        most = [each.change for each in own if each.alone.mean / whole > _MOST]
        missed = [each.change for each in own if each.off.mean / -whole > _MOST]
        unmissed = tuple(change for change in most if change not in missed)
        if len(unmissed) > 1:
            alone = sum(each.alone.mean for each in own)
            sums = f"{_title(name)} ({_number(name, alone)} instead of {_number(name, whole)})"
            redundant.setdefault(unmissed, []).append(sums)
        needy = [change for change in missed if change not in most]
        if needy:
            others.append(
                f"{_title(name)}: most of the difference needs {listed(needy)}, but does not come "
                f"with {'it' if len(needy) == 1 else 'one of them'} alone."
            )
        others += _against(found, name, whole, own)
    return [
        f"{listed(changes)} can replace each other: each alone brings most of the difference, and "
        "taking back one of them loses little. So their shares divide the difference. The changes "
        f"made alone add up to more than all of them together: {listed(sums)}."
        for changes, sums in redundant.items()
    ] + others


def _against(found: Ablation, name: str, whole: float, own: Sequence[Contribution]) -> list[str]:
    """The changes whose share of a metric has the other sign than the whole."""
    against = [each for each in own
               if each.share.mean / whole < 0 and found.moves(each, each.share)]  # fmt: skip
    against.sort(key=lambda each: each.share.mean / whole)
    if not against:
        return []
    parts = [f"{each.change} ({_number(name, each.share.mean)})" for each in against[:_NAMED]]
    go = "goes" if len(parts) == 1 else "go"
    difference = _number(name, whole)
    return [f"{_title(name)}: {difference} in all, but {listed(parts)} {go} the other way."]


def _number(name: str, value: float) -> str:
    return signed(value, metric(name).unit, named=True)
