"""Every command's report: the same numbers at every width, in Markdown, and in the JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sim.numbers import amount, cell, count, dollars, percent
from sim.report import Bullets, Heading, TableBlock, Text, to_markdown
from tests.cli.every_command import COMMANDS, reported
from tests.report.shown import shown

EVERY = pytest.mark.parametrize("name", COMMANDS)
Data = dict[str, Any]


def numbers(text: str) -> Counter[str]:
    """The words that begin with a digit, whatever stands before it; names may break, these not."""
    words = re.split(r"[|\s]+", text.replace("\\", ""))
    return Counter(word for word in words if re.match(r"\W*\d", word))


@EVERY
@pytest.mark.parametrize("width", [60, 80, 100, 200, None])
def test_no_number_is_cut_or_lost_at_any_width(name: str, width: int | None) -> None:
    blocks = reported(name).blocks
    assert not numbers(to_markdown(blocks)) - numbers(shown(blocks, width))


@EVERY
def test_lines_are_no_wider_than_the_terminal(name: str) -> None:
    for width in (60, 80, 100, 200, None):
        text = shown(reported(name).blocks, width)
        longest = max(text.splitlines(), key=len)
        assert len(longest) <= (width or 100), longest


@EVERY
def test_every_column_has_a_heading_and_no_text_has_markup(name: str) -> None:
    for block in reported(name).blocks:
        if isinstance(block, TableBlock):
            assert all(block.columns), block.columns
            assert all(len(row) == len(block.columns) for row in block.rows)


def per_day(function: Data) -> str:
    return amount(function["per_day"])


SAYS: dict[str, Callable[[Data], Iterator[str]]] = {
    "run": lambda data: iter([
        amount(data["calls"]["per_day"]), count(data["calls"]["total"]),
        dollars(data["cost"]["projected_monthly_usd"]),
        *map(per_day, list(data["functions"].values())[:14]),
        *(count(use["calls"]) for use in list(data["functions"].values())[:14]),
        amount(data["outcomes"]["hours_to_setlist"]),
    ]),
    "run --replications": lambda data: (
        cell(value, each["unit"]) for each in data["metrics"]
        for value in (each["mean"], each["half_width"])
    ),
    "compare": lambda data: (
        text for result in data["results"] for text in (
            amount(result["calls"]["per_day"]), count(result["calls"]["total"]),
            dollars(result["cost"]["projected_monthly_usd"]),
            amount(result["outcomes"]["hours_to_setlist"]),
        )
    ),
    "compare --replications": lambda data: (
        cell(abs(each["mean"]), each["unit"])
        for pair in data["differences"] for each in pair["metrics"]
    ),
    "report": lambda data: iter([amount(data["calls"]["per_day"])]),
    "check": lambda data: (
        cell(value, check["unit"]) for one in data["scenarios"] for check in one["checks"]
        for value in (check["value"], check["limit"])
    ),
    "audit": lambda data: (
        finding["computed"] for claim in data["claims"] for finding in claim["findings"][-1:]
    ),
    "backfill": lambda data: (
        cell(abs(each["mean"]), "$" if each["metric"] == "dollars" else "")
        for each in data["effects"]
    ),
    "alerts": lambda data: iter([
        count(data["calls"]), dollars(data["dollars"]),
        *(count(each["calls_saved"]) for each in data["thresholds"]),
    ]),
    "sweep": lambda data: (
        cell(metric["mean"], unit) for each in data["cells"]
        for metric, unit in (
            (each["metrics"]["function calls in the run"], ""),
            (each["metrics"]["function calls per day"], ""),
            (each["metrics"]["cost per month at this rate"], "$"),
            (each["metrics"]["setlists filled"], ""),
            (each["metrics"]["hours to setlist"], "h"),
        )
    ),
    "envelope": lambda data: (
        str(sum(probe["seeds"] for probe in region["probes"])) for region in data["regions"]
    ),
    "tune": lambda data: (
        cell(value["mean"]) for each in data["candidates"] if each["front"]
        for value in each["objectives"].values()
    ),
    "calibrate": lambda data: (
        text for knob in data["knobs"] for text in (knob["best"], knob["low"], knob["pinned"])
    ),
    "recover": lambda data: (
        count(abs(each["excess_calls"])) for each in data["measures"]
    ),
    "explain": lambda data: (
        text for root in data["roots"]
        for text in (amount(root["calls"]), percent(root["share"]["mean"]))
    ),
    "observe": lambda data: iter([
        amount(data["calls"]["per_day"]), count(data["calls"]["total"]),
        dollars(data["cost"]["projected_monthly_usd"]),
        *(count(pair["retried"]) for pair in data["observed"]["conflicts"][:14]),
    ]),
    "explain --observed": lambda data: iter([
        count(data["jobs"]), percent(data["certainty"]),
        *(amount(edge["jobs"]) for edge in data["edges"]),
        *(percent(root["value"]) for root in list(data["roots"].values())[:14]),
    ]),
    "check --observed": lambda data: (
        cell(check["value"], check["unit"]) for one in data["scenarios"] for check in one["checks"]
        if check["verdict"] != "not judged"
    ),
    "compare with logs": lambda data: iter([
        count(data[each]["calls"]["total"]) for each in ("observed", "predicted")
    ]),
    "ablate": lambda data: (
        cell(value["mean"], {"cost": "$", "outcomes.hours_to_setlist": "h"}.get(name, ""))
        for name, metric in data["metrics"].items() for value in (metric["buggy"], metric["fixed"])
    ),
}  # fmt: skip
"""Command -> figures of its JSON, as a report spells them."""


@EVERY
def test_the_tables_say_what_the_json_says(name: str) -> None:
    done = reported(name)
    text = " ".join(
        part for block in done.blocks for part in (
            [cell for row in block.rows for cell in row] if isinstance(block, TableBlock) else
            block.items if isinstance(block, Bullets) else
            [block.text] if isinstance(block, Text | Heading) else []
        )
    )  # fmt: skip
    expected = list(SAYS[name](done.data))
    assert expected
    words = {word.strip("±+-()") for word in text.split()}
    for figure in expected:
        assert {word.strip("±+-()") for word in figure.split()} <= words, figure


def test_a_sweep_shows_every_setting_and_every_outcome() -> None:
    done = reported("sweep")
    for width in (60, 100, None):
        text = " ".join(shown(done.blocks, width).split())
        for part in ("limit", "stagger", "setlists filled at start 250", "hours"):
            assert part in text
    table = next(block for block in done.blocks if isinstance(block, TableBlock))
    assert table.columns[:2] == ["limit", "stagger"]
    assert [row[:2] for row in table.rows] == [["20", "0s"], ["20", "10s"], ["60", "0s"],
                                               ["60", "10s"]]  # fmt: skip


def test_a_check_against_another_scenario_shows_both_values_at_every_width() -> None:
    for width in (60, 100, None):
        text = " ".join(shown(reported("check").blocks, width).split())
        for heading in ("now", "in normal", "budgets that hold again"):
            assert heading in text or heading.split()[-1] in text
        for value in ("app.sync.bypass_without_songs", "true", "false"):
            assert value in text
