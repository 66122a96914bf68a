"""The JSON Schema of claims files, for editors."""

from __future__ import annotations

from typing import Any

from sim.scenario import DIALECT, allow_list

from .claim import Claims


def claims_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of claims files."""
    schema = Claims.model_json_schema()
    allow_list(schema, "claims")
    setting = schema["$defs"]["Setting"]["properties"]
    setting["is"] = setting.pop("is_")
    return {"$schema": DIALECT, **schema, "title": "sim claims"}
