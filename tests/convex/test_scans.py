"""Queries over whole tables are counted, and those over large ones are a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.report.findings import findings
from sim.result import Result, TableScan, result_from
from sim.scenario import scenario_from
from sim.simulation import simulate

from .conftest import ENGINES, bundled

CODE = """
import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
const notes = (ctx) => ctx.db.query("notes");
export const fill = mutation({ handler: async (ctx) => {
  for (let n = 0; n < 300; n++) await ctx.db.insert("notes", { n });
} });
export const all = query({ handler: (ctx) => notes(ctx).collect() });
export const ordered = query({ handler: (ctx) => notes(ctx).withIndex("by_n").collect() });
export const filtered = query({ handler: (ctx) =>
  notes(ctx).filter((q) => q.eq(q.field("n"), -1)).collect() });
export const missing = query({ handler: (ctx) =>
  notes(ctx).filter((q) => q.eq(q.field("n"), -1)).first() });
export const found = query({ handler: (ctx) =>
  notes(ctx).filter((q) => q.eq(q.field("n"), 5)).first() });
export const some = query({ handler: (ctx) => notes(ctx).take(500) });
export const range = query({ handler: (ctx) =>
  notes(ctx).withIndex("by_n", (q) => q.gte("n", 0)).collect() });
export const page = query({ handler: (ctx) =>
  notes(ctx).paginate({ numItems: 500, cursor: null }) });
export const twice = query({ handler: async (ctx) => {
  await notes(ctx).collect();
  return await notes(ctx).collect();
} });
export const changes = mutation({ handler: async (ctx) => {
  for await (const note of notes(ctx)) if (note.n === 0) await ctx.db.patch(note._id, { n: 0 });
} });
"""
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ notes: defineTable({ n: v.number() }).index("by_n", ["n"]) });
"""


@pytest.fixture(scope="session")
def bundle(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(tmp_path_factory.mktemp("scans"), node_modules, a=CODE, schema=SCHEMA)


def ran(bundle: Path, function: str, engine: str = "quickjs") -> Result:
    return simulate(scenario_from({
        "app": {"name": "convex", "bundle": str(bundle), "javascript": engine, "query_cache": "0B",
                "world": {"seed": {"function": "a:fill"}},
                "clients": {"c": {"function": f"a:{function}", "at": ["1s", "2s"]}}},
        "traffic": {"organic": {"rate": 0}}, "horizon": "1m", "bin": "1m",
    }))  # fmt: skip


@pytest.mark.parametrize(
    ("function", "documents"),
    [("all", 300), ("ordered", 300), ("filtered", 300), ("missing", 300), ("found", 0), ("some", 0),
     ("range", 0), ("page", 0), ("twice", 600), ("changes", 300)],
)  # fmt: skip
def test_reading_a_whole_table_without_a_limit_is_counted(
    bundle: Path, function: str, documents: int
) -> None:
    expected = [TableScan(f"a:{function}", "notes", 2, 2 * documents)] if documents else []
    assert ran(bundle, function).table_scans == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_large_table_that_is_read_whole_is_a_finding(bundle: Path, engine: str) -> None:
    result = ran(bundle, "all", engine)
    assert findings(result)[0] == (
        "a:all reads the whole table notes: 300 documents in a run, 2 runs. A range of an index, "
        "or a limit, reads less."
    )
    assert result_from(result.to_dict()).table_scans == result.table_scans


@pytest.mark.parametrize(
    ("function", "read", "written"),
    [("all", 300, 0), ("found", 6, 0), ("twice", 600, 0), ("changes", 301, 1), ("fill", 0, 300)],
)
def test_documents_are_counted_each_time_they_are_read_and_written(
    bundle: Path, function: str, read: int, written: int
) -> None:
    use = ran(bundle, function).by_function[f"a:{function}"]
    assert use.calls == 2
    assert (use.read_documents, use.written_documents) == (2 * read, 2 * written)
