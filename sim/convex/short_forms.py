"""Settings with a short form, in the JSON Schema: editors accept what loading accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

Schema = dict[str, Any]


def or_short(short: Schema) -> Callable[[Schema], None]:
    """For a model's ``json_schema_extra``: its settings, or something short instead."""

    def add(schema: Schema) -> None:
        full = dict(schema)
        schema.clear()
        schema["anyOf"] = [full, short]

    return add


class OneOrMore:
    """On a list's type: one item may stand alone."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> Schema:
        """Pydantic's hook."""
        listed = handler(core)
        return {"anyOf": [listed, listed["items"]]}
