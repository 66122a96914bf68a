"""Subscribed queries run again when something is written that they have read; the query cache."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.logs import observe
from sim.logs.emit import emission
from sim.logs.emit.journal import RowJournal
from sim.result import FunctionUse, Result
from sim.scenario import ScenarioError, load_scenario, scenario_from
from sim.simulation import simulate

from .conftest import ENGINES, bundled, written

CODE = """
import { mutationGeneric as mutation, queryGeneric as query, actionGeneric as action,
  makeFunctionReference } from "convex/server";
const listing = makeFunctionReference<"query">("a:list");
export const add = mutation({ handler: async (ctx, { owner = "ann" }) => {
  await ctx.db.insert("notes", { owner, text: "x".repeat(100) });
} });
export const fill = mutation({ args: {}, handler: async (ctx) => {
  for (let n = 0; n < 10; n++) {
    await ctx.db.insert("notes", { owner: n < 5 ? "ann" : "bob", text: "x".repeat(100) });
  }
} });
export const list = query({ handler: (ctx, { owner = "ann" }) =>
  ctx.db.query("notes").withIndex("by_owner", (q) => q.eq("owner", owner)).collect() });
export const missing = query({ args: {}, handler: (ctx) =>
  ctx.db.query("nothing").collect() });
export const makeNothing = mutation({ args: {}, handler: async (ctx) => {
  await ctx.db.insert("nothing", {});
} });
export const recent = query({ args: {}, handler: async (ctx) => {
  const now = Date.now();
  const notes = await ctx.db.query("notes").collect();
  return notes.filter((note) => note._creationTime > now - 60000).length;
} });
export const mine = query({ args: {}, handler: async (ctx) =>
  [(await ctx.auth.getUserIdentity())?.name, (await ctx.db.query("notes").first())?.owner] });
export const fails = query({ args: {}, handler: async (ctx) => {
  throw new Error(`there are ${(await ctx.db.query("notes").collect()).length}`);
} });
export const reads = action({ args: {}, handler: async (ctx) => {
  const seen = [];
  for (let n = 0; n < 3; n++) seen.push((await ctx.runQuery(listing, {})).length);
  await ctx.runMutation(makeFunctionReference<"mutation">("a:add"), {});
  seen.push((await ctx.runQuery(listing, {})).length);
  if (seen.join() !== "5,5,5,6") throw new Error(seen.join());
} });
"""
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  notes: defineTable({ owner: v.string(), text: v.string() }).index("by_owner", ["owner"]),
}, { strictTableNameTypes: false });
"""
NOTE = 0.000175
"""Megabytes of one note, roughly."""


@pytest.fixture(scope="session")
def bundle(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(tmp_path_factory.mktemp("subscriptions"), node_modules, a=CODE, schema=SCHEMA)


def facts(bundle: Path, *, query: str = "10ms", horizon: str = "1m", **app: Any) -> dict[str, Any]:
    """A scenario whose latencies do not vary: a write is visible 15 ms after its call."""
    return {
        "app": {"name": "convex", "bundle": str(bundle), "javascript": "quickjs",
                "world": {"seed": {"function": "a:fill"}}, **app},
        "platform": {"latency": {"query": query, "mutation": "10ms", "commit": "5ms"}},
        "traffic": {"organic": {"rate": 0}}, "horizon": horizon, "bin": "1m",
    }  # fmt: skip


def ran(bundle: Path, **more: Any) -> Result:
    return simulate(scenario_from(facts(bundle, **more)))


def pages(*functions: str, **client: Any) -> dict[str, Any]:
    return {"subscribe": [{"function": f"a:{name}"} for name in functions], **client}


def writes(*at_ms: int, function: str = "a:add", **args: Any) -> dict[str, Any]:
    return {"function": function, "args": args, "at": [f"{ms}ms" for ms in at_ms]}


def reruns(use: FunctionUse) -> int:
    return use.by_trigger.get("dataChange", 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_write_runs_the_query_again_for_every_open_page_and_reads_once(
    bundle: Path, engine: str
) -> None:
    result = ran(bundle, javascript=engine, clients={
        "pages": pages("list", sessions=1000), "writers": writes(10_000, 20_000, 30_000),
    })  # fmt: skip
    use = result.by_function["a:list"]
    assert use.by_trigger == {"client": 1000, "dataChange": 3000}
    assert use.by_caller == {"visitors": 1000, "a:add": 3000}
    assert use.by_root == {"client:pages": 1000, "client:writers": 3000}
    assert use.cached == 4 * 999
    assert use.read_mb == pytest.approx((5 + 6 + 7 + 8) * NOTE, rel=0.1)
    assert use.time_s == pytest.approx(4 * 0.010)
    assert result.calls.total == 4000 + 3


def transitions(visible: Sequence[int], took: int) -> int:
    """How many transitions one connection makes: independent of the simulator's own way."""
    made, free, left = 0, 0, sorted(visible)
    while left:
        begins = max(free, left[0])
        left = [at for at in left if at > begins]
        free = begins + took
        made += 1
    return made


@settings(max_examples=40, deadline=None)
@given(
    at=st.lists(st.integers(1_000, 3_000), min_size=1, max_size=30, unique=True),
    took=st.integers(1, 400),
)
def test_writes_during_a_transition_are_answered_together_by_the_next(
    bundle: Path, at: list[int], took: int
) -> None:
    result = ran(bundle, query=f"{took}ms", clients={
        "pages": pages("list", sessions=7), "writers": writes(*at, owner="ann"),
    })  # fmt: skip
    conflicts = result.conflicts.retried
    made = reruns(result.by_function["a:list"]) / 7
    if not conflicts:  # an insert reads nothing: it cannot conflict
        assert made == transitions([ms + 15 for ms in at], took)


@pytest.mark.parametrize(
    ("function", "runs_again"),
    [("list", 0), ("recent", 1), ("missing", 0), ("mine", 0)],
)  # fmt: skip
def test_only_what_has_read_it_runs_again(bundle: Path, function: str, runs_again: int) -> None:
    result = ran(bundle, clients={
        "pages": pages(function, sessions=3), "writers": writes(10_000, owner="bob"),
    })  # fmt: skip
    assert reruns(result.by_function[f"a:{function}"]) == 3 * runs_again


def test_a_table_that_was_not_there_is_part_of_what_was_read(bundle: Path) -> None:
    result = ran(bundle, clients={
        "pages": pages("missing", sessions=3), "w": writes(10_000, function="a:makeNothing"),
    })  # fmt: skip
    assert reruns(result.by_function["a:missing"]) == 3


def test_pages_with_several_queries_run_again_those_that_were_touched(bundle: Path) -> None:
    result = ran(bundle, clients={
        "one": pages("list", "recent", sessions=10), "other": pages("list", sessions=5),
        "writers": {**writes(10_000, owner="bob")},
        "more": {**writes(20_000, owner="ann")},
    })  # fmt: skip
    assert result.by_function["a:list"].by_trigger == {"client": 15, "dataChange": 15}
    assert result.by_function["a:recent"].by_trigger == {"client": 10, "dataChange": 20}
    assert result.by_function["a:list"].cached == 28  # both kinds of pages share the results


def test_a_page_that_is_closed_runs_nothing_again(bundle: Path) -> None:
    result = ran(bundle, clients={
        "pages": pages("list", at=["1s", "2s"], stay="10s"),
        "writers": writes(5_000, 11_500, 20_000),
    })  # fmt: skip
    assert result.by_function["a:list"].by_trigger == {"client": 2, "dataChange": 2 + 1}


def test_a_query_that_throws_runs_for_each_page_and_again_when_its_data_change(
    bundle: Path,
) -> None:
    result = ran(bundle, clients={
        "pages": pages("fails", sessions=4), "writers": writes(10_000),
    })  # fmt: skip
    use = result.by_function["a:fails"]
    assert (use.calls, use.errors, use.cached) == (8, 8, 0)
    assert reruns(use) == 4


@pytest.mark.parametrize(
    ("paused", "again"),
    [("9s", 0),  # the write is refused as well
     ("10.012s", 4)],  # it is committed, and not visible yet
)  # fmt: skip
def test_pages_connect_again_that_were_refused(bundle: Path, paused: str, again: int) -> None:
    scenario = facts(bundle, clients={
        "pages": pages("list", sessions=4), "writers": writes(10_000),
    })  # fmt: skip
    scenario["deployments"] = [
        {"id": "off", "at": paused, "action": "pause"},
        {"id": "on", "at": "20s", "action": "resume"},
    ]  # fmt: skip
    result = simulate(scenario_from(scenario))
    assert reruns(result.by_function["a:list"]) == again


def test_a_deployment_runs_every_subscribed_query_again(tmp_path: Path, node_modules: Path) -> None:
    for name, text in (("one", CODE), ("two", CODE.replace('"x"', '"y"'))):
        (tmp_path / name).mkdir()
        written(tmp_path / name, node_modules, a=text, schema=SCHEMA)
    scenario = facts(Path("bundle"), clients={"pages": pages("list", "mine", sessions=10)})
    del scenario["app"]["bundle"]
    scenario["app"]["root"] = "one/app"
    scenario["deployments"] = [{"id": "d", "at": "10s", "change": {"app.root": "two/app"}}]
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(scenario))
    result = simulate(load_scenario(file))
    use = result.by_function["a:list"]
    assert use.by_caller == {"visitors": 10, "deployment": 10}
    assert use.by_root == {"client:pages": 10, "dataChange:deployment": 10}
    assert use.cached == 18


SCRIPT = """
export async function page(client, number) {
  const list = await client.subscribe("a:list", { owner: number % 2 ? "bob" : "ann" });
  if (list.length !== 5) throw new Error(`${list.length}`);
  await client.mutation("a:add", { owner: "ann" });
}
export async function wrong(client) { await client.subscribe("a:add", {}); }
"""


def scripted(folder: Path, node_modules: Path, **client: Any) -> Result:
    root = written(folder, node_modules, a=CODE, schema=SCHEMA)
    (folder / "outside.ts").write_text(SCRIPT)
    scenario = facts(Path("none"), clients={"pages": client, "late": writes(40_000)})
    del scenario["app"]["bundle"]
    scenario["app"] |= {"root": str(root), "mocks": str(folder / "outside.ts")}
    return simulate(scenario_from(scenario))


def test_a_script_subscribes_with_its_own_arguments(tmp_path: Path, node_modules: Path) -> None:
    result = scripted(tmp_path, node_modules, script="page", at=["1s", "2s"], stay="30s")
    use = result.by_function["a:list"]
    # Ann's page sees both writes; the write at 40 s finds it closed.
    assert use.by_trigger == {"client": 2, "dataChange": 2}
    assert use.by_root == {"client:pages": 4}


def test_a_script_subscribes_to_queries_only(tmp_path: Path, node_modules: Path) -> None:
    with pytest.raises(ScenarioError, match="the script wrong: Trying to execute a:add as Query"):
        scripted(tmp_path, node_modules, script="wrong", at=["1s"])


def test_a_script_that_fails_is_told(tmp_path: Path, node_modules: Path) -> None:
    result = scripted(tmp_path, node_modules, script="page", at=["50s", "51s"])  # after a write
    assert result.notes == ['the script page failed in 1 of 2 visits: "6"']


@pytest.mark.parametrize("format_", ["webhook", "cli", "axiom"])
def test_logs_of_a_run_say_what_ran_again_and_what_was_cached(
    bundle: Path, tmp_path: Path, format_: str
) -> None:
    scenario = scenario_from(facts(bundle, clients={
        "pages": pages("list", "fails", sessions=10), "writers": writes(10_000, 20_000),
    }))  # fmt: skip
    file = tmp_path / "events.jsonl"
    with emission(scenario, file, format_) as emitting:
        journal = RowJournal(scenario, emitting.take)
        truth = simulate(scenario, journal=journal)
        journal.close()
        emitting.done()
    seen = observe([file]).result
    for name, use in truth.by_function.items():
        found = seen.by_function[name]
        assert (found.calls, found.cached, found.errors) == (use.calls, use.cached, use.errors)
        if format_ != "cli":  # its entries do not say why a query ran
            assert reruns(found) == reruns(use)


def test_organic_writes_run_queries_again_as_often_as_they_hit_what_was_read(
    bundle: Path,
) -> None:
    result = ran(bundle, horizon="24h", writes={"notes": "2880/day"}, clients={
        "pages": pages("list", sessions=100), "others": pages("missing", sessions=100),
    })  # fmt: skip
    use = result.by_function["a:list"]  # it reads five notes of ten
    assert use.by_caller["organic:mutation"] == reruns(use)
    assert reruns(use) / 100 == pytest.approx(1440, abs=4 * 1440**0.5)
    assert reruns(result.by_function["a:missing"]) == 0


# -- the query cache ---------------------------------------------------------------------------


def asks(*at_ms: int, function: str, **args: Any) -> dict[str, Any]:
    return writes(*at_ms, function=f"a:{function}", **args)


def cached(result: Result, function: str) -> int:
    return result.by_function[f"a:{function}"].cached


def test_a_result_serves_until_what_it_has_read_is_written(bundle: Path) -> None:
    result = ran(bundle, clients={
        "readers": asks(1000, 2000, 3000, 5000, 6000, function="list"), "writers": writes(4000),
    })  # fmt: skip
    assert cached(result, "list") == 3
    assert result.by_function["a:list"].read_mb == pytest.approx((5 + 6) * NOTE, rel=0.1)


def test_a_result_serves_a_snapshot_from_before_the_write_is_visible(bundle: Path) -> None:
    result = ran(bundle, clients={
        "readers": asks(1000, 4013, 4016, function="list"), "writers": writes(4000),
    })  # fmt: skip
    assert cached(result, "list") == 1  # at 4,013 ms: the write is committed, and visible at 4,015


def test_organic_writes_end_results(bundle: Path) -> None:
    def hits(**writes: str) -> int:
        readers = {"function": "a:list", "rate": "60/h"}
        return cached(ran(bundle, horizon="48h", writes=writes, clients={"r": readers}), "list")

    # Of readers and writes that hit, at the same rate: every other one comes after a reader.
    assert hits() > 2700
    assert hits(notes="2880/day") == pytest.approx(1440, abs=150)
    assert hits(elsewhere="2880/day") > 2700


def test_calls_while_it_is_computed_wait_for_that_one(bundle: Path) -> None:
    result = ran(bundle, query="500ms", clients={
        "readers": asks(1000, 1200, 1499, function="list"),
    })  # fmt: skip
    assert cached(result, "list") == 2
    assert result.by_function["a:list"].time_s == pytest.approx(0.5)


def test_arguments_have_results_of_their_own(bundle: Path) -> None:
    result = ran(bundle, clients={
        "ann": asks(1000, 2000, function="list", owner="ann"),
        "bob": asks(1500, 2500, function="list", owner="bob"),
        "writers": writes(2200, owner="ann"),
    })  # fmt: skip
    assert cached(result, "list") == 2


@pytest.mark.parametrize(("function", "hits"), [("recent", 3), ("list", 4)])
def test_what_looked_at_the_time_ages_in_two_seconds(
    bundle: Path, function: str, hits: int
) -> None:
    times = (1000, 2000, 3000, 4000, 5000)
    result = ran(bundle, clients={"readers": asks(*times, function=function)})
    assert cached(result, function) == hits


def test_what_looked_at_the_identity_is_nobody_elses(bundle: Path) -> None:
    def hits(function: str) -> int:
        result = ran(bundle, identity={"name": "Ann"}, clients={
            "readers": asks(1000, function=function), "again": asks(2000, function=function),
        })  # fmt: skip
        return cached(result, function)

    assert (hits("mine"), hits("list")) == (1, 1)


def test_errors_are_not_cached(bundle: Path) -> None:
    result = ran(bundle, clients={"readers": asks(1000, 2000, function="fails")})
    assert cached(result, "fails") == 0


@pytest.mark.parametrize(("size", "hits"), [("0B", 0), ("1kB", 0), ("1MB", 2)])
def test_the_cache_holds_so_many_bytes(bundle: Path, size: str, hits: int) -> None:
    result = ran(bundle, query_cache=size, clients={
        "ann": asks(1000, 3000, function="list", owner="ann"),
        "bob": asks(2000, 4000, function="list", owner="bob"),
    })  # fmt: skip
    assert cached(result, "list") == hits


@pytest.mark.parametrize("engine", ENGINES)
def test_queries_of_actions_use_the_same_cache(bundle: Path, engine: str) -> None:
    result = ran(bundle, javascript=engine, clients={
        "client": asks(1000, function="list"), "action": asks(2000, function="reads"),
    })  # fmt: skip
    assert result.by_function["a:reads"].errors == 0
    assert cached(result, "list") == 3


def calls(result: Result) -> dict[str, int]:
    return {name: use.calls for name, use in result.by_function.items()}


def test_every_call_that_ran_has_a_latency(bundle: Path) -> None:
    result = ran(bundle, clients={
        "pages": pages("list", "fails", sessions=9), "writers": writes(9000, 9000, 12_000),
        "action": asks(2000, function="reads"),
    })  # fmt: skip
    for use in result.by_function.values():
        assert use.latency is not None
        assert use.latency.count == use.calls - use.conflicts_retried - use.cached
    assert cached(result, "list") > 9
    assert result.by_function["a:fails"].calls > 9, "each session runs it itself"


def test_the_cache_changes_what_is_read_and_not_what_is_called(bundle: Path) -> None:
    clients = {"pages": pages("list", "recent", sessions=9), "writers": writes(9000, 12_000)}
    with_it, without = (ran(bundle, query_cache=size, clients=clients) for size in ("1MB", "0B"))
    assert calls(with_it) == calls(without)
    assert cached(without, "list") == 0
    read = with_it.by_function["a:list"].read_mb
    assert without.by_function["a:list"].read_mb == pytest.approx(9 * read)
