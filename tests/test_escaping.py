"""Whatever a name holds, it stays text: in terminals, Markdown, CI services, graphs and files."""

from __future__ import annotations

import html
import io
import itertools
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import simulate
from sim.budgets import Baseline, Check, CheckReport, How, ScenarioCheck, to_annotations, to_junit
from sim.causes import exported
from sim.escaping import dot, json_text, markdown, markdown_line, mermaid, plain, visible
from sim.report import (
    Block,
    Bullets,
    Cards,
    Figure,
    Heading,
    Listing,
    TableBlock,
    Text,
    to_html,
    to_markdown,
    write_terminal,
)
from sim.report.blocks import Card, Reading
from sim.result import CallEdge, FunctionUse, Result
from sim.scenario import Problem, ScenarioError, load_scenario
from tests.command import sim
from tests.hostile_names import HOSTILE

NAMES = pytest.mark.parametrize("name", HOSTILE, ids=map(ascii, range(len(HOSTILE))))
ANY = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=60))
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
"""What a CI service would obey."""


def blocks(name: str) -> list[Block]:
    """A report in which everything is called so."""
    return [
        Heading(name), Text(name), Text(f"{name}: {name} words {name}"),
        Bullets(name, [name, f"x {name}"]),
        TableBlock(name, [name, name], [[name, name], ["1", "2"]], labels=2),
    ]  # fmt: skip


def is_harmless(text: str) -> bool:
    """Whether a text has nothing but line ends that a terminal or a CI service would act on."""
    return all(each.isprintable() for each in text.split("\n")) and not COMMAND.search(text)


@settings(max_examples=40)  # a console takes a hundredth of a second
@given(name=ANY, width=st.sampled_from(["20", "60", "200"]))
def test_a_terminal_and_a_pipe_get_one_line_of_text_for_a_name(name: str, width: str) -> None:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", width)
        write_terminal(blocks(name), stream)
        assert is_harmless(stream.getvalue())
        terminal = io.StringIO()
        patch.setattr(terminal, "isatty", lambda: True)
        write_terminal(blocks(name), terminal)
    assert is_harmless(re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()))


@given(ANY)
def test_markdown_stays_one_block_for_each_name(name: str) -> None:
    text = to_markdown(blocks(name))
    assert is_harmless(text)
    lines = text.splitlines()
    assert len(lines) == 17
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 4
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3 for row in rows)


LEFT = r"(?<!\\)(?:\\\\)*"
"""What is not escaped comes after this: an even number of backslashes."""


@given(ANY)
def test_markdown_has_no_markup_of_a_names(name: str) -> None:
    text = markdown_line(name)
    assert not re.search(r"(?<!\w)@\w", text)  # nobody is mentioned
    text = text.replace("@&#8203;", "@")
    assert "<" not in text
    assert not re.search(LEFT + r"[`*~]", text)
    assert not re.search(LEFT + r"\](?=[(\[:])", text)
    assert not re.search(LEFT + r"\[\^", text)
    assert not re.match(r"\s*(?:#|>|[-+*=]+(?:\s|$)|\d+[.)](?:\s|$)|\[.\])", text)
    read = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    assert html.unescape(read) == html.unescape(visible(name)) or "&" in name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("page_views", "page_views"),
        ("__init__", r"\_\_init\_\_"),
        ("calls of setlists:* per day", r"calls of setlists:\* per day"),
        ("-1,043 (-412%)", "-1,043 (-412%)"),
        ("see [app.yaml:4:3]", "see [app.yaml:4:3]"),
        ("a & b &amp; c", "a & b &amp;amp; c"),
        ("x < 3 > 2", "x &lt; 3 > 2"),
        ("ask @octocat, or me@example.com", "ask @&#8203;octocat, or me@example.com"),
        ("@ 3 a day", "@ 3 a day"),
    ],
)
def test_markdown_escapes_no_more_than_it_must(name: str, expected: str) -> None:
    assert markdown(name) == expected


@NAMES
def test_annotations_are_one_command_each_and_name_their_file(name: str) -> None:
    check = Check(name, "calls", "", "calls", "run", "max", 1.0, 2.0, (2.0,), None, "fail",
                  "error", name, f"{name}.yaml:3:1")  # fmt: skip
    one = ScenarioCheck(name, "", "0", 60.0, (1,), "compiled", "one", [check])
    report = CheckReport([one], How(), Baseline())
    lines = to_annotations(report, lambda each: each.message).split("\n")
    assert len(lines) == 2
    match = re.fullmatch(r"::error (?P<properties>[^:]*)::(?P<message>.*)", lines[0])
    assert match is not None
    assert lines[0].isprintable()
    assert len(match["properties"].split(",")) == (1 if "\n" in name else 4)
    assert match["message"].replace("%25", "%") == visible(name)


@NAMES
def test_junit_is_read_back_with_the_name_in_it(name: str) -> None:
    check = Check(name, "calls", "", "calls", "run", "max", 1.0, 2.0, (2.0,), None, "warn",
                  "warn", name, name)  # fmt: skip
    one = ScenarioCheck(name, "", "0", 60.0, (1,), "compiled", "one", [check])
    text = to_junit(CheckReport([one], How(), Baseline()), lambda each: each.message)
    assert is_harmless(text)
    suite = ET.fromstring(text).find("testsuite")
    assert suite is not None
    assert suite.get("name") == visible(name)
    assert suite.findtext("testcase/system-out") == visible(name)


@pytest.fixture(scope="module")
def hostile_result() -> Result:
    """A run with a call graph between functions of all the hostile names."""
    result = simulate(load_scenario("scenarios/normal.yaml", horizon="1m"))
    use = next(iter(result.by_function.values()))
    result.by_function.clear()
    result.call_graph.clear()
    result.by_function.update((name, use) for name in HOSTILE)
    result.call_graph.extend(
        CallEdge(caller, function, "scheduler", 3, 4.0, 1)
        for caller, function in itertools.pairwise(HOSTILE)
    )
    assert isinstance(use, FunctionUse)
    return result


def test_graphs_keep_their_nodes_and_edges_whatever_these_are_called(
    hostile_result: Result,
) -> None:
    names = {visible(name) for name in HOSTILE}
    for format_ in ("dot", "mermaid", "graphml"):
        assert is_harmless(exported(hostile_result, format_))
    graph = nx.parse_graphml(exported(hostile_result, "graphml"))
    assert set(graph.nodes) == names
    statements = exported(hostile_result, "dot").splitlines()
    assert len(statements) == 3 + len(HOSTILE) + len(HOSTILE) - 1
    quoted = r'"(?:[^"\\]|\\.)*"'
    for line in statements[2:-1]:
        assert re.fullmatch(rf"  {quoted}(?: -> {quoted})? \[.*\];", line), line
    lines = exported(hostile_result, "mermaid").splitlines()
    assert len(lines) == 1 + len(HOSTILE) + len(HOSTILE) - 1
    for line in lines[1:]:
        assert re.fullmatch(
            r'  n\d+(?:\["[\w #;:.,/()-]*"\]|\(\["[\w #;:.,/()-]*"\]\)| -\.->\|"[^"]*"\| n\d+)',
            line,
        ), line


@given(ANY)
def test_quoted_strings_of_graphs_end_where_they_should(name: str) -> None:
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', dot(name))
    assert re.fullmatch(r'"(?:[\w :.,/()-]|#\d+;)*"', mermaid(name))


@given(ANY)
def test_json_says_the_same_and_nothing_raw(name: str) -> None:
    text = json.dumps({name: [name]}, ensure_ascii=False, indent=2)
    for only_ascii in (False, True):
        safe = json_text(text, only_ascii=only_ascii)
        assert json.loads(safe) == {name: [name]}
        assert not COMMAND.search(safe)
        safe.encode("ascii" if only_ascii else "utf-8")


@given(ANY)
def test_what_is_visible_already_stays(name: str) -> None:
    assert visible(visible(name)) == visible(name)
    assert plain(plain(name)) == plain(name)


@NAMES
def test_an_error_is_one_line_for_each_problem(name: str) -> None:
    error = ScenarioError([Problem(name, name), Problem("b", name)])
    assert len(str(error).split("\n")) == 2
    assert is_harmless(f"error: {error}")


@NAMES
def test_pages_have_nothing_raw_and_no_markup_of_a_names(name: str) -> None:
    card = Card(name, [Reading(name, name, name)])
    page = to_html([*blocks(name), Cards([name], [card]), Listing(name, name),
                    Figure(name, name, "<svg></svg>")])  # fmt: skip
    assert all(each.isprintable() for each in page.split("\n"))
    assert not COMMAND.search(page)
    assert "<script" not in page
    assert "<img" not in page
    assert "<!--" not in page


def test_a_scenario_of_a_hostile_name_is_reported_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, message = "\n::error::x\x1b[31m", "a|b\n::warning::y <blink>"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    file = tmp_path / "app.yaml"
    parent = json.dumps(str(Path("scenarios/fixed.yaml").resolve()))
    budget = {"id": "calls", "metric": "calls", "max": 1, "message": message}
    file.write_text(
        f"extends: {parent}\nname: {json.dumps(name)}\nhorizon: 1m\nbudgets: [{json.dumps(budget)}]"
    )
    files = {"md": "a.md", "html": "a.html", "junit": "a.xml", "json": "a.json"}
    formats = ["table", "github", *(f"{key}={tmp_path / value}" for key, value in files.items())]
    args = [part for each in formats for part in ("--format", each)]
    assert sim("check", str(file), *args, "--no-explain") == 1
    table, annotation = capsys.readouterr().out.rsplit("::error file=", 1)
    assert is_harmless(table)
    assert annotation.count("\n") == 1
    for written in ("a.md", "a.xml", "summary.md"):
        assert is_harmless((tmp_path / written).read_text())
    assert json.loads((tmp_path / "a.json").read_text())["scenarios"][0]["name"] == name
    assert "<blink>" not in (tmp_path / "a.html").read_text()
    assert sim("run", str(file), "--set", "horizon=\x1b[31m") == 2
    assert is_harmless(capsys.readouterr().err)
    assert sim("run", "\x1b[31m\n::error::x.yaml") == 2
    assert is_harmless(capsys.readouterr().err)
