"""Verdicts are coloured in a terminal, and nowhere else."""

from __future__ import annotations

import io
from typing import get_args

import pytest

from sim.budgets.judge import Verdict
from sim.claims.verdict import ClaimVerdict
from sim.experiments.recover import RecoveryVerdict
from sim.report import Block, Heading, TableBlock, write_terminal
from sim.report.verdicts import colour

from .shown import Terminal

RED, YELLOW, GREEN = "\x1b[1;31m", "\x1b[33m", "\x1b[32m"


def drawn(
    blocks: list[Block], monkeypatch: pytest.MonkeyPatch, columns: int = 80, **env: str
) -> str:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", "COLUMNS": str(columns), **env}.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    write_terminal(blocks, stream)
    return stream.getvalue()


def table(*verdicts: str, heading: str = "verdict") -> TableBlock:
    return TableBlock("Budgets", [heading, "budget"], [[each, "b"] for each in verdicts], labels=2)


def test_what_is_broken_is_red_and_what_holds_green(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn([table("FAIL", "WARN", "pass")], monkeypatch)
    for verdict, colour_ in (("FAIL", RED), ("WARN", YELLOW), ("pass", GREEN)):
        assert f"{colour_}{verdict}" in text


@pytest.mark.parametrize(
    ("title", "part"),
    [("app: FAIL, 1 of 2 bounds broken", f"{RED}FAIL"), ("a plan: NOT SAFE", f"{RED}NOT SAFE")],
)
def test_the_verdict_of_a_title_is_coloured(
    title: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert part in drawn([Heading(title)], monkeypatch)


def test_the_name_of_a_scenario_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    assert RED not in drawn([Heading("FAIL: 24 h simulated")], monkeypatch)


def test_only_a_column_of_verdicts_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert RED not in drawn([table("FAIL", heading="function")], monkeypatch)


def test_a_table_that_is_a_list_of_rows_is_coloured_too(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = TableBlock("T", ["name", "verdict"], [["x" * 40, "FAIL"]], labels=2)
    assert f"{RED}  verdict: FAIL" in drawn([wide], monkeypatch, columns=30)


def test_no_color_takes_the_colours_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn([Heading("a: FAIL"), table("FAIL")], monkeypatch, NO_COLOR="1")
    assert "31m" not in text.replace("\x1b[1m", "")
    assert "FAIL" in text


def test_a_pipe_gets_plain_text() -> None:
    stream = io.StringIO()
    write_terminal([Heading("a: FAIL"), table("FAIL")], stream)
    assert "\x1b" not in stream.getvalue()


def test_every_verdict_but_an_input_and_what_needs_nothing_has_a_colour() -> None:
    every = {*get_args(Verdict), *get_args(ClaimVerdict), *get_args(RecoveryVerdict)}
    shown = {each.upper() if each in ("fail", "warn") else each for each in every}
    assert {each for each in shown if not colour(each)} == {"input", "not needed"}
