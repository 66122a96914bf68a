"""The report of `sim recover`: what was enough, what it took, and a sentence on every measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.experiments import RecoverReport, Recovery

from .blocks import Block, Bullets, Heading, Table, Text
from .numbers import count, dollars, percent, signed


def recover_report(report: RecoverReport) -> list[Block]:
    """The blocks of the report."""
    return [
        Heading(f"{report.scenario}: {_headline(report)}"),
        Text(_settings(report)),
        Text(_level(report)),
        Table(
            "Is it normal again?",
            ["", "verdict", "normal again after", "calls beyond", "$ beyond", "calls/h at the end"],
            [_row(each, report) for each in report.measures], labels=2,
        ),
        _side_effects(report),
        Bullets("In words", [f"{each.name}: {_sentence(each, report)}"
                             for each in report.measures]),
    ]  # fmt: skip


def time(seconds: float, step: float = 60) -> str:
    """A time as a person says it; ``step`` is how finely it is known."""
    if seconds < step:
        return "at once"
    if seconds < 120 and step < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _headline(report: RecoverReport) -> str:
    if report["nothing"].recovered_after_s is not None:
        return "it recovers by itself"
    without = [each.name for each in report.measures if not each.fixes and each.verdict == "enough"]
    if without:
        return f"no fix is needed, {' or '.join(without)} is enough"
    if report["fix"].recovered_after_s is not None:
        return "metastable: only the fix brings it back, and the fix alone is enough"
    more = [each.name for each in report.measures if each.fixes and each.verdict == "enough"]
    if more:
        return f"the fix alone is not enough, {' or '.join(more)} is"
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
    return (
        f"Normal is the fixed configuration from the start, in the same world: at most "
        f"{count(report.normal_calls_per_hour)} calls an hour besides organic traffic. Recovered: "
        f"every {time(report.window_s)} to the end has at most "
        f"{count(report.calls_per_hour_limit)} (plus {percent(report.tolerance)} and three "
        f"standard deviations), and no backlog stays. Times are to {time(report.bin_s, 1)}."
    )


def _row(each: Recovery, report: RecoverReport) -> list[str]:
    back = each.recovered_after_s
    return [
        each.name,
        each.verdict,
        "not within the horizon" if back is None else time(back, report.bin_s),
        signed(each.excess_calls),
        f"{'-' if each.excess_dollars <= -0.005 else ''}{dollars(abs(each.excess_dollars))}",
        count(each.calls_per_hour),
    ]


def _side_effects(report: RecoverReport) -> Table:
    """What each measure did to the queue, the visitors and the outcomes."""
    facts: dict[str, Callable[[Recovery], float]] = {
        "peak backlog": lambda each: each.peak_backlog,
        "backlog at the end": lambda each: each.final_backlog,
        "jobs cancelled": lambda each: each.jobs_cancelled,
        "visitors' calls refused": lambda each: each.visitors_calls_refused,
    }
    rows = [[name, *(count(fact(each)) for each in report.measures)]
            for name, fact in facts.items()]  # fmt: skip
    changed = dict.fromkeys(name for each in report.measures for name in each.outcomes)
    for name in changed:
        cells = [each.outcomes.get(name, 0.0) for each in report.measures]
        label = f"{name.replace('_', ' ')} *"
        rows.append([label, *(signed(cell) if cell else "" for cell in cells)])
    columns = ["* beyond the fix alone", *(each.id for each in report.measures)]
    return Table("From the fix to the end", columns, rows)


def _sentence(each: Recovery, report: RecoverReport) -> str:
    """Whether the measure was enough, and what it cost or saved."""
    back, step = each.recovered_after_s, report.bin_s
    if back is None:
        return f"not enough. {_why_not(each, report)}"
    spent = (
        f"normal again {_after(back, step)}, {count(max(0, each.excess_calls))} calls and "
        f"{dollars(max(0.0, each.excess_dollars))} later"
        if each.excess_calls > 0
        else f"normal again {_after(back, step)}"
    )
    if each.id in {"fix", "nothing"} or each.verdict == "enough":
        return f"{each.verdict}. {spent[:1].upper()}{spent[1:]}.{_price(each)}"
    return f"{each.verdict}. {spent[:1].upper()}{spent[1:]}{_gain(each, report)}.{_price(each)}"


def _after(back: float, step: float) -> str:
    return "at once" if back < step else f"after {time(back, step)}"


def _why_not(each: Recovery, report: RecoverReport) -> str:
    rate = f"{count(each.calls_per_hour)} calls an hour at the end"
    if each.final_backlog > 0:
        rate += f", {count(each.final_backlog)} jobs waiting"
    if each.relapsed_after_s is None:
        return f"{rate[:1].upper()}{rate[1:]}."
    within = time(each.relapsed_after_s, 1)
    last = "resuming" if "pause" in each.id else "it"
    return (
        f"Calls are above the normal level again within {within} of {last}: {rate}.{_price(each)}"
    )


def _gain(each: Recovery, report: RecoverReport) -> str:
    """How it compares with what alone was enough."""
    least = report["fix"] if each.fixes else report["nothing"]
    assert each.recovered_after_s is not None
    if least.recovered_after_s is None:
        return ""
    sooner = least.recovered_after_s - each.recovered_after_s
    if abs(sooner) < report.bin_s:
        return f", no sooner than with {least.name}"
    gap = time(abs(sooner), report.bin_s)
    saved = least.excess_calls - each.excess_calls
    text = f", {gap} {'sooner' if sooner > 0 else 'later'} than with {least.name}"
    if sooner > 0 and saved > 0:
        price = least.excess_dollars - each.excess_dollars
        text += f"; that saves {count(saved)} calls and {dollars(price)}"
    return text


def _price(each: Recovery) -> str:
    """What a measure breaks."""
    parts = []
    if each.jobs_cancelled:
        parts.append(f"{count(each.jobs_cancelled)} jobs are cancelled")
    if each.visitors_calls_refused:
        parts.append(f"{count(each.visitors_calls_refused)} calls of visitors are refused")
    for name in ("shows", "setlists_filled"):
        if each.fixes and each.outcomes.get(name, 0) < 0:
            lost = count(-each.outcomes[name])
            parts.append(f"{lost} fewer {name.replace('_', ' ')} than with the fix alone")
    return f" Its price: {', '.join(parts)}." if parts else ""
