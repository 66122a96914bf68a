"""The chart of a check: how much of every limit is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sim.budgets import Check
from sim.numbers import count, measured, percent

from .canvas import COLOURS, Chart, canvas
from .svg import INK, PAPER
from .words import broken

MOST_USE = 3.0
"""A bar of what is far beyond its limit ends here; the number beside it does not."""
MOST_BARS = 30
_LONGEST = 26
"""Characters of a budget's name in a line."""


def limits_chart(checks: Sequence[Check], *, narrow: bool = False) -> Chart:
    """The value of every bound that has an upper limit, as a share of that limit."""
    names = bar_names(checks)
    used = [(name, use) for name, check in zip(names, checks, strict=True)
            if (use := use_of(check)) is not None]  # fmt: skip
    ranked = sorted(used, key=lambda item: -item[1])
    worst = ranked[:MOST_BARS]
    labels = ["\n".join(broken(name, _LONGEST, 2)) for name, _ in worst]
    uses = [use for _, use in worst]
    any_cut = any(use > MOST_USE for use in uses)
    with canvas(0.9 + 0.34 * len(worst), narrow=narrow) as (figure, (axes,)):
        axes.grid(visible=False)
        drawn = axes.barh(
            range(len(uses)), [min(use, MOST_USE) for use in uses], height=0.6,
            color=[COLOURS[use > 1] for use in uses],
        )  # fmt: skip
        cut = [place for place, use in enumerate(uses) if use > MOST_USE]
        axes.barh(cut, 0.04, left=MOST_USE - 0.12, height=0.7, color=PAPER)  # a gap: it goes on
        axes.axvline(1.0, color=INK, linewidth=1, linestyle="--")
        axes.bar_label(
            drawn, [f"{use_text(use)}{' (cut)' if use > MOST_USE else ''}" for use in uses],
            padding=4, zorder=3,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"},
        )  # fmt: skip
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        longest = max(1.0, *(min(MOST_USE, use) for use in uses))
        axes.set_xlim(0, longest * (1.4 if narrow else 1.2))
        axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        axes.set_xlabel("share of the limit (dashed line)")
    each = ", ".join(f"{name} {use_text(use)}" for name, use in worst)
    alt = f"Each budget's value as a share of its upper limit; above 100% it is broken. {each}."
    if any_cut:
        alt += f" Bars with a gap are cut at {MOST_USE:.0%}."
    return Chart("How much of each upper limit is used", alt + _not_drawn(checks, ranked), figure)


def bar_names(checks: Sequence[Check]) -> list[str]:
    """The budgets' names, with the kind of bound where a budget has two upper ones."""
    upper = Counter(check.budget for check in checks if check.high_is_bad)
    return [
        f"{check.budget} ({check.kind})" if upper[check.budget] > 1 else check.budget
        for check in checks
    ]


def _not_drawn(checks: Sequence[Check], ranked: Sequence[tuple[str, float]]) -> str:
    """A sentence on the upper limits that have no bar."""
    left = [
        f"{name} ({_reason(check)})"
        for name, check in zip(bar_names(checks), checks, strict=True)
        if check.high_is_bad and use_of(check) is None
    ]
    if len(ranked) > MOST_BARS:
        left.append(f"{len(ranked) - MOST_BARS:,} more that are used less")
    return f" Not drawn: {', '.join(left)}." if left else ""


def _reason(check: Check) -> str:
    if check.limit == 0:
        return f"its limit is 0, its value {measured(check.value, check.unit)}"
    return check.verdict


def use_text(use: float) -> str:
    """A share of a limit: ``87.5%``, ``143%``, ``×2,540``."""
    return percent(use) if use < 10 else f"×{count(use)}"


def use_of(check: Check) -> float | None:
    """The value as a share of the limit; None where there is no such share."""
    if check.verdict in ("no baseline", "incomparable", "not judged") or not check.high_is_bad:
        return None
    return check.value / check.limit if check.limit else None
