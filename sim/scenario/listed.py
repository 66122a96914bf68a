"""Lists whose items have ids: when files extend each other, they are merged item by item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeGuard

from .errors import KeyPath, shown

BOUNDS = ("budgets", "alerts")
"""The sections with bounds; a file of its own can hold them."""
SECTIONS = ("deployments", *BOUNDS)
"""All sections of a scenario that are such lists."""
MOST = 10_000
ID_PATTERN = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"


def by_id(items: list[Any]) -> dict[str, Any]:
    """The items as a mapping of id to the rest; raises ``ValueError`` naming the wrong item.

    Ids consist of letters, digits, ``_`` and ``-``, because they are part of the paths that
    ``--set`` takes.
    """
    keyed, wrong = _keyed(items)
    for message in wrong.values():
        raise ValueError(message)
    return {name: item for name, (_, item) in keyed.items()}


def _keyed(items: list[Any]) -> tuple[dict[str, tuple[int, Any]], dict[int, str]]:
    """By id, the index and the rest of an item; by index, what is wrong with its id.

    An item without an id is called after its number, so that the rest of it can be checked too.
    """
    keyed: dict[str, tuple[int, Any]] = {}
    wrong: dict[int, str] = {}
    for index, item in enumerate(items):
        number = index + 1
        if not isinstance(item, dict):
            wrong[index] = f"item {number}: expected a mapping of keys, not {shown(item)}"
            continue
        name = item.get("id")
        if not _is_id(name):
            given = "" if name is None else f", not {shown(name)}"
            wrong[index] = f"item {number}: needs an id of letters, digits, _ and -{given}"
        elif name in keyed:
            wrong[index] = f"item {number}: there is another item with the id {name!r}"
        called = f"item-{number}" if index in wrong else str(name)
        keyed[called] = (index, {key: value for key, value in item.items() if key != "id"})
    return keyed, wrong


def check_ids(items: dict[str, Any]) -> None:
    """Raise ``ValueError`` if a key is not an id, or if there are too many."""
    if len(items) > MOST:
        raise ValueError(f"more than {MOST:,} items")
    for name in items:
        if not _is_id(name):
            raise ValueError(f"an id consists of letters, digits, _ and -: not {shown(name)}")


def _is_id(name: Any) -> TypeGuard[str]:
    return isinstance(name, str) and re.fullmatch(ID_PATTERN, name) is not None


def key_lists(
    settings: dict[str, Any], places: dict[KeyPath, str], sections: Sequence[str] = SECTIONS
) -> list[tuple[str, str]]:
    """Turn the lists of a document into mappings, places too; what is wrong with ids, by place."""
    faults = []
    for section in sections:
        items = settings.get(section)
        if not isinstance(items, list):
            continue
        keyed, wrong = _keyed(items)
        settings[section] = {name: item for name, (_, item) in keyed.items()}
        names = {index: name for name, (index, _) in keyed.items()}
        around = places.get((section,), "")
        faults += [(places.get((section, index), around), f"{section}: {message}")
                   for index, message in wrong.items()]  # fmt: skip
        moved = {path: place for path, place in places.items()
                 if path[0] == section and len(path) > 1}  # fmt: skip
        for path, place in moved.items():
            del places[path]
            index = path[1]
            if isinstance(index, int) and index in names:
                places[(section, names[index], *path[2:])] = place
    return faults
