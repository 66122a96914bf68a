"""The report of `sim ablate`: what each change did alone, taken back, and as its share of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.experiments import TOLERANCE, Ablation, Combination, Contribution, period_of
from sim.intervals import ConfidenceInterval
from sim.metrics import OUTCOME, metric
from sim.numbers import amount, count, dollars

from .blocks import Block, Bullets, Heading, Table, Text
from .sweep import mean_text, setting

_SHORT = {
    "calls": "calls/day",
    "conflicts": "conflicts/day",
    "cost": "$/month",
    "outcomes.setlists_filled": "filled",
    "outcomes.setlists_placeholder": "placeholder",
    "outcomes.shows_without_setlist": "no row",
    "outcomes.catalogs_synced": "synced",
    "outcomes.hours_to_setlist": "wait (h)",
}
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
        Heading(f"{names}: what each of {len(found.changes)} changes bought"),
        Text(_how(found)),
        Table("Both ends", ["", found.buggy.name, found.fixed.name, "difference"],
              [_end(found, name) for name in found.metrics]),
        *_tables(found, "Made alone: the difference to " + found.buggy.name, lambda e: e.alone),
        *_tables(found, "Taken back alone: the difference to " + found.fixed.name,
                 lambda e: e.off),
        *_tables(found, _shares_title(found), lambda e: e.share, total=True),
        Table("Changes", ["change", "settings", "alone it breaks"],
              [_settings(found, n) for n in range(len(found.changes))], labels=3),
        Bullets("What was enough", _enough(found)),
        *([Bullets("How they interact", told)] if (told := _interactions(found)) else []),
    ]  # fmt: skip


def _how(found: Ablation) -> str:
    seeds = found.seeds
    under = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    spread = (
        "; one seed, so these are its figures, without intervals"
        if len(seeds) == 1
        else "; ± is half of the 95% confidence interval, paired by seed"
    )
    if found.exact:
        return (
            f"All {found.combinations:,} combinations under {under}, in the same world: the shares "
            f"are exact{spread}."
        )
    return (
        f"{found.combinations:,} of {1 << len(found.changes):,} combinations under {under}, in "
        f"the same world: the shares are estimated from {found.orders} random orders (each with "
        f"its reverse) with their 95% confidence intervals{spread if len(seeds) > 1 else ''}."
    )


def _title(name: str) -> str:
    if name in _SHORT:
        return _SHORT[name]
    period = period_of(name)
    shown = name.rpartition(".")[2].replace("_", " ")
    return shown if period == "run" else f"{shown}/{period}"


def _text(spread: ConfidenceInterval) -> str:
    return mean_text(spread.mean, spread.half_width)


def _end(found: Ablation, name: str) -> list[str]:
    before, after = found.ends[name]
    change = ConfidenceInterval(after.mean - before.mean, 0.0)
    return [_title(name), _text(before), _text(after), _signed(change)]


def _signed(spread: ConfidenceInterval) -> str:
    """A difference; what would be shown as zero has no sign."""
    number, *width = _text(spread).split(" ", 1)
    if not number.strip("-0."):
        return " ".join(["0", *width]) if "".join(width).strip("±0.") else "0"
    return " ".join([f"+{number}" if spread.mean > 0 else number, *width])


def _shares_title(found: Ablation) -> str:
    kind = "exact" if found.exact else "estimated"
    return f"Shapley share of the whole difference ({kind})"


def _tables(
    found: Ablation,
    title: str,
    part: Callable[[Contribution], ConfidenceInterval],
    *,
    total: bool = False,
) -> list[Block]:
    """A row for every change and a column for every metric."""
    spreads = {(each.change, each.metric): part(each) for each in found.effects}
    tables: list[Block] = []
    for shown in _side_by_side(found.metrics):
        rows = [[change.name, *(_signed(spreads[change.name, name]) for name in shown)]
                for change in found.changes]  # fmt: skip
        if total:
            ends = [found.ends[name] for name in shown]
            sums = [ConfidenceInterval(after.mean - before.mean, 0.0) for before, after in ends]
            rows.append(["sum", *map(_signed, sums)])
        more = ", continued" if tables else ""
        tables.append(Table(title + more, ["change", *map(_title, shown)], rows))
    return tables


def _side_by_side(metrics: Sequence[str]) -> list[Sequence[str]]:
    """The metrics of each table: large numbers take more room than what the app counts."""
    totals = [name for name in metrics if not name.startswith(OUTCOME)]
    outcomes = [name for name in metrics if name.startswith(OUTCOME)]
    return [
        names[first : first + wide]
        for names, wide in ((totals, 3), (outcomes, 5))
        for first in range(0, len(names), wide)
    ]


def _settings(found: Ablation, place: int) -> list[str]:
    change = found.changes[place]
    settings = [f"{path.removeprefix('app.')} {_value(before)} → {_value(after)}"
                for path, (before, after) in change.settings.items()]  # fmt: skip
    single = found.singles[place + 1]
    return [change.name, ", ".join(settings), ", ".join(single.broken) or "nothing"]


def _value(value: object) -> str:
    if value is None:
        return "–"
    return " ".join(map(str, value)) or "none" if isinstance(value, list) else setting(value)


def _enough(found: Ablation) -> list[str]:
    nothing, everything = found.singles[0], found.complete
    judged = f"Judged by {found.budgets_of}: {', '.join(found.budgets)} ({found.tested})."
    ends = (
        f"{found.buggy.name} breaks {_broken(nothing)}; {found.fixed.name} breaks "
        f"{_broken(everything)}."
    )
    if not nothing.broken:
        return [judged, ends, "No change was needed for these."]
    alone = (
        f"Enough on its own: {_listed(found.enough)}."
        if found.enough
        else f"No single change is enough{_nearly(found)}."
    )
    return [judged, ends, alone, *_smallest(found), _idle(found)]


def _idle(found: Ablation) -> str:
    """Which changes did nothing at all, and which nothing to what the platform counts."""
    # With one seed nothing else tells what a mere shift in time would do.
    noise = f"noise: {TOLERANCE:.0%} of a metric's range over all runs"
    if len(found.seeds) > 1 or not found.exact:
        noise += ", or an interval with zero in it"
    totals = [name for name in found.metrics if not name.startswith(OUTCOME)]
    most = [name for name in found.idle_on(totals) if name not in found.idle] if totals else []
    nothing = _listed(found.idle) if found.idle else "none"
    told = [f"Did nothing, neither alone nor taken back nor beside others ({noise}): {nothing}."]
    if most:
        told.append(f"Nothing to {_listed([*map(_title, totals)])}: {_listed(most)}.")
    return " ".join(told)


def _broken(one: Combination) -> str:
    return _listed(one.broken) if one.broken else "none"


def _nearly(found: Ablation) -> str:
    """The single changes that break no more than all changes together do."""
    allowed = set(found.complete.broken)
    as_good = [one.changes[0] for one in found.singles if one.changes
               and set(one.broken) <= allowed]  # fmt: skip
    if not as_good:
        return ""
    return f"; {_listed(as_good)} alone breaks no other budget than {found.fixed.name} does"


def _smallest(found: Ablation) -> list[str]:
    sets, best = found.smallest, found.smallest[0]
    size = _changes(len(best.changes))
    sure = "" if found.proven else " of those that were run, so a smaller one may exist"
    told = f"The smallest combination that keeps every budget{sure} has {size}"
    if best.broken:
        told = (
            f"No combination{'' if found.proven else ' that was run'} keeps every budget. The "
            f"best break {len(best.broken)}, and that takes {size}"
        )
    shown = [
        (" + ".join(one.changes) or "no change")
        + (f" (breaks {_broken(one)})" if one.broken else "")
        for one in sets[:_SETS]
    ]
    rest = [f"and {len(sets) - _SETS} others of that size"] if len(sets) > _SETS else []
    return [f"{told}: {'; '.join([*shown, *rest])}."]


def _changes(number: int) -> str:
    return "no change" if not number else "1 change" if number == 1 else f"{number} changes"


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
            sums = f"{_title(name)} ({_number(name, alone)} for {_number(name, whole)})"
            redundant.setdefault(unmissed, []).append(sums)
        needy = [change for change in missed if change not in most]
        if needy:
            others.append(
                f"{_title(name)}: most of it is lost without {_listed(needy)}, which alone does "
                "not bring it."
            )
        others += _against(found, name, whole, own)
    return [
        f"{_listed(changes)} stand in for each other: each alone brings most of the whole, and "
        "none is missed when taken back alone, so the shares divide the credit. Made alone, all "
        f"changes would add up to more than they bring together: {', '.join(sums)}."
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
    return [f"{_title(name)}: against the whole of {_number(name, whole)} go {_listed(parts)}."]


def _number(name: str, value: float) -> str:
    sign = "+" if value > 0 else "-" if value < 0 else ""
    if metric(name).unit == "$":
        return sign + dollars(abs(value))
    return sign + (count(abs(value)) if abs(value) >= 1e4 else amount(abs(value)))


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
