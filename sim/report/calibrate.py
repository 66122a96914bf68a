"""The report of `sim calibrate`: the settings found, what is left open, the figures they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.numbers import count

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import listed, plural, seeds_text, setting

if TYPE_CHECKING:
    from sim.calibrate import Calibration, Fitted, Knob


def calibrate_report(found: Calibration) -> list[Block]:
    """The blocks of the report."""
    fitted = [each for each in found.figures if each.fitted]
    held_out = [each for each in found.figures if not each.fitted]
    blocks: list[Block] = [
        Heading(
            f"{found.scenario}: {plural(len(found.knobs), 'setting')} chosen by "
            f"{plural(len(fitted), 'figure')}, {len(held_out)} held out"
        ),
        Text(_basis(found)),
        TableBlock(
            "Settings",
            ["setting", "best", "5%", "95%", "range", "the figures leave it"],
            [_knob(each) for each in found.knobs], notes=2,
        ),
        *_open(found),
        _figures("Figures that the settings were chosen by", fitted),
    ]  # fmt: skip
    if held_out:
        blocks.append(_figures("Figures that were held out", held_out))
    return blocks


def _basis(found: Calibration) -> str:
    return (
        f"{count(found.runs)} runs, combinations of settings under {seeds_text(found.seeds)}, the "
        f"best one under {seeds_text(found.judged_under)}. At it the figures are off by "
        f"{found.misfit:.2f} of their tolerances (root mean square). Between 5% and 95% lie nine "
        "tenths of the values that meet the figures, where a figure's tolerance and the error of "
        "the surface between the runs count as one standard deviation each."
    )


def _knob(knob: Knob) -> list[str]:
    said = f"{knob.pinned}; at an end of its range" if knob.at_an_end else knob.pinned
    return [
        knob.path, setting(knob.best), setting(knob.low), setting(knob.high),
        f"{setting(knob.least)} to {setting(knob.most)}", said,
    ]  # fmt: skip


def _open(found: Calibration) -> list[Block]:
    """What the figures do not say about the settings."""
    items = []
    if found.independent < len(found.knobs):
        items.append(
            f"The figures move in {plural(found.independent, 'independent direction')} only, and "
            f"there are {plural(len(found.knobs), 'setting')}: not all of them can be found."
        )
    for ridge in found.ridges:
        way = "are high or low together" if ridge.correlation > 0 else "make up for each other"
        items.append(
            f"{ridge.first} and {ridge.second} {way} (correlation {ridge.correlation:+.2f}): the "
            "figures fix a combination of both rather than either."
        )
    items += [
        f"{knob.path} is open: most of its range meets the figures."
        for knob in found.knobs if knob.pinned == "open"
    ]  # fmt: skip
    items += [
        f"{knob.path} is not settled: the best run lies outside the interval, so the surface "
        "between the runs does not fit them. Try more --points or --replications."
        for knob in found.knobs if knob.pinned == "not settled"
    ]  # fmt: skip
    items += [
        f"{knob.path} is best at an end of its range: a better value may lie beyond."
        for knob in found.knobs if knob.at_an_end
    ]  # fmt: skip
    if found.unmoved:
        items.append(f"No setting moves {listed(found.unmoved)}.")
    return [Bullets("What the figures leave open", items)] if items else []


def _figures(title: str, figures: Sequence[Fitted]) -> TableBlock:
    rows = [
        [each.name, f"{each.finding.asked}: {each.finding.reported}", each.finding.computed,
         each.finding.verdict]
        for each in figures
    ]  # fmt: skip
    return TableBlock(title, ["claim", "stated", "computed", "verdict"], rows, labels=2, notes=2)
