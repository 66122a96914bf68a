"""Settings in their short forms, for editors, and as they are kept with a result."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from sim.scenario import flatten, scenario_from
from sim.scenario.model import plain
from sim.scenario.schema import json_schema

PAGE = {"subscribe": ["a:list", {"function": "a:show", "args": {"x": {"$pick": "shows"}}}]}
BURST = {"at": "2h", "calls": "1k", "within": "10s"}
APP: dict[str, Any] = {
    "name": "convex",
    "bundle": "b.js",
    "world": {"generate": {"shows": 500, "songs": "10k", "artists": {
        "count": 80, "fields": {"a": {"values": {"x": 1}}, "b": {"between": ["-1d", 0]}}}}},
    "clients": {
        "page": {**PAGE, "rate": "1k/day", "by_hour": [1] * 24, "arrive": "even", "stay": "5m"},
        "one": {"function": "a:b", "args": {"x": [{"$pick": "shows", "law": "zipf"}]},
                "burst": BURST},
        "more": {"function": "a:b", "burst": [BURST, BURST]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema("convex"))


def test_the_json_schema_accepts_short_forms(schema: jsonschema.Draft202012Validator) -> None:
    schema.validate({"app": APP})
    wrong = {"name": "convex", "clients": {"a": {"subscribe": [3]}, "b": {"burst": "2h"}}}
    problems = list(schema.iter_errors({"app": wrong}))
    assert problems


def test_what_is_kept_of_them_means_the_same(schema: jsonschema.Draft202012Validator) -> None:
    scenario = scenario_from({"app": APP})
    kept = plain(scenario.app)
    schema.validate({"app": kept})
    again = scenario_from({"app": kept})
    assert again.app == scenario.app
    assert flatten(kept)["world.generate.songs.count"] == 10_000
