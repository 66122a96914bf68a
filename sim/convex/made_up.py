"""Values that a validator accepts: of arguments and of documents that nobody has given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

Validator = dict[str, Any]


class Chooser(ABC):
    """What a validator leaves open. ``path``: where the value is, such as ``venue.city``."""

    def known(self, path: str) -> list[Any] | None:
        """The value at a path, alone in a list, where it does not depend on the validator."""
        return None

    @abstractmethod
    def has(self, path: str, validator: Validator) -> bool:
        """Whether an optional field is there."""

    @abstractmethod
    def branch(self, path: str, branches: list[Validator]) -> Validator:
        """One of the validators of a union, which has some."""

    @abstractmethod
    def items(self, path: str, item: Validator) -> int:
        """How many items an array has."""

    @abstractmethod
    def leaf(self, path: str, validator: Validator) -> Any:
        """Any other value, as JSON."""


def made_up(validator: Validator, chooser: Chooser, path: str = "") -> Any:
    """A value, as JSON."""
    kind, inner = validator["type"], validator.get("value")
    if kind not in ("object", "array") and (known := chooser.known(path)) is not None:
        return known[0]
    if kind == "object":
        assert isinstance(inner, dict)
        found = {}
        for name, each in inner.items():
            own = f"{path}.{name}" if path else name
            if not each["optional"] or chooser.has(own, each["fieldType"]):
                found[name] = made_up(each["fieldType"], chooser, own)
        return found
    if kind == "union" and inner:
        return made_up(chooser.branch(path, inner), chooser, path)
    if kind == "array":
        assert isinstance(inner, dict)
        return [made_up(inner, chooser, path) for _ in range(chooser.items(path, inner))]
    simple: dict[str, Any] = {"null": None, "record": {}, "union": None, "literal": inner}
    return simple[kind] if kind in simple else chooser.leaf(path, validator)


class _Plainest(Chooser):
    """The plainest value: without what may be left out, the first of what may differ."""

    def __init__(self, id_of: Callable[[str], Any]) -> None:
        self._id_of = id_of

    def has(self, path: str, validator: Validator) -> bool:
        return False

    def branch(self, path: str, branches: list[Validator]) -> Validator:
        return branches[0]

    def items(self, path: str, item: Validator) -> int:
        return 0

    def leaf(self, path: str, validator: Validator) -> Any:
        if validator["type"] == "id":
            return self._id_of(validator["tableName"])
        simple: dict[str, Any] = {
            "string": "text", "number": 1, "boolean": True, "any": None, "bytes": {"$bytes": ""},
            "bigint": {"$integer": "AQAAAAAAAAA="},
        }  # fmt: skip
        return simple[validator["type"]]


def arguments_for(validator: Validator | None, id_of: Callable[[str], Any]) -> dict[str, Any]:
    """Arguments of a function, without those that are optional.

    ``id_of``: what stands for an id of a table.
    """
    if not validator or validator["type"] != "object":
        return {}
    made: dict[str, Any] = made_up(validator, _Plainest(id_of))
    return made
