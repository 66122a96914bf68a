"""The report of `sim recover`: what was enough, what it took, and a sentence on every measure."""

from __future__ import annotations

from typing import Any

from sim.experiments import RecoverReport, Recovery
from sim.numbers import count, dollars, percent, signed

from .blocks import Block, Bullets, Heading, Table, Text

_OUTCOMES = {"shows": "shows*", "setlists_filled": "filled*"}
"""What the tables and sentences tell of the outcomes, where the app counts it."""
_CENT = 0.005


def recover_report(report: RecoverReport) -> list[Block]:
    """The blocks of the report."""
    return [
        Heading(f"{report.scenario}: {_headline(report)}"),
        Text(_settings(report)),
        Text(_level(report)),
        Table(
            "Is it normal again?",
            ["", "verdict", "normal after", "calls beyond", "$ beyond", "calls/h, end"],
            [_row(each, report) for each in report.measures], labels=2,
        ),
        _side_effects(report),
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
        return "it is normal already when it is fixed; is that what normal means (--normal)?"
    if by_itself is not None:
        return "it recovers by itself"
    without = [each.name for each in report.measures if not each.fixes and each.verdict == "enough"]
    if without:
        return f"no fix is needed: {' or '.join(without)} is enough"
    if report["fix"].recovered_after_s is not None:
        return "metastable: only the fix brings it back, and the fix alone is enough"
    more = [each.name for each in report.measures if each.fixes and each.verdict == "enough"]
    if more:
        return f"fixing alone is not enough: {' or '.join(more)} is"
    return "nothing brings it back within the horizon"


def _settings(report: RecoverReport) -> str:
    return (
        f"{time(report.horizon_s)} simulated, seed {report.seed}. Fix after "
        f"{time(report.fix_at_s)}: {', '.join(_changed(report.change))}. A pause lasts "
        f"{time(report.pause_s)}. By then {count(report.calls_per_hour_before)} calls an hour are "
        f"made and {count(report.backlog_at_fix)} jobs wait."
    )


def _changed(change: dict[str, Any], prefix: str = "") -> list[str]:
    found = []
    for key, value in change.items():
        if isinstance(value, dict):
            found += _changed(value, f"{prefix}{key}.")
        else:
            shown = str(value).lower() if isinstance(value, bool) else value
            found.append(f"{prefix}{key}={shown}")
    return found


def _level(report: RecoverReport) -> str:
    other = "" if report.normal == report.change else f" ({', '.join(_changed(report.normal))})"
    kind = "another" if other else "the fixed"
    return (
        f"Normal is {kind} configuration{other} from the start, in the same world: at most "
        f"{count(report.normal_calls_per_hour)} calls an hour besides organic traffic. Recovered: "
        f"every {time(report.window_s)} to the end has at most "
        f"{count(report.calls_per_hour_limit)} (plus {percent(report.tolerance)} and three "
        f"standard deviations), and no backlog stays. Times are to {time(report.bin_s)}."
    )


def _row(each: Recovery, report: RecoverReport) -> list[str]:
    back = each.recovered_after_s
    return [
        each.name,
        each.verdict,
        "–" if back is None else time(back),
        signed(each.excess_calls),
        f"{'-' if each.excess_dollars <= -0.005 else ''}{dollars(abs(each.excess_dollars))}",
        count(each.calls_per_hour),
    ]


def _side_effects(report: RecoverReport) -> Table:
    """What each measure did to the queue, the visitors and the outcomes."""
    rows = [
        [each.name, *(count(figure) for figure in (
            each.peak_backlog, each.final_backlog, each.jobs_cancelled,
            each.visitors_calls_refused,
        )), *(_difference(each, name) for name in _OUTCOMES)]
        for each in report.measures
    ]  # fmt: skip
    columns = ["", "backlog, peak", "at end", "cancelled", "refused", *_OUTCOMES.values()]
    title = "Jobs waiting, jobs cancelled, visitors' calls refused (*: beyond fixing alone)"
    return Table(title, columns, rows)


def _difference(each: Recovery, outcome: str) -> str:
    difference = each.outcomes.get(outcome, 0.0)
    return signed(difference) if difference else ""


def _sentence(each: Recovery, report: RecoverReport) -> str:
    """Whether the measure was enough, and what it cost or saved."""
    back = each.recovered_after_s
    if back is None:
        return f"not enough. {_why_not(each)}{_price(each)}"
    spent = "Normal again at once" if not back else f"Normal again after {time(back)}"
    if each.excess_calls > 0:
        spent += f", {count(each.excess_calls)} calls"
        if each.excess_dollars >= _CENT:
            spent += f" and {dollars(each.excess_dollars)}"
        spent += " beyond normal"
    return f"{each.verdict}. {spent}{_gain(each, report)}.{_price(each)}"


def _why_not(each: Recovery) -> str:
    rate = f"{count(each.calls_per_hour)} calls an hour"
    if each.final_backlog > 0:
        rate += f" and {count(each.final_backlog)} jobs waiting"
    again = ""
    if each.relapsed_after_s is not None:
        last = "resuming" if "pause" in each.id else "that"
        again = f"Within {time(each.relapsed_after_s)} of {last}, calls are above normal; "
    return f"{again}{'it ends' if again else 'It ends'} with {rate}."


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
        text += f"; that saves {count(saved)} calls"
        if (price := least.excess_dollars - each.excess_dollars) >= _CENT:
            text += f" and {dollars(price)}"
    return text


def _price(each: Recovery) -> str:
    """What a measure breaks."""
    parts = []
    if each.jobs_cancelled:
        parts.append(f"{count(each.jobs_cancelled)} jobs are cancelled")
    if each.visitors_calls_refused:
        parts.append(f"{count(each.visitors_calls_refused)} calls of visitors are refused")
    for name in _OUTCOMES:
        if each.fixes and each.outcomes.get(name, 0) < 0:
            lost = count(-each.outcomes[name])
            parts.append(f"{lost} fewer {name.replace('_', ' ')} than by fixing alone")
    return f" Its price: {', '.join(parts)}." if parts else ""
