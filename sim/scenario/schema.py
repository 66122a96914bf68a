"""The JSON Schema of scenario files, for editors and for anyone who wants the parameters."""

from __future__ import annotations

from typing import Any

from .plugin import EmptyPopulation, load_app
from .scenario import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(app: str = "setlist") -> dict[str, Any]:
    """JSON Schema (2020-12) of scenario files for an app, units, sources and ranges included."""
    module = load_app(app)
    schema = Scenario.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    properties: dict[str, Any] = schema["properties"]
    sections = {
        "app": module.Settings,
        "population": getattr(module, "Population", EmptyPopulation),
    }
    for key, model in sections.items():
        section = model.model_json_schema()
        definitions |= section.pop("$defs", {})
        definitions[model.__name__] = section
        reference = {"$ref": f"#/$defs/{model.__name__}"}
        properties[key] = {
            "description": properties[key].get("description", ""),
            "anyOf": [{"type": "string"}, reference] if key == "app" else [reference],
        }
    definitions.pop("Settings", None)
    properties["revision"]["examples"] = list(getattr(module, "REVISIONS", {}))
    extends = {"type": "string", "description": "A scenario file this one is laid over."}
    schema["properties"] = {"extends": extends, **properties}
    return {"$schema": DIALECT, **schema, "title": "sim scenario"}
