"""What a validator accepts: its fields, whether a value fits, and how JSON writes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .field_law import FieldLaw, milliseconds
from .made_up import Validator

Fields = dict[str, list[Validator]]
"""Path → the validators that a field can have; an array's items are at the array's own path."""


def fields_of(validator: Validator) -> Fields:
    """All fields of a document."""
    found: Fields = {}
    for path, each in _fields(validator, ""):
        if path:
            found.setdefault(path, []).append(each)
    return found


def _fields(validator: Validator, path: str) -> Iterator[tuple[str, Validator]]:
    """Each field with a validator; one that is optional has a mark of it."""
    kind, inner = validator["type"], validator.get("value")
    if kind == "object":
        assert isinstance(inner, dict)
        for name, each in inner.items():
            own = f"{path}.{name}" if path else name
            if each["optional"]:
                yield own, {"type": "optional"}
            yield from _fields(each["fieldType"], own)
    elif kind == "union":
        for each in inner or ():
            yield from _fields(each, path)
    else:
        yield path, validator
        if kind == "array":
            assert isinstance(inner, dict)
            yield from _fields(inner, path)


_NEEDS = {
    "zipf": ({"id"}, "an id"),
    "present": ({"optional"}, "an optional field"),
    "length": ({"string", "bytes", "array", "any"}, "a text, bytes or a list"),
}
"""Law → what it can be about."""


def problem_of_law(law: FieldLaw, validators: list[Validator]) -> str:
    """Why a law does not fit a field; empty if it does."""
    kinds = {each["type"] for each in validators}
    for name, (fitting, what) in _NEEDS.items():
        if name in law.given and not kinds & fitting:
            return f"{name} is about {what}, and this is {_told(validators)}"
    if law.between is not None:
        timed = any(milliseconds(end) is not None for end in law.between)
        if not kinds & ({"number", "bigint", "any"} | ({"string"} if timed else set())):
            return f"between is about numbers and times, and this is {_told(validators)}"
    for value in law.values or ():
        if fitted(validators, value, text_only=isinstance(law.values, dict)) is None:
            return f"the value {value!r} does not fit: this is {_told(validators)}"
    return ""


def _told(validators: list[Validator]) -> str:
    """Validators in words."""
    names = [json.dumps(each["value"]) if each["type"] == "literal" else each["type"]
             for each in validators if each["type"] != "optional"]  # fmt: skip
    return " or ".join(dict.fromkeys(names))


def fitted(validators: list[Validator], value: Any, *, text_only: bool = False) -> list[Any] | None:
    """A value as JSON writes it, alone in a list; None if it fits none of the validators.

    ``text_only``: it was a key of a mapping, so `3` and `true` may also be what JSON reads in them.
    """
    candidates = [value]
    if text_only:
        with suppress(ValueError):
            candidates.append(json.loads(value))
    for candidate in candidates:
        for each in validators:
            if each["type"] == "bigint" and type(candidate) is int:
                return [bigint(candidate)]
            if _fits(each, candidate):
                return [candidate]
    return None


def _fits(validator: Validator, value: Any) -> bool:
    kind = validator["type"]
    if kind == "literal":
        return type(value) is type(validator["value"]) and bool(value == validator["value"])
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    kinds: dict[str, type[Any]] = {"string": str, "id": str, "boolean": bool, "null": type(None)}
    return kind == "any" or (kind in kinds and isinstance(value, kinds[kind]))


def bigint(value: int) -> dict[str, str]:
    """A 64-bit integer as Convex writes it."""
    raw = (value & (1 << 64) - 1).to_bytes(8, "little")
    return {"$integer": base64.b64encode(raw).decode()}


def bytes_of(length: int) -> dict[str, str]:
    """So many bytes, as Convex writes them."""
    return {"$bytes": base64.b64encode(bytes(length)).decode()}
