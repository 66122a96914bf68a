"""The JSON Schema accepts the shipped scenarios, and every parameter is documented."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.report.model import with_table
from sim.scenario import json_schema, parameters

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


def test_every_parameter_says_what_it_is() -> None:
    table = parameters()
    assert len(table) > 90
    assert [p.path for p in table if not p.description] == []


def test_the_parameter_table_of_model_md_is_current() -> None:
    text = Path("MODEL.md").read_text()
    assert with_table(text) == text, "run `make model`"
