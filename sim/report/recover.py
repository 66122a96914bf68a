"""The report of `sim recover`: what was enough, what it took, and a sentence on every measure."""

from __future__ import annotations

from typing import Any

from sim.experiments import RecoverReport, Recovery
from sim.metrics import outcome_unit
from sim.numbers import amount, count, dollars, percent, signed, titled

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import listed, plural, setting

_GOOD = ("shows", "setlists_filled")
"""Outcomes of which fewer are a price, where the app counts them."""
_CENT = 0.005


def recover_report(report: RecoverReport) -> list[Block]:
    """The blocks of the report."""
    return [
        Heading(f"{report.scenario}: {_headline(report)}"),
        Text(_settings(report)),
        Text(_level(report)),
        TableBlock(
            "Is it normal again?",
            ["measure", "verdict", "normal after", "calls beyond normal", "cost beyond normal",
             "calls/hour at the end"],
            [_row(each) for each in report.measures], labels=2,
        ),
        *_side_effects(report),
        Bullets("In words", [f"{each.name}: {_sentence(each, report)}"
                             for each in report.measures]),
    ]  # fmt: skip


def time(seconds: float) -> str:
    """A time as a person says it."""
    if not seconds:
        return "at once"
    if seconds < 120 and seconds % 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _headline(report: RecoverReport) -> str:
    by_itself = report["nothing"].recovered_after_s
    if by_itself == 0:
        return "calls are normal already at the time of the fix (--normal says what normal is)"
    if by_itself is not None:
        return "it recovers by itself"
    without = [each.name for each in report.measures if not each.fixes and each.verdict == "enough"]
    if without:
        return f"{' or '.join(without)} is enough, without the fix"
    if report["fix"].recovered_after_s is not None:
        return "metastable: only the fix brings it back, and the fix alone is enough"
    more = [each.name for each in report.measures if each.fixes and each.verdict == "enough"]
    if more:
        return f"fixing alone is not enough, but {' or '.join(more)} is"
    return "nothing brings it back within the horizon"


def _settings(report: RecoverReport) -> str:
    return (
        f"{time(report.horizon_s)} simulated, seed {report.seed}. The fix comes after "
        f"{time(report.fix_at_s)}: {', '.join(_changed(report.change))}. Before it there are "
        f"{amount(report.calls_per_hour_before)} calls an hour, besides organic traffic, and "
        f"{plural(report.backlog_at_fix, 'job')} waiting. A pause lasts {time(report.pause_s)}."
    )


def _changed(change: dict[str, Any], prefix: str = "") -> list[str]:
    found = []
    for key, value in change.items():
        if isinstance(value, dict):
            found += _changed(value, f"{prefix}{key}.")
        else:
            found.append(f"{prefix}{key}={setting(value)}")
    return found


def _level(report: RecoverReport) -> str:
    is_fix = report.normal == report.change
    from_start = "the fix" if is_fix else f"({', '.join(_changed(report.normal))})"
    return (
        f"Normal is the same world with {from_start} from the start: at most "
        f"{amount(report.normal_calls_per_hour)} calls an hour, besides organic traffic. It has "
        f"recovered when from then on no {time(report.window_s)} has more than "
        f"{amount(report.calls_per_hour_limit)} calls an hour (normal, {percent(report.tolerance)} "
        "and three standard deviations more) and no backlog is left. Times are accurate to "
        f"{time(report.bin_s)}."
    )


def _row(each: Recovery) -> list[str]:
    back = each.recovered_after_s
    return [
        each.name,
        each.verdict,
        "–" if back is None else time(back),
        signed(each.excess_calls),
        signed(each.excess_dollars, "$"),
        amount(each.calls_per_hour),
    ]


def _side_effects(report: RecoverReport) -> list[Block]:
    """What each measure did to the queue and the visitors, and to the outcomes that it changed."""
    rows = [
        [each.name, *(count(figure) for figure in (
            each.peak_backlog, each.final_backlog, each.jobs_cancelled,
            each.visitors_calls_refused,
        ))]
        for each in report.measures
    ]  # fmt: skip
    columns = ["measure", "peak backlog (jobs)", "backlog at the end (jobs)", "jobs cancelled",
               "visitors' calls refused"]  # fmt: skip
    blocks: list[Block] = [TableBlock("The queue and the visitors", columns, rows)]
    outcomes = list(dict.fromkeys(name for each in report.measures for name in each.outcomes))
    if outcomes:
        units = {name: outcome_unit(name) for name in outcomes}
        rows = [
            [each.name, *(signed(each.outcomes.get(name, 0.0), units[name]) for name in outcomes)]
            for each in report.measures
        ]
        columns = ["measure", *(titled(name.replace("_", " "), units[name]) for name in outcomes)]
        blocks.append(TableBlock("Outcomes: difference to fixing alone", columns, rows))
    return blocks


def _sentence(each: Recovery, report: RecoverReport) -> str:
    """Whether the measure was enough, and what it cost or saved."""
    back = each.recovered_after_s
    if back is None:
        return f"not enough. {_why_not(each)}{_price(each)}"
    spent = "Normal again at once" if not back else f"Normal again after {time(back)}"
    if each.excess_calls > 0:
        spent += f", with {count(each.excess_calls)} calls"
        if each.excess_dollars >= _CENT:
            spent += f" and {dollars(each.excess_dollars)}"
        spent += " more than normal"
    return f"{each.verdict}. {spent}{_gain(each, report)}.{_price(each)}"


def _why_not(each: Recovery) -> str:
    rate = f"{amount(each.calls_per_hour)} calls an hour"
    if each.final_backlog > 0:
        rate += f" and {plural(each.final_backlog, 'job')} waiting"
    again = ""
    if each.relapsed_after_s is not None:
        last = "the end of the pause" if "pause" in each.id else "that"
        again = f"Within {time(each.relapsed_after_s)} of {last}, calls are above normal again. "
    return f"{again}At the end there are {rate}."


def _gain(each: Recovery, report: RecoverReport) -> str:
    """How it compares with what alone was enough."""
    least = report["fix"] if each.fixes else report["nothing"]
    assert each.recovered_after_s is not None
    if least is each or least.recovered_after_s is None:
        return ""
    than = f"by {least.name}" if least.fixes else "by itself"
    sooner = least.recovered_after_s - each.recovered_after_s
    if abs(sooner) < report.bin_s:
        return f", no sooner than {than}"
    gap = time(abs(sooner))
    saved = least.excess_calls - each.excess_calls
    text = f", {gap} {'sooner' if sooner > 0 else 'later'} than {than}"
    if sooner > 0 and saved > 0:
        text += f", which saves {count(saved)} calls"
        if (price := least.excess_dollars - each.excess_dollars) >= _CENT:
            text += f" and {dollars(price)}"
    return text


def _price(each: Recovery) -> str:
    """What a measure breaks."""
    parts = []
    if each.jobs_cancelled:
        parts.append(f"{plural(each.jobs_cancelled, 'job')} cancelled")
    if each.visitors_calls_refused:
        parts.append(f"{count(each.visitors_calls_refused)} calls of visitors refused")
    for name in _GOOD:
        if each.fixes and each.outcomes.get(name, 0) < 0:
            lost = count(-each.outcomes[name])
            parts.append(f"{lost} fewer {name.replace('_', ' ')} than by fixing alone")
    return f" The price: {listed(parts)}." if parts else ""
