"""The chart of a check: how much of every limit is used."""

from __future__ import annotations

from collections.abc import Sequence

from sim.budgets import Check
from sim.numbers import count, percent

from .canvas import COLOURS, Chart, canvas
from .svg import INK
from .words import broken

MOST_USE = 3.0
"""A bar of what is far beyond its limit ends here; the number beside it does not."""
MOST_BARS = 30
_LONGEST = 26
"""Characters of a budget's name in a line."""


def limits_chart(checks: Sequence[Check], *, narrow: bool = False) -> Chart:
    """The value of every bound that has an upper limit, as a share of that limit."""
    used = [(check.budget, use) for check in checks if (use := use_of(check)) is not None]
    worst = sorted(used, key=lambda item: -item[1])[:MOST_BARS]
    names = ["\n".join(broken(name, _LONGEST, 2)) for name, _ in worst]
    uses = [use for _, use in worst]
    with canvas(0.9 + 0.34 * len(worst), narrow=narrow) as (figure, (axes,)):
        axes.grid(visible=False)
        drawn = axes.barh(
            range(len(uses)), [min(use, MOST_USE) for use in uses], height=0.6,
            color=[COLOURS[use > 1] for use in uses],
        )  # fmt: skip
        axes.bar_label(drawn, [use_text(use) for use in uses], padding=4)
        axes.axvline(1.0, color=INK, linewidth=1, linestyle="--")
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlim(0, max(1.0, min(MOST_USE, *uses, MOST_USE)) * (1.3 if narrow else 1.15))
        axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        axes.set_xlabel("share of the limit (dashed line)")
    each = ", ".join(f"{name} {use_text(use)}" for name, use in worst)
    alt = f"Each budget's value as a share of its upper limit; above 100% it is broken. {each}."
    return Chart("How much of each upper limit is used", alt, figure)


def use_text(use: float) -> str:
    """A share of a limit: ``87.5%``, ``143%``, ``×2,540``."""
    return percent(use) if use < 10 else f"×{count(use)}"


def use_of(check: Check) -> float | None:
    """The value as a share of the limit; None where there is no such share."""
    if check.verdict in ("no baseline", "incomparable", "not judged") or not check.high_is_bad:
        return None
    return check.value / check.limit if check.limit else None
