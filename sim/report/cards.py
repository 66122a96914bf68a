"""Headline figures: what a reader of a page looks for first, and how the runs differ in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from sim.budgets import ScenarioCheck
from sim.causes import Explanation
from sim.experiments import Replications, Sweep
from sim.intervals import interval
from sim.metrics import outcome_unit
from sim.numbers import amount, cell, count, dollars, estimate, percent, seconds, titled
from sim.result import Result

from .blocks import Card, Cards, Reading
from .figures import use_of, use_text
from .rates import is_a_day
from .sweep import short_names
from .words import listed, plural, setting

GOALS = {"setlists_filled": ("shows", True)}
"""Outcomes of the setlist app that are its purpose → what they are a part of, and whether more of
them are better. Of other apps the first outcomes are shown, and nothing is said of what is good."""
MOST_OUTCOMES = 2
WORTH_NAMING = 0.01
"""Share from which a limit counts as reached: what is rarer changes nothing that a card shows."""
_TIMES = 2.0
"""From this ratio on a change is told as a factor, not in per cent."""

_BEST: tuple[tuple[str, str, Callable[[list[float]], float]], ...] = (
    ("Fewest function calls a day", "function calls per day", min),
    ("Lowest cost a month", "cost per month at this rate", min),
    ("Most setlists filled", "setlists filled", max),
)

Read = Callable[[Result], float]
Spell = Callable[[float], str]
Detail = Callable[[Result], str]


def headline_cards(results: Sequence[Result]) -> Cards:
    """The cards of one run, or of several, each told apart from the first."""
    cards = [
        _card(results, "Function calls a day", lambda r: r.calls.per_day, amount, _calls_detail),
        _card(results, "Write conflicts a day",
              lambda r: (r.conflicts.retried + r.conflicts.failed) / r.days, amount,
              lambda r: _some(r.conflicts.failed / r.days, "of them failed for good")),
        _card(results, "Cost a month", lambda r: r.cost.projected_monthly_usd, dollars,
              lambda r: f"at this rate, plan {r.cost.plan.capitalize()}"),
        *(_outcome(results, name) for name in _shown_outcomes(results)),
        _card(results, "Most jobs waiting", lambda r: r.scheduler.peak_backlog, count,
              lambda r: _some(r.scheduler.final_backlog, "at the end")),
        Card("Hardest limit reached", [_limit(result) for result in results]),
    ]  # fmt: skip
    names = [result.scenario.name for result in results]
    return Cards(names if len(results) > 1 else [], cards)


def replication_cards(runs: Sequence[Replications]) -> Cards:
    """The same figures as means over replications, each with its 95% confidence interval.

    Of several scenarios, paired by seed, a change is good or bad if zero lies outside the interval
    of the difference.
    """
    results = [done.results[0] for done in runs]
    figures: list[tuple[str, Read, str, bool | None]] = [
        ("Function calls a day", lambda r: r.calls.per_day, "", False),
        ("Write conflicts a day", lambda r: (r.conflicts.retried + r.conflicts.failed) / r.days,
         "", False),
        ("Cost a month", lambda r: r.cost.projected_monthly_usd, "$", False),
        *(_mean_outcome(name) for name in _shown_outcomes(results)),
        ("Most jobs waiting", lambda r: r.scheduler.peak_backlog, "", False),
    ]  # fmt: skip
    names = [result.scenario.name for result in results]
    cards = [_mean_card(runs, *figure) for figure in figures]
    return Cards(names if len(runs) > 1 else [], cards)


def _mean_outcome(name: str) -> tuple[str, Read, str, bool | None]:
    unit = outcome_unit(name)
    title = titled(name.replace("_", " ").capitalize(), unit)
    return title, lambda r: r.outcomes.get(name, 0.0), unit, GOALS.get(name, ("", None))[1]


def _mean_card(
    runs: Sequence[Replications], title: str, read: Read, unit: str, more_is_better: bool | None
) -> Card:
    values = [[read(result) for result in done.results] for done in runs]
    base = fmean(values[0])
    readings = []
    for number, own in enumerate(values):
        mean, half = interval(own)
        change, is_better = "", None
        if number:
            difference, noise = interval([b - a for a, b in zip(values[0], own, strict=True)])
            change = changed(mean, base, lambda value: cell(value, unit))
            if abs(difference) > noise and change != "same" and more_is_better is not None:
                is_better = (difference > 0) is more_is_better
        spread = f"{cell(min(own), unit)} to {cell(max(own), unit)} over the seeds"
        alike = "the same under every seed"
        readings.append(Reading(estimate(mean, half, unit), spread if half else alike, change,
                                is_better))  # fmt: skip
    return Card(title, readings)


def explain_cards(explained: Explanation) -> Cards:
    """How much of the calls a loop makes, and whether it grows."""
    result = explained.result
    cards = [
        Card("Calls made in a loop",
             [Reading(percent(explained.rounds.mean), "of all function calls")]),
        Card("Function calls a day",
             [Reading(amount(result.calls.per_day), _calls_detail(result))]),
    ]  # fmt: skip
    if explained.cycles:
        strongest = max(explained.cycles, key=lambda cycle: cycle.reproduction.mean)
        doubling = strongest.doubling_s
        each = f"{strongest.reproduction.mean:.3f} more"
        cards[1:1] = [
            Card("Each pass of the strongest loop starts",
                 [Reading(each, "1 or more keeps the loop alive")]),
            Card("The loop doubles in",
                 [Reading("never" if doubling is None else seconds(doubling),
                          "if no limit holds it down" if strongest.held_down else "")]),
        ]  # fmt: skip
    return Cards([], cards)


def check_cards(one: ScenarioCheck) -> Cards:
    """The verdict, and what comes closest to its limit or goes furthest beyond it."""
    cards = [Card("Budgets", [_verdict(one)])]
    used = [(use, check) for check in one.checks if (use := use_of(check)) is not None]
    if used:
        most, check = max(used, key=lambda pair: pair[0])
        cards.append(Card("Most of a limit used", [Reading(use_text(most), check.budget)]))
    return Cards([], cards)


def verdict_cards(scenarios: Sequence[ScenarioCheck]) -> Cards:
    """The verdict on each of several scenarios."""
    return Cards([], [Card(one.name, [_verdict(one)]) for one in scenarios])


def _verdict(one: ScenarioCheck) -> Reading:
    held, warned, failed = (len(one.with_verdict(each)) for each in ("pass", "warn", "fail"))
    judged = held + warned + failed
    broken = failed or warned
    holds = "holds" if judged == 1 else "hold"
    value = f"{broken or held:,} of {plural(judged, 'bound')} {'broken' if broken else holds}"
    detail = f"{warned:,} more only warn" if failed and warned else ""
    return Reading(
        value if judged else "nothing judged",
        "only warnings" if warned and not failed else detail,
        one.verdict, {"pass": True, "no verdict": None, "not judged": None}.get(one.verdict, False),
        is_bad=bool(failed),
    )  # fmt: skip


def sweep_cards(swept: Sweep) -> Cards:
    """The best combination in each of the figures that matter most, and its settings."""
    table, units, cards = swept.table(), swept.units(), []
    for title, name, best in _BEST:
        means = [row[name][0] for row in table if name in row]
        if means:
            value = best(means)
            shown = [cell(mean, units[name]) for mean in means]
            values = swept.cells[means.index(value)].settings.values()
            named = zip(short_names(swept.axes), values, strict=True)
            where = listed([f"{path} {setting(each)}" for path, each in named])
            if len(set(shown)) == 1:
                where = "the same in every combination"
            cards.append(Card(title, [Reading(cell(value, units[name]), where)]))
    return Cards([], cards)


def changed(value: float, base: float, spell: Spell) -> str:
    """How a value differs from another, in a word: ``-79%``, ``×4.7``, ``+76``, ``same``."""
    shown = spell(value), spell(base)
    if value == base or shown[0] == shown[1]:
        return "same"
    if base <= 0 or value < 0:
        return ("+" if value > base else "-") + spell(abs(value - base))
    if value / base >= _TIMES:
        return f"×{amount(value / base)}"
    share = percent(abs(value / base - 1))
    return ("+" if value > base else "-") + share.removeprefix(">")


def _card(
    results: Sequence[Result],
    title: str,
    read: Read,
    spell: Spell,
    detail: Detail,
    more_is_better: bool | None = False,
) -> Card:
    base = read(results[0])
    readings = []
    for number, result in enumerate(results):
        value = read(result)
        change = changed(value, base, spell) if number else ""
        is_better = None
        if more_is_better is not None and change not in ("", "same"):
            is_better = (value > base) is more_is_better
        readings.append(Reading(spell(value), detail(result), change, is_better))
    return Card(title, readings)


def _calls_detail(result: Result) -> str:
    if not is_a_day(result.scenario.horizon_s):
        return f"{count(result.calls.total)} in this run of {seconds(result.scenario.horizon_s)}"
    organic = sum(use.per_day for use in result.by_function.values() if "flow" in use.by_trigger)
    return _some(organic, "of them organic")


def _some(value: float, what: str) -> str:
    return f"{amount(value)} {what}" if value else ""


def _shown_outcomes(results: Sequence[Result]) -> list[str]:
    names = dict.fromkeys(name for result in results for name in result.outcomes)
    return [name for name in names if name in GOALS] or list(names)[:MOST_OUTCOMES]


def _outcome(results: Sequence[Result], name: str) -> Card:
    whole, more_is_better = GOALS.get(name, ("", None))
    unit = outcome_unit(name)

    def detail(result: Result) -> str:
        of = result.outcomes.get(whole)
        return "" if of is None else f"of {count(of)} {whole}"

    title = titled(name.replace("_", " ").capitalize(), unit)
    return _card(results, title, lambda r: r.outcomes.get(name, 0.0),
                 lambda value: cell(value, unit), detail, more_is_better)  # fmt: skip


def _limit(result: Result) -> Reading:
    if not result.bounds or result.bounds[0].share < WORTH_NAMING:
        return Reading("none")
    hardest, *others = result.bounds
    then = f", then {others[0].name} {percent(others[0].share)}" if others else ""
    return Reading(hardest.name, f"{percent(hardest.share)}{then}")
