"""What every settings model shares: frozen, closed to unknown keys, documented in its schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all scenario settings; a user's app derives its own settings from it too."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=False
    )


def param(
    default: Any,
    description: str,
    *,
    source: str = "",
    plausible: str = "",
) -> Any:
    """A setting with what a reader needs to trust it.

    ``source`` names the document and section the default comes from, ``plausible`` the range in
    which it may be moved without leaving what is documented. Both end up in the JSON schema and in
    MODEL.md's parameter table.
    """
    notes = (("x-source", source), ("x-plausible", plausible))
    extra: dict[str, Any] = {key: text for key, text in notes if text}
    return Field(default=default, description=description, json_schema_extra=extra or None)


def overlay(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` laid over ``base``: mappings merge key by key, anything else replaces."""
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = overlay(below, value)
        else:
            merged[key] = value
    return merged
