"""The JSON Schema of scenario files, for editors and for anyone who wants the parameters."""

from __future__ import annotations

from typing import Any

from pydantic import Field, create_model

from .apps import BUILT_IN, Apps
from .listed import ID_PATTERN, SECTIONS
from .plugin import load_app, population_model, traffic_model
from .scenario import Scenario

ID = {"type": "string", "pattern": f"^{ID_PATTERN}$", "description": "Its name in reports."}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(app: str = "setlist", apps: Apps | None = None) -> dict[str, Any]:
    """JSON Schema (2020-12) of scenario files for an app, with units, sources and ranges.

    ``apps``: where a user's app can be; its module is imported. Raises `AppError` if there is no
    such app.
    """
    module = load_app(app, apps or Apps())
    fields = Scenario.model_fields
    about = {key: fields[key].description for key in ("app", "population", "traffic", "revision")}
    revisions = list(getattr(module, "REVISIONS", {}))
    file = create_model(
        "ScenarioFile",
        __base__=Scenario,
        __doc__=Scenario.__doc__,
        app=(module.Settings | str, Field(default=app, description=about["app"])),
        population=(
            population_model(module), Field(default_factory=dict, description=about["population"])
        ),
        traffic=(
            traffic_model(module),
            Field(default=traffic_model(module)(), description=about["traffic"]),
        ),
        revision=(
            str,
            Field(default="", description=about["revision"], examples=revisions),
        ),
        extends=(str, Field(default="", description="A scenario file that this one changes.")),
    )  # fmt: skip
    schema = file.model_json_schema()
    del schema["properties"]["extends"]["default"]  # by default it extends nothing
    for section in SECTIONS:
        allow_list(schema, section)
    return {"$schema": DIALECT, **schema, "title": "sim scenario"}


def schema_of_any_app() -> dict[str, Any]:
    """JSON Schema of scenario files that tells the built-in app from others by the app's name.

    The settings of another app, and the population it runs on, may be anything.
    """
    schema = json_schema()
    name = {"type": "string", "not": {"enum": [*BUILT_IN]}}
    other = {"type": "object", "required": ["name"], "properties": {"name": name}}
    properties = schema["properties"]
    properties["app"]["anyOf"].append({**other, "description": "An app of your own."})
    population = properties["population"]
    properties["population"] = {"description": population["description"]}
    schema["if"] = {"required": ["app"], "properties": {"app": {"anyOf": [name, other]}}}
    schema["then"] = {}
    schema["else"] = {"properties": {"population": population}}
    return schema


def allow_list(schema: dict[str, Any], section: str) -> None:
    """Allow a mapping by id to be written as a list of items with an ``id``."""
    field = schema["properties"][section]
    items = field.pop("additionalProperties")
    own = schema["$defs"][items["$ref"].removeprefix("#/$defs/")]
    listed = {
        **own,
        "properties": {"id": ID, **own["properties"]},
        "required": ["id", *own.get("required", ())],
    }
    del field["type"]
    field["anyOf"] = [
        {"type": "array", "items": listed},
        {"type": "object", "additionalProperties": items},
    ]
    field["x-type"] = "list"
