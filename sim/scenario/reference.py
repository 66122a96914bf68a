"""The parameter table: every setting with its default, plausible range and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .scenario import Scenario
from .schema import json_schema
from .units import SIZES, parse_size


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting, as documented in the schema."""

    path: str
    """Dotted, ``[]`` standing for each item of a list and ``<id>`` for the id of one."""
    type: str
    """Its unit or type: duration, rate, size, count, share, latency, or the values allowed."""
    default: str
    plausible: str
    source: str
    description: str


def parameters(app: str = "setlist") -> list[Parameter]:
    """Every setting of a scenario file for a built-in app."""
    return _parameters(json_schema(app))


def parameters_of(scenario: Scenario) -> list[Parameter]:
    """Every setting of a scenario, including those of its app."""
    return _parameters(json_schema(scenario.app_name, scenario._apps))


def _parameters(schema: dict[str, Any]) -> list[Parameter]:
    return list(_walk(schema, schema["$defs"], "", {}))


def _walk(
    schema: dict[str, Any], definitions: dict[str, Any], prefix: str, defaults: dict[str, Any]
) -> Iterator[Parameter]:
    """The settings of one section; ``defaults`` are the section's defaults in its place."""
    for key, field in schema.get("properties", {}).items():
        path = f"{prefix}{key}"
        default = defaults.get(key, field.get("default"))
        inner = _model(field, definitions)
        if inner is not None:
            below = default if isinstance(default, dict) else {}
            yield from _walk(inner, definitions, f"{path}.", below)
            continue
        if path == "extends":
            continue
        yield Parameter(
            path=path,
            type=_type(field, definitions),
            default=readable_size(default) if field.get("x-type") == "size" else _text(default),
            plausible=field.get("x-plausible", ""),
            source=field.get("x-source", ""),
            description=" ".join(field.get("description", "").split()),
        )
        if (item := _model(field.get("items", {}), definitions)) is not None:
            yield from _walk(item, definitions, f"{path}[].", {})
        if (item := _model(_by_id(field), definitions)) is not None:
            yield from _walk(item, definitions, f"{path}.<id>.", {})


def _model(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    """The definition a field refers to, if it is a section of settings."""
    for candidate in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
        if "$ref" in candidate:
            found: dict[str, Any] = definitions[candidate["$ref"].removeprefix("#/$defs/")]
            forms = (found, *found.get("anyOf", ()))  # some settings have a short form
            return next((form for form in forms if form.get("properties")), None)
    return None


def _by_id(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of the items of a mapping by id."""
    for candidate in (field, *field.get("anyOf", ())):
        if isinstance(items := candidate.get("additionalProperties"), dict):
            return items
    return {}


_TYPES = {
    "object": "mapping",
    "boolean": "true or false",
    "integer": "whole number",
    "string": "text",
}


def _type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The unit or type of a field."""
    if "x-type" in field:
        return str(field["x-type"])
    if "const" in field or "enum" in field:
        allowed = (str(value) for value in field.get("enum", [field.get("const")]))
        return " or ".join(value for value in allowed if value)  # empty: none was chosen
    if "anyOf" in field:  # something optional: null is never written in a file
        options = (_type(option, definitions) for option in field["anyOf"])
        return " or ".join(option for option in options if option != "null")
    if field.get("format") == "date-time":
        return "UTC time"
    if field.get("type") == "array":
        items = {_type(item, definitions) for item in field.get("prefixItems", ())}
        items |= (
            {_type(field["items"], definitions)} if isinstance(field.get("items"), dict) else set()
        )
        return f"list of {' or '.join(sorted(items))}" if items else "list"
    if "$ref" in field:
        return "mapping"
    kind = str(field.get("type", "any"))
    return _TYPES.get(kind, kind)


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return str(value)


def readable_size(value: Any) -> str:
    """A size as people write it: 16777216B is 16MiB."""
    if value is None:
        return ""
    size = parse_size(value)
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if size and size % SIZES[unit] == 0:
            return f"{size // SIZES[unit]}{unit}"
    return str(value)


def parameter_table(app: str = "setlist") -> str:
    """The table as Markdown."""
    rows = [
        "| setting | type | default | plausible | source | what it is |",
        "|---|---|---|---|---|---|",
    ]
    for p in parameters(app):
        cells = (f"`{p.path}`", p.type, p.default, p.plausible, p.source, p.description)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"
