"""Clients pick documents among those that are there when they call."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.convex.arguments import Arguments, NothingToPickError
from sim.convex.laws import uniform, zipf
from sim.convex.picks import has_field, picks_in
from sim.draws import draw
from sim.report.findings import findings
from sim.result import Result
from sim.scenario import ScenarioError, scenario_from
from sim.simulation import simulate

from .conftest import ENGINES, SECOND_US, Direct, bundled

CODE = """
import { v } from "convex/values";
import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
export const fill = mutation({ args: { count: v.number() }, handler: async (ctx, { count }) => {
  for (let n = 0; n < count; n++) {
    await ctx.db.insert("shows", { status: n % 5 ? "past" : "soon", slug: `s${n}`, likes: 0 });
  }
} });
export const like = mutation({ args: { show: v.id("shows") }, handler: async (ctx, { show }) => {
  await ctx.db.patch(show, { likes: (await ctx.db.get(show)).likes + 1 });
} });
export const soon = query({ args: { show: v.id("shows"), slug: v.string() },
  handler: async (ctx, { show, slug }) => {
    const found = await ctx.db.get(show);
    if (found.status !== "soon" || found.slug !== slug) throw new Error("not that one");
  } });
export const page = query({ args: { show: v.id("shows") }, handler: (ctx, { show }) =>
  ctx.db.get(show) });
export const remove = mutation({ args: {}, handler: async (ctx) => {
  for (const show of await ctx.db.query("shows").collect()) await ctx.db.delete(show._id);
} });
"""
SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  shows: defineTable({ status: v.string(), slug: v.string(), likes: v.number() })
    .index("by_status", ["status", "slug"]),
  venues: defineTable({ name: v.string() }),
});
"""


@pytest.fixture(scope="session")
def shows(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(tmp_path_factory.mktemp("picks"), node_modules, a=CODE, schema=SCHEMA)


def run(shows: Path, clients: dict[str, Any], *, many: int = 50, **app: Any) -> Result:
    """An hour with these clients."""
    return simulate(scenario_from({
        "app": {"name": "convex", "bundle": str(shows), "javascript": "quickjs",
                "world": {"seed": {"function": "a:fill", "args": {"count": many}}},
                "clients": clients, **app},
        "traffic": {"organic": {"rate": 0}}, "horizon": "1h", "bin": "1h",
    }))  # fmt: skip


SHOW = {"show": {"$pick": "shows", "law": "zipf", "exponent": 1.1}}


def likes(result: Result) -> tuple[int, int]:
    """Calls and errors of `like`."""
    use = result.by_function["a:like"]
    return use.calls, use.errors


@given(st.integers(1, 1000), st.integers(0, 2**64 - 1), st.floats(0, 10))
def test_a_law_chooses_one_of_those_that_are_there(count: int, u: int, exponent: float) -> None:
    assert 0 <= uniform(count, u) < count
    assert 0 <= zipf(exponent)(count, u) < count


@pytest.mark.parametrize("exponent", [0.0, 0.7, 1.0, 2.0])
def test_zipf_chooses_the_kth_in_proportion_to_its_weight(exponent: float) -> None:
    weights = [k**-exponent for k in range(1, 21)]
    law, draws = zipf(exponent), 20_000
    law(500, 0)  # more of them do not change the law of fewer
    seen = Counter(law(20, draw(7, n)) for n in range(draws))
    for k, weight in enumerate(weights):
        expected = draws * weight / sum(weights)
        assert abs(seen[k] - expected) < 5 * expected**0.5 + 1


def picked(direct: Direct, args: dict[str, Any], now: int, calls: int = 200) -> Counter[Any]:
    """What calls at a time pick for `x`."""
    chosen = Arguments(direct.machine, 1, "c", args)
    return Counter(json.loads(chosen.of(n, now))["x"] for n in range(calls))


def test_what_is_picked_is_there_at_that_moment(direct: Direct) -> None:
    ids = [direct.mutation("notes:add", owner="ann" if n < 4 else "bob", text=f"{n}")
           for n in range(8)]  # fmt: skip
    made = direct.now + 1000  # the last one is visible
    for gone in ids[:2]:
        direct.mutation("notes:remove", id=gone)
    now = direct.now + 1000
    everything = {"x": {"$pick": "notes"}}
    assert set(picked(direct, everything, now)) == set(ids[2:])
    assert set(picked(direct, everything, made)) == set(ids)
    assert set(picked(direct, everything, made - 1)) == set(ids[:7])
    ann = {"$pick": "notes", "index": "by_owner", "equals": ["ann"], "field": "text"}
    assert set(picked(direct, {"x": ann}, now)) == {"2", "3"}
    newest = {"$pick": "notes", "law": "zipf", "exponent": 3, "order": "desc"}
    assert picked(direct, {"x": newest}, now).most_common(1)[0][0] == ids[7]


def test_one_document_among_thousands_that_are_gone_is_found(direct: Direct) -> None:
    direct.mutation("notes:addMany", owner="ann", count=300)
    ids = direct.machine.tell("choices", "notes", "by_creation_time", "[]", False, "_id",
                              float(direct.now + SECOND_US), True)  # fmt: skip
    assert ids == 300
    rows = [direct.machine.tell("choice", "notes", "by_creation_time", "[]", False, "_id",
                                float(n), float(direct.now + SECOND_US), False)[0]
            for n in range(300)]  # fmt: skip
    assert len(set(rows)) == 300
    for gone in rows[:299]:
        x, _ = direct.begin("notes:remove", direct.now + SECOND_US, id=gone)
        direct.commit(x, direct.now + SECOND_US)
    now = direct.now + 2 * SECOND_US
    assert picked(direct, {"x": {"$pick": "notes"}}, now) == {rows[299]: 200}
    absent = Arguments(direct.machine, 1, "c", {"x": {"$pick": "notes", "field": "owner.name"}})
    with pytest.raises(NothingToPickError):
        absent.of(0, now)


def test_every_call_picks_anew_and_on_both_engines_the_same(shows: Path) -> None:
    fans = {"function": "a:like", "args": SHOW, "rate": "2/s"}
    pages = {"subscribe": [{"function": "a:page", "args": SHOW}], "sessions": 50}
    one, other = (
        run(shows, {"fans": fans, "open": pages}, javascript=engine) for engine in ENGINES
    )
    assert one.by_function == other.by_function
    assert one.calls == other.calls
    use = one.by_function["a:like"]
    assert (use.errors, use.calls > 6000, use.conflicts_retried > 0) == (0, True, True)


def test_the_same_document_in_several_arguments(shows: Path) -> None:
    soon = {"$pick": "shows", "index": "by_status", "equals": ["soon"], "as": "show"}
    args = {"show": soon, "slug": {**soon, "field": "slug"}}
    use = run(shows, {"c": {"function": "a:soon", "args": args, "rate": "100/h"}}).by_function
    assert (use["a:soon"].calls > 50, use["a:soon"].errors) == (True, 0)


def test_pages_of_the_same_document_are_one_group(shows: Path) -> None:
    pages = {"subscribe": [{"function": "a:page", "args": {"show": {"$pick": "shows"}}}]}
    given = {"open": {**pages, "sessions": 1000}, "likes": {
        "function": "a:like", "args": {"show": {"$pick": "shows"}}, "rate": "100/h"}}  # fmt: skip
    use = run(shows, given).by_function
    assert use["a:page"].calls > 1000
    executed = use["a:page"].calls - use["a:page"].cached
    assert 50 <= executed <= 50 + use["a:like"].calls
    again = use["a:page"].calls - 1000
    assert abs(again / use["a:like"].calls - 20) < 2  # a write is seen by a fiftieth of the pages


def test_nothing_to_pick_means_no_call_and_is_said(shows: Path) -> None:
    args = {"show": {"$pick": "shows"}}
    clients = {
        "fans": {"function": "a:like", "args": args, "at": ["1m", "2m", "31m", "40m"]},
        "readers": {"subscribe": [{"function": "a:page", "args": args}], "sessions": 3,
                    "at": ["50m"]},
        "end": {"function": "a:remove", "at": ["30m"]},
    }  # fmt: skip
    result = run(shows, clients)
    assert likes(result) == (2, 0)
    assert result.notes == [
        "2 clients of the kind fans found nothing to pick in shows and called nothing",
        "1 client of the kind readers found nothing to pick in shows and called nothing",
    ]
    assert "2 clients of the kind fans found nothing to pick" in " ".join(findings(result))
    assert run(shows, {"readers": clients["readers"]}, many=0).calls.total == 0


@pytest.mark.parametrize(
    ("pick", "problem"),
    [
        ({"$pick": "show"}, "unknown table 'show'; allowed: shows, venues; did you mean 'shows'?"),
        ({"$pick": "shows", "index": "by_staus"}, "unknown index of shows 'by_staus'"),
        ({"$pick": "shows", "index": "by_status", "equals": ["a", "b", "c"]},
         "more values than by_status has fields (status, slug)"),
        ({"$pick": "shows", "field": "slg"}, "unknown field of shows 'slg'"),
        ({"$pick": "shows", "equals": ["a"]}, "name the index"),
        ({"$pick": "shows", "law": "zip"}, "x.law: unknown value 'zip'; allowed: uniform, zipf"),
        ({"$pick": "shows", "exponent": 2}, "the exponent is zipf's: give `law: zipf`"),
        ({"$pick": "shows", "law": "zipf", "exponent": 11}, "a number from 0 to 10"),
        ({"$pick": "shows", "exponet": 2}, "unknown key 'exponet'"),
        ({"$pik": "shows"}, "unknown key '$pik'; allowed: $pick"),
        ({"$pick": 3}, "expected text, not 3"),
    ],
)  # fmt: skip
def test_a_pick_that_means_nothing_is_one_clear_error(
    pick: dict[str, Any], problem: str, shows: Path
) -> None:
    client = {"function": "a:page", "args": {"x": pick}, "rate": "1/h"}
    page = {"subscribe": ["a:page", {"function": "a:page", "args": {"a": {"x": [pick]}}}],
            "rate": "1/h"}  # fmt: skip
    with pytest.raises(ScenarioError) as one:
        run(shows, {"c": client})
    with pytest.raises(ScenarioError) as other:
        run(shows, {"c": page})
    assert problem in str(one.value)
    assert "app.clients.c.args" in str(one.value)
    assert "app.clients.c.subscribe[1].args" in str(other.value)


def test_a_field_is_one_that_documents_can_have() -> None:
    def of(**fields: Any) -> dict[str, Any]:
        value = {name: {"fieldType": each, "optional": False} for name, each in fields.items()}
        return {"type": "object", "value": value}

    text, loose = {"type": "string"}, {"type": "any"}
    show = {"type": "union", "value": [of(slug=text), of(venue=of(city=text), more=loose)]}
    there = ("_id", "_creationTime", "slug", "venue", "venue.city", "more", "more.or.less")
    assert all(has_field(show, path) for path in there)
    assert not any(has_field(show, path) for path in ("venue.name", "slug.x", "slu", "_x"))


def test_picks_of_one_name_are_of_one_document() -> None:
    one = {"$pick": "shows", "as": "it"}
    assert len(picks_in({"a": one, "b": {**one, "field": "slug"}})) == 2
    with pytest.raises(ValueError, match="b: another pick is called 'it'"):
        picks_in({"a": one, "b": {**one, "order": "desc"}})


@settings(max_examples=30)
@given(st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text("abpick_", max_size=5), inner, max_size=3),
))  # fmt: skip
def test_arguments_without_picks_stay_as_they_are(args: Any) -> None:
    assert picks_in(args) == ()
