"""Exports of the call graph, read back by others."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import networkx as nx
import pytest

from sim import Result, simulate
from sim.causes import EXPORTS, call_graph, exported
from sim.result import CallEdge
from tests.apps.setlist.conftest import small


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate(small("buggy", horizon="20s", app={"background": True}))


def test_graphml_is_read_back_with_every_edge_and_its_numbers(result: Result) -> None:
    read = nx.read_graphml(io.BytesIO(exported(result, "graphml").encode()), force_multigraph=True)
    edges = {(a, b, data["trigger"]): data["calls"] for a, b, data in read.edges(data=True)}
    expected = {(e.caller, e.function, e.trigger): e.calls for e in result.call_graph}
    assert edges == expected


@pytest.mark.parametrize(
    ("format_", "edge"), [("dot", r" -> "), ("mermaid", r" (?:-->|-\.->)\|")]
)  # fmt: skip
def test_text_formats_have_a_line_for_every_edge_and_node(
    result: Result, format_: str, edge: str
) -> None:
    lines = exported(result, format_).splitlines()
    edges = [line for line in lines if re.search(edge, line)]
    assert len(edges) == len(result.call_graph)
    for name in call_graph(result):
        assert any(f'"{name}"' in line for line in lines)


def test_scheduled_edges_are_dashed(result: Result) -> None:
    line = '"setlists:autoGenerateSetlist" -> "spotify:syncArtistCatalog"'
    (found,) = [each for each in exported(result, "dot").splitlines() if line in each]
    assert "dashed" in found


def test_edges_of_what_runs_again_are_dotted(result: Result) -> None:
    again = CallEdge("notes:add", "notes:list", "dataChange", 9, 9.0, 0)
    changed = replace(result, call_graph=[again])
    assert 'label="9/day" style="dotted"' in exported(changed, "dot")
    assert "-.->" in exported(changed, "mermaid")


def test_the_same_run_gives_the_same_text(result: Result) -> None:
    again = simulate(small("buggy", horizon="20s", app={"background": True}))
    for format_ in EXPORTS:
        assert exported(result, format_) == exported(again, format_)


def test_nodes_know_what_they_are(result: Result) -> None:
    kinds = nx.get_node_attributes(call_graph(result), "kind")
    assert kinds["spotify:syncArtistCatalog"] == "action"
    assert kinds["cron:refresh-auto-setlists"] == "cron"
