"""The report of `sim check`: every bound with its verdict and headroom, then why one is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sim.budgets import Carrier, Check, CheckReport, ScenarioCheck, SwitchedBack, WhyBroken
from sim.metrics import metric
from sim.numbers import count, dollars, measured, seconds, signed
from sim.result import AlertUse

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import sentence, setting

MOST_NAMED = 6
"""Budgets named in one sentence."""
_SIGN = {"max": "≤", "min": "≥", "max_increase": "≤", "max_decrease": "≥"}
_ORDER = {"fail": 0, "incomparable": 1, "no baseline": 2, "warn": 3, "not judged": 4, "pass": 5}


def check_report(report: CheckReport) -> list[Block]:
    """The blocks of the report, scenario by scenario."""
    return [block for one in report.scenarios for block in scenario_blocks(one)]


def scenario_blocks(one: ScenarioCheck) -> Iterator[Block]:
    """One scenario's part."""
    yield Heading(headline(one))
    yield Text(f"Tested: {one.tested}. {_compared(one)}".strip())
    yield _bounds(one)
    if one.nothing_ran:
        yield Text(
            "Nothing calls this app in the time that was simulated, so these budgets say nothing: "
            "it needs clients, a cron that comes due, or organic traffic."
        )
    if one.notes:
        yield Bullets("Findings", [sentence(note) for note in one.notes])
    if messages := _messages(one):
        yield Bullets("What is broken", messages)
    if one.explanation is not None:
        yield from _explained(one, one.explanation)
    if one.alerts:
        yield alert_table(one.alerts)


def _is_unknown(check: Check) -> bool:
    """Whether there is no value: logs do not have every metric."""
    return check.verdict == "not judged" and check.stopped_at_s is None


def headline(one: ScenarioCheck) -> str:
    """The verdict in a line: what a pull request's reviewer reads first."""
    stopped = ""
    if one.stopped_at_s is not None:
        stopped = f"; stopped after {clock(one.stopped_at_s)} of {seconds(one.horizon_s)}"
    return f"{one.name}: {one.summary}{stopped}"


def clock(at_s: float) -> str:
    """A time of the simulation, in whole minutes."""
    hours, minutes = divmod(round(at_s / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _compared(one: ScenarioCheck) -> str:
    if one.incomparable:
        return f"The baseline is incomparable: {one.incomparable}."
    if one.not_in_baseline:
        return f"{one.not_in_baseline}."
    if one.stopped_at_s is not None:
        return "Stopped as soon as a budget could no longer hold; the values are of that moment."
    if one.same_as_baseline is None:
        return ""
    what = "logs" if one.engine == "logs" else "settings"
    same = f"the same {what}" if one.same_as_baseline else f"other {what}"
    return f"The baseline was measured on {same}."


def _bounds(one: ScenarioCheck) -> TableBlock:
    checks = sorted(one.checks, key=lambda check: _ORDER[check.verdict])
    rows = [
        [
            check.verdict.upper() if check.verdict in ("fail", "warn") else check.verdict,
            check.budget,
            metric_text(check),
            limit_text(check),
            "–" if _is_unknown(check) else measured(check.value, check.unit),
            headroom_text(check),
        ]
        for check in checks
    ]
    columns = ["verdict", "budget", "metric", "limit", "value", "room left"]
    return TableBlock("Budgets", columns, rows, labels=3)


def metric_text(check: Check) -> str:
    """The metric with what is selected and the period."""
    of = "" if check.selection.startswith("by ") else "of "  # calls by a trigger alone
    selected = f" {of}{check.selection}" if check.selection else ""
    rate = "" if check.per == "run" else f" per {check.per}"
    return f"{check.metric}{selected}{rate}{check.when}"


def limit_text(check: Check) -> str:
    """The limit, and the baseline it was taken from."""
    if check.limit is None:
        return "none yet"
    base = "" if check.baseline is None else f" (was {measured(check.baseline, check.unit)})"
    return f"{_SIGN[check.kind]} {measured(check.limit, check.unit)}{base}"


def headroom_text(check: Check) -> str:
    """How far the value is from the limit, also as a share of the limit."""
    room = check.headroom
    if room is None or check.verdict == "not judged":
        return ""
    if not room:
        return "0"
    far = measured(abs(room), check.unit)
    if check.limit and abs(room) < 100 * check.limit:
        far += f" ({abs(room / check.limit):.0%})"
    if room > 0:
        return far
    return f"over by {far}" if check.high_is_bad else f"short by {far}"


def _messages(one: ScenarioCheck) -> list[str]:
    return [
        f"{check.budget}: {described(check)}" + (f" [{check.where}]" if check.where else "")
        for check in one.with_verdict("fail", "warn")
    ]


def described(check: Check) -> str:
    """A check in a sentence."""
    value = f"{metric_text(check)} is {measured(check.value, check.unit)}"
    if check.stopped_at_s is not None:
        value = value.replace(" is ", " has reached ") + f" after {clock(check.stopped_at_s)}"
    room = check.headroom
    if room is None or check.verdict == "not judged":
        return f"{value}: {check.verdict}."
    limit = measured(check.limit or 0.0, check.unit)
    if room >= 0:
        return f"{value}, within its limit of {limit}."
    side = "above" if check.high_is_bad else "below"
    message = f" {' '.join(check.message.split())}" if check.message else ""
    return f"{value}, {measured(-room, check.unit)} {side} its limit of {limit}.{message}"


def _explained(one: ScenarioCheck, why: WhyBroken) -> Iterator[Block]:
    broken = {check.budget: check for check in one.with_verdict("fail", "warn")}
    carried: dict[tuple[tuple[str, str, float], ...], list[str]] = {}
    for budget, parts in why.carriers.items():
        if parts:
            key = tuple((part.function, part.trigger, part.value) for part in parts)
            carried.setdefault(key, []).append(budget)
    for key, budgets in carried.items():
        parts = why.carriers[budgets[0]]
        if len(key) == 1 and parts[0].reference is None:
            continue  # the budget selects one function: the table would repeat it
        yield _carriers(budgets, parts, broken[budgets[0]], why.reference)
    if why.broken_there:
        yield Text(f"Broken in {why.reference} too: {_few(why.broken_there)}.")
    new = {name: check for name, check in broken.items() if name not in why.broken_there}
    if why.switches:
        yield _switches(why, list(new.values()))
        yield Text(_cured(why, new))


def _carriers(
    budgets: list[str], parts: Sequence[Carrier], check: Check, reference: str
) -> TableBlock:
    triggers = any(part.trigger for part in parts)
    rows = [_carrier(part, check, triggers=triggers) for part in parts]
    rate = "" if check.per == "run" else f" per {check.per}"
    names = ["function", "called by"] if triggers else ["function"]
    columns = [*names, f"{check.metric}{rate}{check.when}"]
    if parts[0].reference is not None:
        columns += [f"in {reference}", "difference"]
    title = f"Functions that add most to {_few(budgets)}"
    return TableBlock(title, columns, rows, labels=len(names))


def _carrier(part: Carrier, check: Check, *, triggers: bool) -> list[str]:
    names = [part.function, part.trigger] if triggers else [part.function]
    cells = [*names, measured(part.value, check.unit)]
    if part.reference is not None:
        cells += [measured(part.reference, check.unit),
                  signed(part.excess, check.unit, named=True)]  # fmt: skip
    return cells


def _switches(why: WhyBroken, broken: list[Check]) -> TableBlock:
    first = list({check.budget: check for check in broken}.values())[:3]
    columns = ["setting", "now", f"in {why.reference}", *(check.budget for check in first),
               "budgets that hold again"]  # fmt: skip
    rows = [_switch(switch, first) for switch in why.switches]
    title = f"Each changed setting switched back on its own (seed {why.seed})"
    return TableBlock(title, columns, rows, labels=3, notes=1)


def _switch(switch: SwitchedBack, broken: list[Check]) -> list[str]:
    values = ["" if switch.impossible else measured(switch.values[check.budget], check.unit)
              for check in broken]  # fmt: skip
    note = switch.impossible or ", ".join(switch.restores) or "none"
    return [switch.setting, setting(switch.now), setting(switch.before), *values, note]


def _cured(why: WhyBroken, broken: dict[str, Check]) -> str:
    by_cure: dict[str, list[str]] = {}
    for budget in broken:
        cures = [_placed(switch) for switch in why.switches if budget in switch.restores]
        by_cure.setdefault(" or ".join(cures), []).append(budget)
    return " ".join(
        f"{_few(budgets)} hold{'s' if len(budgets) == 1 else ''} again with {cures} switched back."
        if cures else f"No single setting makes {_few(budgets)} hold again."
        for cures, budgets in by_cure.items()
    )  # fmt: skip


def _few(budgets: Sequence[str]) -> str:
    """The names of budgets; only the first ones where they are many."""
    rest = len(budgets) - MOST_NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    return ", ".join(budgets[:MOST_NAMED]) + more


def _placed(switch: SwitchedBack) -> str:
    is_place = re.search(r":\d+:\d+$", switch.where) is not None
    return f"{switch.setting} [{switch.where}]" if is_place else switch.setting


def alert_table(alerts: list[AlertUse]) -> TableBlock:
    """When each alert told somebody, and what had gone by then."""
    rows = [
        [
            alert.id,
            _threshold(alert),
            "never" if alert.first_at_s is None else clock(alert.first_at_s),
            _told(alert),
            "" if alert.told_at_s is None else count(alert.calls),
            "" if alert.told_at_s is None else dollars(alert.usd),
            count(alert.firings),
        ]
        for alert in alerts
    ]
    columns = ["alert", "fires at", "first fires after", "somebody is told after",
               "calls by then", "cost by then", "times fired"]  # fmt: skip
    title = "Alerts (cost where the month's included usage is used up already)"
    return TableBlock(title, columns, rows, labels=3)


def _told(alert: AlertUse) -> str:
    if alert.told_at_s is None:
        return "" if alert.first_at_s is None else "not within the run"
    return clock(alert.told_at_s)


def _threshold(alert: AlertUse) -> str:
    unit = metric(alert.metric).unit
    counted = unit if unit.isalpha() and unit not in ("s", "h", "MB") else ""
    return f"> {measured(alert.threshold, unit)} {counted}".rstrip() + (
        f" in {seconds(alert.window_s)}"
    )
