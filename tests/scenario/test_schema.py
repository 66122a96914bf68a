"""The JSON Schema accepts the shipped scenarios, and every parameter is documented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.scenario import ScenarioError, json_schema, parameters, scenario_from
from tools.parameter_table import with_table

SETLIST = [path for path in Path("scenarios").glob("*.yaml") if path.stem != "monitor"]


@pytest.mark.parametrize("path", SETLIST, ids=lambda path: path.stem)
def test_shipped_scenarios_are_valid(path: Path) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(YAML(typ="safe").load(path))


@pytest.mark.parametrize(
    "bad", [{"revison": "x"}, {"app": {"refresh": {"limt": 1}}}, {"horizon": 24}]
)
def test_bad_scenarios_are_not(bad: object) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(bad)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("horizon", "1h30m"), ("horizon", 24), ("horizon", "1y"), ("horizon", "-1h"),
        ("app.refresh.stagger", 0), ("app.refresh.limit", "10k"), ("app.refresh.limit", -1),
        ("app.refresh.limit", "many"), ("app.background", "on"), ("app.seeding.delays", ["1s", 2]),
        ("traffic.organic.rate", "4M/day"), ("traffic.organic.rate", "1e+16/day"),
        ("traffic.organic.rate", "4M/fortnight"), ("traffic.organic.rate", 0),
        ("traffic.organic.rate", "4M"), ("traffic.organic.read", "2kB"),
        ("traffic.organic.read", "2k"), ("traffic.organic.read", "2TB"),
        ("traffic.organic.read", "2TiB"), ("app.refresh.limit", "2T"),
        ("traffic.organic.read", 2000),
        ("external.error_rate", "2%"), ("external.error_rate", 2), ("external.error_rate", "2"),
        ("external.latency", "3ms..9ms"), ("external.latency", {"mean": "3ms"}),
        ("external.latency", {"mean": 3}), ("external.latency", {"p50": "3ms"}),
        ("population.tracks", [1]), ("platform.scheduler.parallelism", 0), ("app.nme", "x"),
        ("platform.usage_limits", [{"warn": 3}]), ("seed", 2**63), ("platform.profile", "2026-08"),
    ],
)  # fmt: skip
def test_the_schema_and_the_loader_agree(path: str, value: object) -> None:
    document: Any = value
    for key in reversed(path.split(".")):
        document = {key: document}
    try:
        scenario_from(document)
    except ScenarioError:
        loads = False
    else:
        loads = True
    assert jsonschema.Draft202012Validator(json_schema()).is_valid(document) == loads


def test_a_resolved_scenario_is_a_valid_file() -> None:
    limits = {"usage_limits": [{"metric": "function_calls", "warn": 3}]}
    scenario = scenario_from({"revision": "hardened", "platform": limits})
    resolved = scenario.resolved()
    jsonschema.Draft202012Validator(json_schema()).validate(resolved)


def test_the_schema_offers_the_revisions_and_where_numbers_come_from() -> None:
    schema = json_schema()
    assert schema["properties"]["revision"]["examples"] == [
        "before", "buggy", "fixed", "hardened", "lull", "no-placeholder", "cron-sync",
        "page-view-sync",
    ]  # fmt: skip
    reference = schema["properties"]["traffic"]["$ref"].removeprefix("#/$defs/")
    organic = schema["$defs"][reference]["properties"]["organic"]["$ref"]
    rate = schema["$defs"][organic.removeprefix("#/$defs/")]["properties"]["rate"]
    assert rate["default"] == "4M/day"
    assert rate["x-plausible"] == "3.8M..4.2M/day"
    assert rate["x-source"].startswith("incident-report.md")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("horizon", "duration"), ("app.background", "true or false"), ("seed", "count"),
        ("app.seeding.delays", "list of duration"), ("traffic.organic.rate", "rate"),
        ("external.latency", "latency"), ("external.error_rate", "share"), ("starts", "UTC time"),
        ("population.song_size", "size"), ("billing.region", "us or eu"),
        ("platform.usage_limits[].warn", "count"), ("billing.storage_mb", "number"),
    ],
)  # fmt: skip
def test_a_parameter_has_the_type_a_file_gives_it(path: str, kind: str) -> None:
    (found,) = [parameter for parameter in parameters() if parameter.path == path]
    assert found.type == kind


def test_every_parameter_says_what_it_is() -> None:
    table = parameters()
    assert len(table) > 90
    assert [p.path for p in table if not p.description] == []


def test_the_parameter_table_of_model_md_is_current() -> None:
    text = Path("MODEL.md").read_text()
    assert with_table(text) == text, "run `make model`"
