"""Tables at every width: no word and no number is cut, no column is lost."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from sim.report import TableBlock, write_terminal
from sim.report.layout import Laid, Rows, laid_out, wrapped
from tests.report.shown import shown

NUMBER = st.sampled_from(["0", "4.02M ±3,049", "-$2,160.13", "22,612,311", "×0.22", "0.07 GB-hours",
                          "+386,206 (+9%)", "<0.1%", ""])  # fmt: skip
NAME = st.sampled_from(["setlists:autoGenerateSetlist", "calls", "app.sync.bypass_without_songs",
                        "action compute per day (GB-hours)", "漢字 name", "x" * 40])  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> TableBlock:
    """Tables as reports have them: some names, some numbers, some notes."""
    labels, numbers, notes = (draw(st.integers(low, 4)) for low in (1, 0, 0))
    kinds = [NAME] * labels + [NUMBER] * numbers + [NAME] * notes
    rows = draw(st.lists(st.tuples(*kinds).map(list), min_size=0, max_size=4))
    columns = [draw(NAME) for _ in kinds]
    return TableBlock(draw(NAME), columns, rows, labels=labels, notes=notes)


def words(texts: Sequence[str]) -> Counter[str]:
    """The words that hold a digit, wherever a name may have been broken."""
    return Counter(word for text in texts for word in text.split() if re.search(r"\d", word))


BRIEF = settings(max_examples=40)


@BRIEF
@given(tables(), st.sampled_from([20, 60, 80, 100, 200, None]))
def test_every_number_is_there_whole_at_every_width(table: TableBlock, width: int | None) -> None:
    text = shown([table], width)
    cells = [cell for row in table.rows for cell in row]
    assert not words(cells) - words(re.split(r"[|\n]", text))


@BRIEF
@given(tables(), st.integers(20, 200))
def test_lines_fit_unless_a_single_part_does_not(table: TableBlock, room: int) -> None:
    laid = laid_out(table, room)
    if isinstance(laid, Rows):
        assert [[cell for _, cell in row] for row in laid.rows] == table.rows
        return
    for part in laid:
        widths = [column.width for column in part.columns]
        assert sum(widths) + 3 * (len(widths) - 1) + 2 <= room
        for column in part.columns:
            lines = [line for text in (column.heading, *column.cells) for line in text.split("\n")]
            assert max(map(cell_len, lines), default=0) <= column.width


@BRIEF
@given(tables(), st.integers(20, 200))
def test_every_column_is_shown_with_what_names_its_rows(table: TableBlock, room: int) -> None:
    laid = laid_out(table, room)
    if isinstance(laid, Rows):
        return
    first, *_ = laid
    for part in laid:
        assert flat(part)[0] == flat(first)[0]
    columns = [column for number, part in enumerate(laid)
               for column in (flat(part) if not number else flat(part)[1:])]  # fmt: skip
    for number, heading in enumerate(table.columns):
        cells = [row[number].replace(" ", "") for row in table.rows]
        assert [heading.replace(" ", ""), *cells] in columns


def flat(part: Laid) -> list[list[str]]:
    """The columns' texts without their line breaks and spaces."""
    return [
        ["".join(text.split()) for text in (column.heading, *column.cells)]
        for column in part.columns
    ]


def test_headings_break_before_texts_and_texts_before_names() -> None:
    table = TableBlock(
        "T", ["function", "calls in the run", "calls/day", "called by"],
        [["setlists:autoGenerateSetlist", "20,421", "2.94M", "client and scheduler"]], notes=1,
    )  # fmt: skip

    def texts(room: int) -> list[list[str]]:
        laid = laid_out(table, room)
        assert isinstance(laid, list)
        return [[column.heading for column in part.columns]
                + [column.cells[0] for column in part.columns] for part in laid]  # fmt: skip

    cells = table.rows[0]
    assert texts(100) == [[*table.columns, *cells]]
    assert texts(80) == [["function", "calls in the\nrun", "calls/day", "called by", *cells]]
    narrow = ["setlists:autoGenerateSetlist", "20,421", "2.94M", "client and\nscheduler"]
    assert texts(64) == [["function", "calls\nin the\nrun", "calls/\nday", "called by", *narrow]]
    assert len(texts(55)) == 2


def test_a_table_with_one_word_too_wide_is_a_list_of_its_rows() -> None:
    table = TableBlock("T", ["name", "value"], [["x" * 30, "1"], ["y", "$2,160.13"]])
    text = shown([table], 20)
    assert text == f"\nT\n{'x' * 30}\n  value: 1\ny\n  value: $2,160.13\n"


@given(st.text("ab 1.,"), st.integers(1, 30))
def test_sentences_break_at_spaces_only(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert " ".join(lines) == text
    assert all(len(line) <= width or " " not in line.strip() for line in lines)


def test_what_is_piped_is_as_wide_as_a_page() -> None:
    text = "word " * 60
    stream = io.StringIO()
    write_terminal([TableBlock("T", ["a", "b"], [[text, text]], labels=2)], stream)
    assert 95 < max(map(len, stream.getvalue().splitlines())) <= 100


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_a_terminal_gets_no_wider_line_than_it_has_columns(width: int) -> None:
    rows = [["a function of a long name", "4.02M ±3,049", "$2,160.13"]] * 3
    table = TableBlock(
        "T", ["function", "calls in the run", "cost/month"] * 3, [row * 3 for row in rows]
    )
    assert max(map(len, shown([table], width).splitlines())) <= width
