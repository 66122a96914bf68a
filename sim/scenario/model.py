"""What all settings models share: frozen, unknown keys refused, documented in the schema."""

from __future__ import annotations

from typing import Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from .errors import shown
from .text import is_text

_SCALARS: tuple[tuple[Any, tuple[type, ...], str], ...] = (
    (bool, (bool,), "true or false"),
    (int, (int,), "a whole number"),
    (float, (int, float), "a number"),
)


class Settings(BaseModel):
    """Base of all settings; a user's app derives its own settings from it."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        allow_inf_nan=False,
        use_attribute_docstrings=False,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse `on` for true and `"3"` for 3: YAML 1.2 has one spelling of each.

        Pydantic's own strict mode would also refuse lists for tuples.
        """
        field = cls.model_fields[str(info.field_name)]
        if isinstance(value, str) and not is_text(value):
            raise ValueError(f"has half a character in it (a lone surrogate): {shown(value)}")
        parsed = any(isinstance(note, BeforeValidator) for note in field.metadata)
        for kind, types, expected in () if parsed else _SCALARS:
            if field.annotation is kind and type(value) not in types:
                raise ValueError(f"expected {expected}, not {shown(value)}")
        return value


def param(
    default: Any,
    description: str,
    *,
    source: str = "",
    plausible: str = "",
) -> Any:
    """A setting with its documentation.

    ``source`` names the document and section that the default comes from. ``plausible`` is the
    range in which it can be changed and still match what is documented. Both appear in the JSON
    schema and in MODEL.md's parameter table.
    """
    notes = (("x-source", source), ("x-plausible", plausible))
    extra: dict[str, Any] = {key: text for key, text in notes if text}
    return Field(default=default, description=description, json_schema_extra=extra or None)


MAX_DEPTH = 50
"""The deepest nesting of settings; real ones need six levels."""


def is_too_deep(value: Any) -> bool:
    """Whether mappings and lists are nested deeper than settings ever are, or endlessly."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list, tuple))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def plain(value: Any) -> Any:
    """A copy of settings as in a file: mappings, lists and scalars."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def overlay(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` merged over ``base``: mappings key by key; any other value replaces."""
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = overlay(below, value)
        else:
            merged[key] = value
    return merged
