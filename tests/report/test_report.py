"""Reports: numbers, tables and findings."""

from __future__ import annotations

import io

import pytest

from sim import simulate
from sim.numbers import amount, count, dollars, percent, seconds, signed, times
from sim.report import (
    Block,
    Bullets,
    Heading,
    TableBlock,
    Text,
    findings,
    run_report,
    to_markdown,
    write_terminal,
)
from sim.scenario import load_scenario

BLOCKS: list[Block] = [
    Heading("Title"),
    Text("A [bracketed] sentence."),
    TableBlock("Numbers", ["name", "value"], [["a|b", "1"], ["c", "22"]]),
    Bullets("Findings", ["one"]),
]


def test_markdown_escapes_and_aligns() -> None:
    assert to_markdown(BLOCKS) == (
        "# Title\n\nA [bracketed] sentence.\n\n## Numbers\n\n| name | value |\n| --- | ---: |\n"
        "| a\\|b | 1 |\n| c | 22 |\n\n## Findings\n\n- one\n"
    )


def test_a_stream_that_is_no_terminal_gets_plain_text() -> None:
    stream = io.StringIO()
    write_terminal(BLOCKS, stream)
    text = stream.getvalue()
    assert "\x1b" not in text
    assert "A [bracketed] sentence." in text
    assert "|a|b  |     1|" in text


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (count(3_214), "3,214"), (count(18.7e6), "18.70M"), (amount(0.0712), "0.07"),
        (amount(84.85), "84.8"), (amount(76.0), "76"), (amount(487.2), "487"),
        (dollars(2164.284), "$2,164.28"), (percent(0.349), "34.9%"), (percent(0.00001), "<0.1%"),
        (percent(1), "100%"), (seconds(0.28), "280 ms"), (seconds(86_400), "24 h"),
        (signed(-14.69e6), "-14.69M"), (signed(8), "+8"), (times(1, 4), "×0.25"), (times(1, 0), ""),
    ],
)  # fmt: skip
def test_numbers_are_spelt_alike_everywhere(shown: str, expected: str) -> None:
    assert shown == expected


def test_a_fix_that_fills_no_setlist_is_a_finding() -> None:
    found = findings(simulate(load_scenario("scenarios/fixed.yaml", horizon="6h")))
    assert found[0].startswith("The guard of spotify:syncArtistCatalog blocks its own work. ")
    assert "shows have no songs at the end, although their artist has a catalog" in found[0]
    assert "artists:updateShowCount in ticketmaster:syncArtistShows" in found[1]
    assert "shows hold an empty placeholder" in found[2]


def test_a_backlog_at_the_end_and_a_disabled_deployment_are_findings() -> None:
    limit = "platform.usage_limits=[{metric: function_calls, disable: 250000}]"
    result = simulate(
        load_scenario("scenarios/spike.yaml", [limit, "bin=10m"], horizon="40m"), seed=2
    )
    found = " ".join(findings(result))
    assert "usage limit on function_calls (250,000 calls a day; " in to_markdown(run_report(result))
    assert "calls were refused while the deployment was paused or disabled" in found
    assert "scheduled jobs are still waiting at the end" in found


def test_normal_has_no_findings() -> None:
    assert findings(simulate(load_scenario("scenarios/normal.yaml"))) == []
