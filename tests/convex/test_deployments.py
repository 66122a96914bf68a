"""Other code in mid-run, worlds that are brought along, and a project's static call graph."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from sim.causes import possible_loops
from sim.convex.bundle import bundle_project
from sim.convex.reading import Reference, references
from sim.scenario import load_scenario, scenario_from
from sim.simulation import simulate

from .conftest import written

BEFORE = """
import { mutationGeneric as mutation, makeFunctionReference } from "convex/server";
export const tick = mutation({ args: {}, handler: async (ctx) => {
  await ctx.db.insert("ticks", { by: "before" });
  await ctx.scheduler.runAfter(1000, makeFunctionReference<"mutation">("a:tick"), {});
} });
"""
AFTER = """
import { mutationGeneric as mutation } from "convex/server";
export const tick = mutation({ args: {}, handler: async (ctx) => {
  await ctx.db.insert("ticks", { by: "after" });
} });
"""
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ ticks: defineTable({ by: v.string() }) });
"""


def test_jobs_that_wait_run_the_code_that_is_deployed(tmp_path: Path, node_modules: Path) -> None:
    for name, text in (("one", BEFORE), ("two", AFTER)):
        (tmp_path / name).mkdir()
        written(tmp_path / name, node_modules, a=text, schema=SCHEMA)
    file = tmp_path / "scenario.yaml"
    file.write_text(json.dumps({
        "app": {"name": "convex", "root": "one/app", "javascript": "quickjs",
                "clients": {"first": {"function": "a:tick", "at": ["0s"]}}},
        "deployments": [{"id": "fix", "at": "10s", "change": {"app.root": "two/app"}}],
        "traffic": {"organic": {"rate": 0}}, "horizon": "1m", "bin": "1m",
    }))  # fmt: skip
    result = simulate(load_scenario(file))
    ticks = result.by_function["a:tick"].calls
    assert 9 <= ticks <= 11
    assert result.outcomes["documents_ticks"] == ticks


def test_an_export_is_the_world_at_the_start(tmp_path: Path, node_modules: Path) -> None:
    root = written(tmp_path, node_modules, a=AFTER, schema=SCHEMA)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as export:
        export.writestr("_tables/documents.jsonl", '{"name": "ticks", "id": 10007}\n')
        export.writestr("ticks/documents.jsonl", '{"by": "x"}\n{"by": "y"}\n')
    result = simulate(scenario_from({
        "app": {"name": "convex", "root": str(root), "javascript": "quickjs",
                "world": {"export": str(archive)}},
        "traffic": {"organic": {"rate": 0}}, "horizon": "1m", "bin": "1m",
    }))  # fmt: skip
    assert result.outcomes["documents_ticks"] == 2


def test_equal_code_is_one_scenario_wherever_it_lies(tmp_path: Path, node_modules: Path) -> None:
    def hash_of(folder: str, text: str) -> str:
        (tmp_path / folder).mkdir()
        root = written(tmp_path / folder, node_modules, a=text)
        return scenario_from({"app": {"name": "convex", "root": str(root)}}).hash

    assert hash_of("one", AFTER) == hash_of("two", AFTER)
    assert hash_of("three", BEFORE) != hash_of("four", AFTER)


def test_the_loop_of_the_incident_is_read_from_the_code(setlist_app: Path) -> None:
    (loop,) = possible_loops(load_scenario(setlist_app / "buggy.yaml"))
    assert loop.path == (
        "setlists:autoGenerateSetlist", "spotify:syncArtistCatalog", "setlists:autoGenerateSetlist",
    )  # fmt: skip
    assert (
        loop.steps[0] == "setlists:autoGenerateSetlist names spotify:syncArtistCatalog (runAfter)"
    )


def test_functions_that_call_nothing_are_in_no_loop(tmp_path: Path, node_modules: Path) -> None:
    root = written(tmp_path, node_modules, a=AFTER, schema=SCHEMA)
    scenario = scenario_from({"app": {"name": "convex", "root": str(root)}})
    assert possible_loops(scenario) == []


def test_the_call_graph_is_read_from_the_code(project: Path) -> None:
    bundle = bundle_project(project)
    functions = ("notes:nested", "notes:bump", "notes:bumpAndThrow", "actions:nested")
    assert references(bundle, functions) == [
        Reference("actions:nested", "actions:nested", "runAction"),
        Reference("notes:nested", "notes:bump", "runMutation"),
        Reference("notes:nested", "notes:bumpAndThrow", "runMutation"),
    ]
