"""`sim init`: the starter scenario of a project, and what `sim check` makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sim.cli.main import run
from sim.convex.made_up import arguments_for
from sim.scenario import load_scenario

from .conftest import copy_of, written

ROOT = Path(__file__).parents[2]
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  messages: defineTable({ author: v.string(), text: v.string() })
    .index("by_author", ["author"])
    .searchIndex("search_text", { searchField: "text" }),
});
"""
MESSAGES = """
import { v } from "convex/values";
import { action, internalMutation, mutation, query } from "./_generated/server";
export const list = query({ args: {}, handler: (ctx) => ctx.db.query("messages").take(20) });
export const mine = query({ args: {}, handler: async (ctx) => {
  const who = await ctx.auth.getUserIdentity();
  if (who === null) throw new Error("not signed in");
  return who.subject;
} });
export const find = query({
  args: {},
  handler: (ctx) => ctx.db.query("messages")
    .withSearchIndex("search_text", (q) => q.search("text", "hello")).take(5),
});
export const send = mutation({
  args: { author: v.string(), text: v.string(), at: v.optional(v.number()) },
  handler: async (ctx, message) => { await ctx.db.insert("messages", message); },
});
export const show = query({
  args: { id: v.id("messages"), file: v.id("_storage") },
  handler: (ctx, { id }) => ctx.db.get(id),
});
export const clear = internalMutation({ args: {}, handler: async () => {} });
export const fails = mutation({ args: {}, handler: async () => { throw new Error("no"); } });
export const weather = action({ args: {}, handler: async () => {
  await fetch(`https://api.weather.example/now?key=${process.env.WEATHER_KEY}`);
} });
"""
CRONS = """
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";
const crons = cronJobs();
crons.interval("clear messages", { minutes: 90 }, internal.messages.clear, {});
export default crons;
"""


@pytest.fixture
def guestbook(tmp_path: Path, node_modules: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project; the working directory is the folder above it."""
    monkeypatch.chdir(tmp_path)
    return written(tmp_path, node_modules, schema=SCHEMA, messages=MESSAGES, crons=CRONS)


def test_a_starter_says_what_there_is_and_passes_its_own_check(
    guestbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "app"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:6] == [
        "8 functions: 4 queries, 3 mutations, 1 action; 1 of them internal",
        "cron clear messages: messages:clear every 90min",
        "table messages: by_author",
        "hosts named in the code: api.weather.example",
        "environment variables read: WEATHER_KEY",
        "not simulated, ends the run if it is called: text search (convex/messages.ts)",
    ]
    assert said[6].startswith("left out of the clients: messages:find: text search")
    assert said[-3].startswith("a day makes ")
    assert said[-2].startswith("messages:fails fails: ")
    assert said[-1] == "wrote app.yaml"
    scenario = load_scenario("app.yaml")
    clients = scenario.app.clients.values()  # type: ignore[attr-defined]
    called = {client.function for client in clients if client.function}
    shown = {each.function for client in clients for each in client.subscribe}
    assert called == {"messages:fails", "messages:weather"}
    assert shown == {"messages:list", "messages:mine"}
    text = Path("app.yaml").read_text()
    assert 'args: {"author": "text", "text": "text"}' in text  # to be filled in by hand
    assert 'args: {"id": {"$pick": "messages"}, "file": "<an id of _storage>"}' in text
    assert "# world: {generate: {messages: 100}}" in text
    assert "# $pick: a document of that table, drawn for each call." in text
    assert run(["check", "app.yaml", "--quiet", "--horizon", "3h"]) == 0


def test_the_pages_show_what_the_guestbook_gives(
    tmp_path: Path, node_modules: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    root = copy_of(Path(__file__).parent / "guestbook", node_modules, tmp_path)
    root.rename(tmp_path / "guestbook")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run(["init", "../guestbook"]) == 0
    page = (ROOT / "docs" / "your-typescript.md").read_text("utf-8")
    told = capsys.readouterr().out
    assert told in page
    starter = Path("guestbook.yaml").read_text()
    shown = page.partition("each with a comment:\n\n```yaml\n")[2].partition("```")[0]
    assert shown in starter
    assert run(["check", "guestbook.yaml"]) == 0
    assert_shown(capsys.readouterr().out, page, "|pass", 3)
    change = page.partition("show the number of visits as well:\n\n```ts\n")[2].partition("```")[0]
    messages = Path("../guestbook/convex/messages.ts")
    before, _, after = messages.read_text().partition("export const list = ")
    messages.write_text(before + change + after[after.index("export const") :])
    assert run(["check", "guestbook.yaml"]) == 1
    said = capsys.readouterr().out
    assert_shown(said, page, "|pass", 2)
    assert_shown(said, page, "|FAIL", 1)
    assert_shown(said, page, "|messages:list    | dataChange: counters:visit", 1)
    first_screen = (ROOT / "README.md").read_text("utf-8").split("```")
    for block in first_screen:
        if block.startswith("console project"):
            for line in block.splitlines()[1:-1]:
                assert line in (*told.splitlines(), *said.splitlines(), "...", "1") or "$ " in line


def assert_shown(said: str, page: str, start: str, number: int) -> None:
    """A page shows the title and the lines of a report that begin in some way."""
    lines = [line for line in said.splitlines() if line.startswith(start)]
    assert len(lines) == number
    assert "\n".join(lines) in page
    assert said.splitlines()[0] in page


def test_a_file_that_is_there_stays(guestbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("app.yaml").write_text("mine")
    assert run(["init", "app"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("app.yaml").read_text() == "mine"


def test_nothing_is_written_for_a_project_that_does_not_load(
    guestbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (guestbook / "convex" / "messages.ts").write_text("export const x = ;")
    assert run(["init", "app"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "app/convex/messages.ts:1:17" in line
    assert not Path("app.yaml").exists()


def test_arguments_are_made_up_from_the_validator() -> None:
    def field(kind: Mapping[str, object], optional: bool = False) -> dict[str, object]:
        return {"fieldType": kind, "optional": optional}

    validator = {
        "type": "object",
        "value": {
            "show": field({"type": "id", "tableName": "shows"}),
            "mode": field({"type": "union", "value": [{"type": "literal", "value": "fast"}]}),
            "note": field({"type": "string"}, optional=True),
        },
    }
    made = arguments_for(validator, lambda table: f"an id of {table}")
    assert made == {"show": "an id of shows", "mode": "fast"}
    assert arguments_for(None, str) == {}
