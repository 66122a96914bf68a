"""The parameter table: every setting with its default, plausible range and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .schema import json_schema


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting, as its schema documents it."""

    path: str
    default: str
    plausible: str
    source: str
    description: str


def parameters(app: str = "setlist") -> list[Parameter]:
    """Every setting of a scenario file for an app, by dotted path."""
    schema = json_schema(app)
    return list(_walk(schema, schema["$defs"], ""))


def _walk(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> Iterator[Parameter]:
    for key, field in schema.get("properties", {}).items():
        path = f"{prefix}{key}"
        inner = _model(field, definitions)
        if inner is not None:
            yield from _walk(inner, definitions, f"{path}.")
        elif path != "extends":
            yield Parameter(
                path=path,
                default=_text(field.get("default")),
                plausible=field.get("x-plausible", ""),
                source=field.get("x-source", ""),
                description=" ".join(field.get("description", "").split()),
            )


def _model(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    """The definition a field refers to, if it is a section of settings."""
    for candidate in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
        if "$ref" in candidate:
            found: dict[str, Any] = definitions[candidate["$ref"].removeprefix("#/$defs/")]
            return found if found.get("properties") else None
    return None


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return str(value)


def parameter_table(app: str = "setlist") -> str:
    """The table as Markdown."""
    rows = ["| setting | default | plausible | source | what it is |", "|---|---|---|---|---|"]
    for p in parameters(app):
        cells = (f"`{p.path}`", p.default, p.plausible, p.source, p.description)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"
