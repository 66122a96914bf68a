"""Documents at the start that are made up from the schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.convex.load import load
from sim.platform.reference import Backend
from sim.scenario import ScenarioError, scenario_from
from sim.simulation import simulate

from .conftest import ENGINES, bundled

CODE = """
import { queryGeneric as query } from "convex/server";
export const upcoming = query({ handler: async (ctx, { id }) => {
  if ((await ctx.db.get(id)).status !== "upcoming") throw new Error("not that one");
} });
export const all = query({ handler: (ctx, { table }) => ctx.db.query(table).collect() });
"""
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  shows: defineTable({
    artistId: v.id("artists"), status: v.union(v.literal("upcoming"), v.literal("past")),
    date: v.number(), day: v.string(), slug: v.string(), votes: v.int64(), open: v.boolean(),
    venue: v.object({ city: v.string(), size: v.optional(v.number()) }),
    poster: v.optional(v.id("_storage")), image: v.id("_storage"), raw: v.bytes(), extra: v.any(),
    tags: v.array(v.string()), guests: v.array(v.id("artists")), nothing: v.null(),
    counts: v.record(v.string(), v.number()), kind: v.union(v.literal(1), v.literal(2)),
    owner: v.union(v.null(), v.id("users")), createdAt: v.number(),
  }).index("by_status", ["status"]),
  artists: defineTable({ name: v.string(), best: v.optional(v.id("shows")) }),
  comments: defineTable({ show: v.id("shows"), parent: v.optional(v.id("comments")) }),
  events: defineTable(v.union(
    v.object({ type: v.literal("a"), n: v.number() }),
    v.object({ type: v.literal("b"), text: v.string() }),
  )),
  eggs: defineTable({ hen: v.id("hens") }),
  hens: defineTable({ egg: v.id("eggs") }),
  users: defineTable({ email: v.string() }),
  loose: defineTable(v.any()),
});
"""
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def shop(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(tmp_path_factory.mktemp("generate"), node_modules, a=CODE, schema=SCHEMA)


def world(
    shop: Path, table: str = "", *, engine: str = "node", seed: int = 1, folder: Path | None = None,
    **wanted: Any,
) -> list[dict[str, Any]]:  # fmt: skip
    """The documents of a table, which the schema accepts: the engine checks that by itself."""
    made: dict[str, Any] = {"generate": wanted}
    if folder is not None:
        made["folder"] = str(folder)
    scenario = scenario_from({
        "app": {"name": "convex", "bundle": str(shop), "javascript": engine, "world": made},
        "seed": seed, "starts": "2026-03-02T00:00:00Z",
    })  # fmt: skip
    backend = Backend(scenario, seed)
    try:
        machine = load(backend, scenario).machine
        x, args = machine.new(), json.dumps({"table": table or next(iter(wanted))})
        rows: list[dict[str, Any]] = json.loads(
            machine.query(x, "a:all", args, 0, True).ended.value
        )
        return rows
    finally:
        backend.close()


def test_documents_fit_the_schema_and_differ_by_seed_not_by_engine(shop: Path) -> None:
    one, other = (world(shop, engine=each, shows=60, artists=7) for each in ENGINES)
    assert one == other
    assert len(one) == 60
    assert len({row["slug"] for row in one}) == 60
    assert {row["status"] for row in one} == {"upcoming", "past"}
    assert {row["kind"] for row in one} == {1, 2}
    assert {row["open"] for row in one} == {True, False}
    assert {len(row["tags"]) for row in one} == {0, 1, 2, 3}
    assert {"size" in row["venue"] for row in one} == {True, False}
    assert all(row["owner"] is None for row in one)  # there are no users
    assert one != world(shop, seed=2, shows=60, artists=7)


def test_references_are_to_documents_that_are_there(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "artists.jsonl").write_text('{"name": "Ann"}\n')
    artists = {row["_id"] for row in world(shop, "artists", folder=tmp_path, shows=40, artists=2)}
    shows = world(shop, folder=tmp_path, shows=40, artists=2)
    assert len(artists) == 3
    assert {row["artistId"] for row in shows} == artists
    assert {guest for row in shows for guest in row["guests"]} == artists


def test_a_document_refers_to_earlier_ones_of_its_own_table(shop: Path) -> None:
    comments = world(shop, comments=200, shows=3, artists=2)
    places = {row["_id"]: n for n, row in enumerate(comments)}
    parents = [(n, places[row["parent"]]) for n, row in enumerate(comments) if "parent" in row]
    assert all(parent < n for n, parent in parents)
    assert 70 < len(parents) < 130


def test_an_optional_reference_breaks_a_circle(shop: Path) -> None:
    assert not any("best" in row for row in world(shop, artists=20, shows=5))
    assert len(world(shop, "shows", artists=20, shows=5)) == 5


def test_laws_of_fields(shop: Path) -> None:
    day = 24 * 3600 * 1000
    start = 1_772_409_600_000
    fields = {
        "status": {"values": {"upcoming": 0.9, "past": 0.1}}, "date": {"between": [0, "30d"]},
        "day": {"between": ["-2d", 0]}, "artistId": {"zipf": 1.5},
        "slug": {"length": [50, 60]}, "votes": {"between": [5, 6]}, "kind": {"values": {2: 1}},
        "venue.city": {"values": ["Oslo", "Rome"]}, "venue.size": {"present": 0.9},
        "tags": {"length": 2, "values": ["x"]}, "raw": {"length": 3}, "poster": {"present": 0},
    }  # fmt: skip
    rows = world(shop, shows={"count": 500, "fields": fields}, artists=50)
    of = {name: [row[name] for row in rows] for name in rows[0]}
    assert 0.85 < of["status"].count("upcoming") / 500 < 0.95
    assert start <= min(of["date"]) < start + 2 * day < start + 28 * day < max(of["date"])
    assert max(of["date"]) <= start + 30 * day
    assert {text[:10] for text in of["day"]} == {"2026-02-28", "2026-03-01"}
    assert all(text.endswith("Z") and len(text) == 24 for text in of["day"])
    assert Counter(of["artistId"]).most_common(1)[0][1] > 150
    assert {len(text) for text in of["slug"]} == set(range(50, 61))
    assert {vote["$integer"] for vote in of["votes"]} == {"BQAAAAAAAAA=", "BgAAAAAAAAA="}
    assert set(of["kind"]) == {2}
    assert {venue["city"] for venue in of["venue"]} == {"Oslo", "Rome"}
    assert 420 < sum("size" in venue for venue in of["venue"]) < 480
    assert of["tags"] == [["x", "x"]] * 500
    assert of["raw"] == [{"$bytes": "AAAA"}] * 500
    assert "poster" not in {name for row in rows for name in row}
    assert all(start - 30 * day < at <= start for at in of["createdAt"])


def test_a_union_of_documents(shop: Path) -> None:
    rows = world(shop, events={"count": 40, "fields": {"n": {"between": [1, 1]}}})
    assert {row["type"] for row in rows} == {"a", "b"}
    assert {row["n"] for row in rows if row["type"] == "a"} == {1}


def fields(**laws: Any) -> dict[str, Any]:
    return {"shows": {"count": 5, "fields": laws}, "artists": 2}


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"show": 5}, "unknown table 'show'; allowed: shows, artists,"),
        ({"shows": 5}, "shows.artistId refers to artists, which has no documents: generate some"),
        ({"eggs": 5, "hens": 5}, "eggs.hen refers to hens, whose documents need eggs in turn"),
        ({"loose": 5}, "generate.loose: its schema says nothing of its fields"),
        ({"shows": 2_000_000}, "count: expected at most 1,000,000"),
        ({"shows": "many"}, "expected a whole number"),
        (fields(statsu={"present": 1}), "unknown field of shows 'statsu'"),
        (fields(status={"values": ["upcomin"]}),
         'fields.status: the value \'upcomin\' does not fit: this is "upcoming" or "past"'),
        (fields(status={"values": {"upcoming": -1}}), "expected a weight for each value"),
        (fields(status={"value": ["past"]}), "unknown key 'value'; allowed: between"),
        (fields(open={"between": [0, 1]}), "between is about numbers and times, and this is bool"),
        (fields(slug={"between": [0, 1]}), "between is about numbers and times, and this is str"),
        (fields(date={"between": [2, 1]}), "the first is above the second"),
        (fields(date={"between": [0, float("nan")]}), "expected numbers between -2^53 and 2^53"),
        (fields(date={"between": [0, 2**60]}), "expected numbers between -2^53 and 2^53"),
        (fields(extra={"values": [float("inf")]}), "expected what JSON can hold"),
        (fields(date={"between": [1, "1d"]}), "expected two numbers, or two times"),
        (fields(date={"zipf": 1}), "zipf is about an id, and this is number"),
        (fields(date={"present": 0.1}), "present is about an optional field"),
        (fields(date={"length": 1}), "length is about a text, bytes or a list"),
        (fields(slug={"length": [2, 1]}), "expected from 0 to 1,000,000, the least first"),
        (fields(artistId={"zipf": 1, "values": ["x"]}), "expected one of values, between and zipf"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_up_is_one_clear_error(
    wanted: dict[str, Any], problem: str, shop: Path
) -> None:
    with pytest.raises(ScenarioError) as caught:
        world(shop, **wanted)
    assert problem in str(caught.value)
    assert "app.world.generate" in str(caught.value)


def test_clients_pick_what_was_made_up(shop: Path) -> None:
    soon = {"$pick": "shows", "index": "by_status", "equals": ["upcoming"]}
    result = simulate(scenario_from({
        "app": {"name": "convex", "bundle": str(shop), "javascript": "quickjs",
                "world": {"generate": {"shows": 50, "artists": 5}},
                "clients": {"c": {"function": "a:upcoming", "args": {"id": soon},
                                  "rate": "1k/day"}}},
        "horizon": "1h", "bin": "1h",
    }))  # fmt: skip
    use = result.by_function["a:upcoming"]
    assert (use.calls > 20, use.errors, result.notes) == (True, 0, [])
    assert result.outcomes["documents_shows"] == 50


def test_without_a_schema_nothing_can_be_made_up(tmp_path: Path, node_modules: Path) -> None:
    bare = bundled(tmp_path, node_modules, a=CODE)
    with pytest.raises(ScenarioError, match="made up from the schema, and this project has none"):
        world(bare, shows=5)
