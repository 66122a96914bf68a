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
    line = refusal(tmp_path, capsys, root="app/convex")
    assert f"give the folder that holds it instead: {tmp_path / 'app'}" in line


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
    steps = (
        "`sim scenarios --copy DIR`, then `npm install` in DIR/setlist-app, "
        "and run the scenario in DIR/setlist-app"
    )
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
    line = refusal(tmp_path, capsys, **app)
    assert "app.fetch[0].mock: " in line
    assert "exports no function `good`; there are: bad" in line


def test_settings_that_say_nothing_or_two_things(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "expected either `root`" in refusal(tmp_path, capsys, root="")
    assert "expected one of function, script and subscribe" in refusal(
        tmp_path, capsys, clients={"c": {"rate": "1/s"}}
    )
    assert "there is no such file" in refusal(tmp_path, capsys, root="", bundle="none.js")


PAGES = """
import {
  mutationGeneric as mutation, queryGeneric as query, actionGeneric as action,
} from "convex/server";
export const list = query({ args: {}, handler: async () => [] });
export const post = mutation({ args: {}, handler: async () => {} });
export const send = action({ args: {}, handler: async () => {} });
"""
LIST = [{"function": "a:list"}]
NEVER = "expected a rate, times (at), a burst or sessions: it would never come"


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        ({"subscribe": [{"function": "a:post"}], "sessions": 1},
         "app.clients.c.subscribe[0].function: a:post is a mutation: pages subscribe to queries"),
        ({"subscribe": [{"function": "a:send"}], "sessions": 1},
         "app.clients.c.subscribe[0].function: a:send is an action: pages subscribe to queries"),
        ({"subscribe": ["a:list", "a:post"], "sessions": 1},
         "app.clients.c.subscribe[1].function: a:post is a mutation: pages subscribe to queries"),
        ({"subscribe": [{"function": "a:lost"}], "sessions": 1},
         "unknown query 'a:lost'; allowed: a:list; did you mean 'a:list'?"),
        ({"function": "a:list", "sessions": 1, "rate": "1/s"},
         "sessions are open pages: they need something to subscribe to"),
        ({"function": "a:list", "stay": "1m", "rate": "1/s"},
         "stay is how long a page is open that subscribes: this one only calls"),
        ({"subscribe": LIST}, NEVER),
        ({"subscribe": LIST, "args": {"a": 1}, "rate": "1/s"}, "a page's queries have their own"),
        ({"function": "a:list"}, NEVER),
        ({"subscribe": LIST, "function": "a:list", "rate": "1/s"},
         "expected one of function, script and subscribe"),
        ({"subscribe": LIST, "rate": "1/s", "stay": "-1s"}, "app.clients.c.stay"),
    ],
)  # fmt: skip
def test_clients_that_mean_nothing(
    client: dict[str, Any], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    node_modules: Path,
) -> None:  # fmt: skip
    written(tmp_path, node_modules, a=PAGES)
    assert problem in refusal(tmp_path, capsys, clients={"c": client})


HIDDEN = """
import { internalMutationGeneric as mutation, internalQueryGeneric as query } from "convex/server";
export const clear = mutation({ args: {}, handler: async () => {} });
export const all = query({ args: {}, handler: async () => [] });
"""
SCRIPTS = """
export const clears = async (client) => { await client.mutation("a:clear", {}); };
export const misspells = async (client) => { await client.mutation("a:claer", {}); };
export const spins = async () => { for (;;); };
"""


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        ({"function": "a:clear"},
         "app.clients.c.function: a:clear is an internal mutation: clients can only call public "
         "ones, made with `mutation`"),
        ({"subscribe": ["a:all"]}, "app.clients.c.subscribe[0].function: a:all is an internal"),
        ({"script": "clears"}, "the script clears: a:clear is an internal mutation"),
        ({"script": "misspells"}, "the script misspells: Could not find function for 'a:claer'"),
        ({"script": "spins"}, "the script spins never ends"),
    ],
)  # fmt: skip
def test_clients_call_public_functions_and_an_error_names_their_line(
    client: dict[str, Any], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    node_modules: Path,
) -> None:  # fmt: skip
    written(tmp_path, node_modules, a=HIDDEN)
    (tmp_path / "outside.ts").write_text(SCRIPTS)
    clients = {"c": {"at": ["1s"], **client}}
    line = refusal(tmp_path, capsys, clients=clients, mocks="outside.ts", time_limit="100ms")
    assert problem in line
    assert "scenario.yaml:1:" in line


SCHEDULES = """
import { mutationGeneric as mutation, makeFunctionReference as ref } from "convex/server";
const nothing = ref<"mutation">("a:nothing");
export const nothing_ = mutation({ args: {}, handler: async () => {} });
export { nothing_ as nothing };
export const many = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(0, nothing, {});
  },
});
"""


def outcome(folder: Path, capsys: pytest.CaptureFixture[str], **app: Any) -> dict[str, Any]:
    """The functions of a run that ends well, as its JSON has them."""
    file = folder / "scenario.yaml"
    given = {"name": "convex", "root": "app", "javascript": "node", **app}
    file.write_text(json.dumps({"app": given, "horizon": "20m", "bin": "20m",
                                "traffic": {"organic": {"rate": 0}}}))  # fmt: skip
    assert run(["run", str(file), "--quiet", "--format", "json"]) == 0
    functions: dict[str, Any] = json.loads(capsys.readouterr().out)["functions"]
    return functions


def test_more_jobs_at_once_than_a_function_may_schedule_fail_that_function(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, node_modules, a='import { v } from "convex/values";' + SCHEDULES)
    clients = {
        "some": {"function": "a:many", "args": {"count": 1000}, "at": ["1s"]},
        "too_many": {"function": "a:many", "args": {"count": 100_000}, "at": ["2s"]},
    }
    functions = outcome(tmp_path, capsys, clients=clients)
    assert (functions["a:many"]["calls"], functions["a:many"]["errors"]) == (2, 1)
    assert (functions["a:nothing"]["calls"], functions["a:nothing"]["errors"]) == (1000, 0)


def test_an_export_of_megabytes_is_read_whole(
    tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a file of 50 MB is, in some seconds."""
    text = """
import { queryGeneric as query } from "convex/server";
export const last = query({ args: {}, handler: async (ctx) => {
  const row = await ctx.db.query("big").order("desc").first();
  if (row.n !== 3999) throw new Error("not all of it");
} });
"""
    written(tmp_path, node_modules, a=text)
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        rows = "".join(json.dumps({"n": n, "text": "x" * 500}) + "\n" for n in range(4000))
        archive.writestr("big/documents.jsonl", rows)
    clients = {"c": {"function": "a:last", "at": ["1s"]}}
    functions = outcome(tmp_path, capsys, world={"export": "big.zip"}, clients=clients)
    assert (functions["a:last"]["calls"], functions["a:last"]["errors"]) == (1, 0)


@pytest.mark.parametrize("engine", ["node", "quickjs"])
def test_an_action_that_never_ends_runs_into_its_time_out_and_its_mutation_counts(
    engine: str, tmp_path: Path, node_modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """
import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query,
  makeFunctionReference as ref } from "convex/server";
export const add = mutation({ args: {}, handler: (ctx) => ctx.db.insert("a", {}) });
export const one = query({ args: {}, handler: async (ctx) => {
  if ((await ctx.db.query("a").collect()).length !== 1) throw new Error("not there");
} });
export const spins = action({ args: {}, handler: async (ctx) => {
  await ctx.runMutation(ref<"mutation">("a:add"), {});
  for (;;);
} });
"""
    written(tmp_path, node_modules, a=text)
    clients = {"c": {"function": "a:spins", "at": ["1s"]}, "d": {"function": "a:one", "at": ["9m"]}}
    functions = outcome(tmp_path, capsys, javascript=engine, time_limit="100ms", clients=clients)
    errors = {name: use["errors"] for name, use in functions.items()}
    assert errors == {"a:spins": 1, "a:add": 0, "a:one": 0}
