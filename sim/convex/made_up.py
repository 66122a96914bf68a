"""Arguments that a function's validator accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Validator = dict[str, Any]


def arguments_for(validator: Validator | None, id_of: Callable[[str], Any]) -> dict[str, Any]:
    """Arguments of a function, without those that are optional.

    ``id_of``: what stands for an id of a table.
    """
    if not validator or validator["type"] != "object":
        return {}
    made: dict[str, Any] = _value(validator, id_of)
    return made


def _value(v: Validator, id_of: Callable[[str], Any]) -> Any:
    kind = v["type"]
    if kind == "object":
        return {name: _value(each["fieldType"], id_of)
                for name, each in v["value"].items() if not each["optional"]}  # fmt: skip
    if kind == "union":
        return _value(v["value"][0], id_of) if v["value"] else None
    if kind == "id":
        return id_of(v["tableName"])
    simple: dict[str, Any] = {
        "string": "text", "number": 1, "boolean": True, "null": None, "any": None,
        "bigint": {"$integer": "AQAAAAAAAAA="}, "bytes": {"$bytes": ""}, "array": [],
        "record": {}, "literal": v.get("value"),
    }  # fmt: skip
    return simple[kind]
