"""The tool that runs the pages' examples: what it accepts, what it finds, what it rewrites."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.docs import Page, Sandbox, broken_links, problems, rewritten, run_page, unshown_figures
from tools.docs.shown import CUT, LostError, agrees, renewed

lines = st.lists(st.text("abc 019|", max_size=6).map(str.strip).filter(lambda s: s != CUT))


def page(tmp_path: Path, *text: str) -> Page:
    file = tmp_path / "page.md"
    file.write_text("\n".join(text) + "\n")
    return Page.read(file)


def run(tmp_path: Path, sandbox: Sandbox, *text: str) -> list[str]:
    return problems(run_page(page(tmp_path, *text), sandbox))


@given(lines)
def test_whole_output_agrees_with_itself_and_is_kept(got: list[str]) -> None:
    assert agrees(got, got)
    assert renewed(got, got) == got


@given(st.permutations(["calls 4M", "conflicts 35", "filled 472"]), st.data())
def test_a_cut_stands_for_one_line_or_more(got: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(got) - 1))
    end = data.draw(st.integers(start + 1, len(got)))
    shown = [*got[:start], CUT, *got[end:]]
    assert agrees(shown, got)
    assert not agrees([*shown, "more"], got)


def test_lines_in_another_order_or_with_lines_between_them_do_not_agree() -> None:
    assert not agrees(["b", "a"], ["a", "b"])
    assert not agrees(["a", "c"], ["a", "b", "c"])
    assert not agrees(["a"], ["a", "b"])
    assert not agrees([CUT, "a"], ["a"])


def test_new_figures_are_found_by_their_labels() -> None:
    shown = [CUT, "|calls   | 4.01M|", CUT, "|filled  |  472|"]
    got = [
        "title",
        "|calls per  |",
        "|calls     | 18.7M |",
        "|new row | 1|",
        "|filled    |   508 |",
    ]
    assert renewed(shown, got) == [CUT, "|calls     | 18.7M |", CUT, "|filled    |   508 |"]


def test_a_row_that_is_new_inside_of_what_is_shown_is_shown_too() -> None:
    shown = ["|calls | 1|", "|filled | 2|", CUT]
    got = ["|calls | 3|", "|errors | 9|", "|filled | 4|", "end"]
    assert renewed(shown, got) == ["|calls | 3|", "|errors | 9|", "|filled | 4|", CUT]


def test_a_line_that_is_gone_is_told_instead_of_guessed() -> None:
    with pytest.raises(LostError, match="setlists filled"):
        renewed([CUT, "setlists filled 472", CUT], ["calls 18.7M", "conflicts 35", "end"])


def test_output_that_differs_is_a_problem_with_its_place(tmp_path: Path, sandbox: Sandbox) -> None:
    found = run(tmp_path, sandbox, "```console", "$ echo 4M", "19M", "```")
    assert len(found) == 1
    assert found[0].startswith(f"{tmp_path / 'page.md'}:3: echo 4M")


def test_a_command_that_fails_is_a_problem_unless_its_exit_code_is_shown(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    assert run(tmp_path, sandbox, "```console", "$ false", "```")
    assert not run(tmp_path, sandbox, "```console", "$ false", "$ echo $?", "1", "```")
    assert run(tmp_path, sandbox, "```console", "$ false", "$ echo $?", "0", "```")
    assert run(tmp_path, sandbox, "```sh", "true", "false", "```")


def test_the_error_of_bad_input_is_part_of_what_is_printed(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    text = ["```console", "$ echo error: no >&2; (exit 2)", "error: no", "$ echo $?", "2", "```"]
    assert run(tmp_path, sandbox, *text) == []


def test_blocks_with_a_files_name_become_files(tmp_path: Path, sandbox: Sandbox) -> None:
    file = ["```yaml", "# new/my.yaml", "a: 1", "```"]
    assert run(tmp_path, sandbox, *file, "```console", "$ cat new/my.yaml", *file[1:3], "```") == []


def test_python_keeps_its_names_from_block_to_block(tmp_path: Path, sandbox: Sandbox) -> None:
    text = ["```python", "a = 40", "```", "```python", ">>> for n in (1, 2):", "...     a += n",
            ">>> a", "43", "```"]  # fmt: skip
    assert run(tmp_path, sandbox, *text) == []
    text[7] = "44"
    assert len(run(tmp_path, sandbox, *text)) == 1
    assert len(run(tmp_path, sandbox, "```python", "1 / 0", "```")) == 1


def test_a_page_is_rewritten_with_the_output_there_is(tmp_path: Path, sandbox: Sandbox) -> None:
    text = [
        "before", "```console", "$ printf 'calls 2\\nb\\nc\\n'", "calls 1", "...", "```", "after",
        "```python", ">>> 40 + 2", "41", "```",
    ]  # fmt: skip
    one = page(tmp_path, *text)
    now, lost = rewritten(one, run_page(one, sandbox))
    assert lost == []
    assert now.splitlines() == [*text[:3], "calls 2", *text[4:9], "42", "```"]


def test_slow_blocks_are_left_out_unless_asked_for(tmp_path: Path, sandbox: Sandbox) -> None:
    one = page(tmp_path, "```sh slow", "false", "```")
    assert problems(run_page(one, sandbox)) == []
    assert len(problems(run_page(one, sandbox, ["slow"]))) == 1


@pytest.mark.parametrize("text", [["```sh", "true"], [" ```sh", "true", " ```"]])
def test_a_block_that_is_not_closed_or_not_in_the_first_column_is_refused(
    tmp_path: Path, text: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"page\.md:1"):
        page(tmp_path, *text)


def test_links_and_named_files_must_exist(tmp_path: Path) -> None:
    one = page(
        tmp_path, "# A heading, twice", "# A heading, twice", "[a](page.md#a-heading-twice-1)",
        "[b](gone.md) [c](#nowhere) `sim/gone.py` [d](https://example.org)",
    )  # fmt: skip
    found = [problem.rpartition(": ")[2] for problem in broken_links(one, tmp_path)]
    assert found == [
        "there is no gone.md", "page.md has no heading #nowhere", "there is no sim/gone.py",
    ]  # fmt: skip


def test_figures_in_sentences_must_be_shown_or_given(tmp_path: Path) -> None:
    one = page(tmp_path, "It makes 18.7M calls, 23% and $2,160. Not 3 or `4.4M`, but 19M.",
               "```console", "$ true", "calls 18.7M", "```")  # fmt: skip
    found = [problem.split(": ")[1].split()[0] for problem in unshown_figures(one, "19M")]
    assert found == ["23%", "$2,160"]
