"""What the values of a module, of annotations and of settings stand for."""

from __future__ import annotations

import inspect
from enum import IntEnum
from typing import Any, get_args

from sim.scenario import Settings as SettingsModel

from .kinds import (
    Constant,
    E,
    Kind,
    Row,
    Tuple,
    Word,
    constant,
)


def constant_of(value: Any) -> E:
    """A value of a module."""
    if isinstance(value, IntEnum):
        return E(repr(int(value)), Constant(int(value)))
    if value is None or isinstance(value, (bool, int)):
        return constant(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return E("", Tuple(tuple(constant_of(each) for each in value)))
    return E("", Constant(value))


def is_settings(value: Any) -> bool:
    """Whether an object is settings: a model, or a NamedTuple."""
    return isinstance(value, SettingsModel) or (
        isinstance(value, tuple) and hasattr(value, "_fields")
    )


def settings_fields(value: Any) -> list[str]:
    """The fields of settings that are whole numbers or truth values."""
    names = getattr(value, "_fields", None) or list(type(value).model_fields)
    return [name for name in names if isinstance(getattr(value, name), (bool, int))]


def annotated(parameter: inspect.Parameter, hints: dict[str, Any]) -> Word:
    """What a parameter is, by its annotation."""
    declared = hints.get(parameter.name)
    options = [each for each in get_args(declared) if each is not type(None)]
    if len(options) == 1 and len(get_args(declared)) == 2:
        return Word(word_of(options[0]).enum, optional=True)
    return word_of(declared)


def joined(known: Kind | None, found: Kind) -> Kind:
    """What a variable is that is one thing here and another there."""
    if isinstance(known, Word) and isinstance(found, Word):
        enum = known.enum if known.enum is found.enum else None
        return Word(enum, known.optional or found.optional)
    if isinstance(known, Row) and isinstance(found, Word) and found.optional:
        return known  # it begins as None
    return found


def word_of(declared: Any) -> Word:
    """What a field or result of a declared type is."""
    is_enum = isinstance(declared, type) and issubclass(declared, IntEnum)
    return Word(declared if is_enum else None)
