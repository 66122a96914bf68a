"""`{$pick: TABLE}` in the arguments of clients: a document of a table, drawn anew for each call.

No argument can look like it: Convex has no object with a key that begins with `$`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError, model_validator

from sim.scenario import KeyPath, Settings, describe, dotted, param, unknown

from .laws import LARGEST_EXPONENT, Law, uniform, zipf
from .made_up import Validator
from .values import fields_of

PICK = "$pick"
_SYSTEM_FIELDS = ("_id", "_creationTime")
_LOOSE = ("any", "record")
"""Validators of values that can have any field."""
_ENCODED = ("$integer", "$bytes", "$float")
"""What Convex writes as JSON with a key that begins with `$`."""


class Pick(Settings):
    """One of a table's documents, as they are at the moment of the call."""

    table: str = Field(alias="$pick", description="The table.")
    index: str = param("", "Only documents of a part of this index; without it: of the table.")
    equals: tuple[Any, ...] = param((), "The part: values of the index's first fields.")
    field: str = param("_id", "The field that the argument gets.")
    law: Literal["uniform", "zipf"] = param(
        "uniform", "How popular they are. zipf: the k-th in proportion to 1/k to the power of "
        "`exponent`.",
    )  # fmt: skip
    exponent: float = param(1.0, "The exponent of zipf.")
    order: Literal["asc", "desc"] = param(
        "asc", "Which one is the first: as the index has them; without one, the oldest (asc) or "
        "the newest (desc).",
    )  # fmt: skip
    name: str = Field(
        default="", alias="as", description="Picks of this name are the same document in all "
        "arguments of a page or call.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _means_something(self) -> Pick:
        if "exponent" in self.model_fields_set and self.law != "zipf":
            raise ValueError("the exponent is zipf's: give `law: zipf`")
        if not 0 <= self.exponent <= LARGEST_EXPONENT:
            raise ValueError(f"exponent: expected a number from 0 to {LARGEST_EXPONENT:g}")
        if self.equals and not self.index:
            raise ValueError("equals are values of an index's fields: name the index")
        return self

    @property
    def chooses(self) -> Law:
        """The law as a function."""
        return uniform if self.law == "uniform" else zipf(self.exponent)

    def alike(self, other: Pick) -> bool:
        """Whether both pick the same document, given the same draw."""
        return self.model_copy(update={"field": ""}) == other.model_copy(update={"field": ""})


class Placed(NamedTuple):
    """A pick, and where in the arguments it is."""

    place: KeyPath
    pick: Pick


def picks_in(args: Any) -> tuple[Placed, ...]:
    """All picks in arguments, in their order; raises ``ValueError`` for what is none."""
    found = tuple(_picks(args, ()))
    named: dict[str, Pick] = {}
    for place, pick in found:
        if pick.name and not pick.alike(named.setdefault(pick.name, pick)):
            raise ValueError(
                f"{dotted(place)}: another pick is called {pick.name!r}; they may differ in `field`"
            )
    return found


def _picks(value: Any, place: KeyPath) -> Iterator[Placed]:
    if isinstance(value, list):
        for n, each in enumerate(value):
            yield from _picks(each, (*place, n))
    elif isinstance(value, dict):
        if PICK in value:
            yield Placed(place, _read(value, place))
            return
        for key, each in value.items():
            if str(key).startswith("$") and key not in _ENCODED:
                raise ValueError(
                    f"{dotted(place) or 'arguments'}: {unknown(str(key), 'key', (PICK, *_ENCODED))}"
                )
            yield from _picks(each, (*place, key))


def _read(value: dict[str, Any], place: KeyPath) -> Pick:
    keys = tuple(field.alias or name for name, field in Pick.model_fields.items())
    for key in value:
        if key not in keys:
            raise ValueError(f"{dotted(place)}: {unknown(str(key), 'key', keys)}")
    try:
        return Pick.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(describe(first, Pick, below=place)) from error


def checked_args(args: Any) -> Any:
    """Arguments as they are, if their picks can be read; raises ``ValueError``."""
    picks_in(args)
    return args


def problem_of(
    pick: Pick, tables: Mapping[str, dict[str, list[str]]], types: Mapping[str, Validator]
) -> tuple[str, str]:
    """The key of a pick that names what is not there, and the problem; empty if there is none.

    ``tables``: table → index → its fields. ``types``: table → the validator of its documents.
    """
    own = tuple(name for name in tables if not name.startswith("_"))
    if pick.table not in tables:
        return PICK, unknown(pick.table, "table", own)
    indexes = tables[pick.table]
    if pick.index and pick.index not in indexes:
        return "index", unknown(pick.index, f"index of {pick.table}", tuple(indexes))
    fields = indexes.get(pick.index, [])
    if len(pick.equals) > len(fields):
        names = ", ".join(fields) or "none"
        return "equals", f"more values than {pick.index} has fields ({names})"
    if pick.table in types and not has_field(types[pick.table], pick.field):
        known = (*_SYSTEM_FIELDS, *fields_of(types[pick.table]))
        return "field", unknown(pick.field, f"field of {pick.table}", known)
    return "", ""


def has_field(validator: Validator, path: str) -> bool:
    """Whether documents can have a field, as far as their validator says."""
    if path in _SYSTEM_FIELDS or validator["type"] == "any":
        return True
    fields, parts = fields_of(validator), path.split(".")
    heads = [".".join(parts[:n]) for n in range(1, len(parts))]
    loose = {head for head in heads for each in fields.get(head, ()) if each["type"] in _LOOSE}
    return bool(loose) or any(f"{name}.".startswith(f"{path}.") for name in fields)
