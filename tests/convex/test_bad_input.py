"""What can be wrong with a project: one clear error each, exit code 2, nothing written."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import run
from sim.convex.project import find_esbuild, find_project
from sim.scenario import ScenarioError

from .conftest import written

GOOD = """
import { mutationGeneric as mutation } from "convex/server";
export const go = mutation({
  args: {}, handler: async (ctx) => { await ctx.db.query("a").collect(); },
});
"""
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ a: defineTable({ n: v.number() }) });
"""


def refusal(folder: Path, capsys: pytest.CaptureFixture[str], **app: Any) -> str:
    """The one error that `sim run` prints for a scenario in a folder."""
    file = folder / "scenario.yaml"
    given = {"name": "convex", "root": "app", "javascript": "quickjs", **app}
    file.write_text(json.dumps({"app": given, "horizon": "1m", "bin": "1m",
                                "traffic": {"organic": {"rate": 0}}}))  # fmt: skip
    before = sorted(folder.rglob("*"))
    assert run(["run", str(file), "--quiet"]) == 2
    assert sorted(folder.rglob("*")) == before
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert "Traceback" not in line
    return line


def test_there_is_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such folder" in refusal(tmp_path, capsys)
    (tmp_path / "app").mkdir()
    assert "there is no folder `convex` in it" in refusal(tmp_path, capsys)
    (tmp_path / "app" / "convex").mkdir()
    assert "there are no functions in it" in refusal(tmp_path, capsys)


def test_there_are_no_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    functions = tmp_path / "app" / "convex"
    functions.mkdir(parents=True)
    (functions / "a.ts").write_text(GOOD)
    assert (
        "there is no esbuild in `node_modules`, here or in a folder above: run `npm install`"
        in refusal(tmp_path, capsys)
    )


def test_a_shipped_project_without_packages_says_how_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.scenario.shipped.shipped_folder", lambda: tmp_path / "shipped")
    root = tmp_path / "shipped" / "setlist-app" / "fixed"
    (root / "convex").mkdir(parents=True)
    (root / "convex" / "a.ts").write_text(GOOD)
    steps = r"`sim scenarios --copy DIR`, then `npm install` in DIR/setlist-app, and run DIR/setl"
    with pytest.raises(ScenarioError, match=f"its npm packages are not shipped: {steps}"):
        find_esbuild(find_project(root))


def test_a_folder_that_is_not_there_brings_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "my-app").mkdir()
    with pytest.raises(ScenarioError, match="there is no such folder; did you mean 'my-app'"):
        find_project(tmp_path / "mya-pp")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export const x = ;", "app/convex/a.ts:1:17: Unexpected"),
        ('import x from "missing"; export const y = x;', 'Could not resolve "missing"'),
        ('throw new Error("not today");', "a module throws while it loads: not today"),
        ("for (;;);", "a module does not end loading"),
    ],
)
def test_the_code_cannot_be_loaded(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    written(tmp_path, node_modules, a=text)
    assert expected in refusal(tmp_path, capsys, time_limit="100ms")


def test_a_cron_of_a_function_that_is_not_there(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crons = (
        'import { cronJobs } from "convex/server"; const crons = cronJobs();\n'
        'crons.interval("often", { minutes: 1 }, "a:gone" as any); export default crons;'
    )
    written(tmp_path, node_modules, a=GOOD, crons=crons)
    assert "the cron 'often' runs a:gone: there is no such function" in refusal(tmp_path, capsys)


def test_documents_that_the_schema_rejects(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, node_modules, a=GOOD, schema=SCHEMA)
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "a.jsonl").write_text('{"n": "one"}\n')
    line = refusal(tmp_path, capsys, world={"folder": "world"})
    assert 'in table "a" because it does not match the schema' in line
    assert "Path: .n" in line


def test_a_world_that_cannot_be_read(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, node_modules, a=GOOD)
    assert "export.zip: there is no such file" in refusal(
        tmp_path, capsys, world={"export": "export.zip"}
    )
    (tmp_path / "export.zip").write_bytes(b"PK\x03\x04 broken")
    assert "is no ZIP archive, or a damaged one" in refusal(
        tmp_path, capsys, world={"export": "export.zip"}
    )
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("a/documents.jsonl", '{"n": 1}\nnot json\n')
    assert "export.zip/a/documents.jsonl:2: is no JSON" in refusal(
        tmp_path, capsys, world={"export": "export.zip"}
    )


def test_a_mock_that_throws_or_is_not_there(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    action = """
import { actionGeneric as action } from "convex/server";
export const go = action({
  args: {}, handler: async () => { await fetch("https://a.example/x"); },
});
"""
    written(tmp_path, node_modules, a=action)
    (tmp_path / "mocks.ts").write_text('export const bad = () => { throw new Error("no"); };')
    app: dict[str, Any] = {
        "mocks": "mocks.ts",
        "fetch": [{"url": "https://a.example/*", "mock": "bad"}],
        "clients": {"c": {"function": "a:go", "at": ["1s"]}},
    }
    assert "the mock bad threw: Uncaught Error: no" in refusal(tmp_path, capsys, **app)
    app["fetch"][0]["mock"] = "good"
    assert "exports no function `good`; there are: bad" in refusal(tmp_path, capsys, **app)


def test_settings_that_say_nothing_or_two_things(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "expected either `root`" in refusal(tmp_path, capsys, root="")
    assert "expected either a function or a script" in refusal(
        tmp_path, capsys, clients={"c": {"rate": "1/s"}}
    )
    assert "there is no such file" in refusal(tmp_path, capsys, root="", bundle="none.js")
