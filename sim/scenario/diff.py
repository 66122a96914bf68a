"""Which settings differ between two scenarios."""

from __future__ import annotations

from typing import Any

from .scenario import Scenario

_LABELS = {"name", "description"}


def diff(a: Scenario, b: Scenario) -> dict[str, tuple[Any, Any]]:
    """Dotted path → (value in ``a``, value in ``b``) of every resolved setting that differs.

    A setting that only one of them has is None in the other. Names and descriptions are ignored.
    """
    ours, theirs = flatten(a.resolved()), flatten(b.resolved())
    paths = [*ours, *(path for path in theirs if path not in ours)]
    return {
        path: (ours.get(path), theirs.get(path))
        for path in paths
        if path not in _LABELS and ours.get(path) != theirs.get(path)
    }


def flatten(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as dotted paths; lists stay whole."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= flatten(value, f"{path}.")
        else:
            flat[path] = value
    return flat
