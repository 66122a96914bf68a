"""Overrides: one setting by its dotted path, from `--set` or from Python."""

from __future__ import annotations

from typing import Any

from sim.escaping import cut

from .document import YamlDocument, placed
from .errors import KeyPath, shown
from .model import MAX_DEPTH, is_too_deep, plain
from .reading import read_value
from .text import fault

_LONGEST = 60
"""Characters of an override that an error repeats, so that its message is not lost behind them."""


def parse_override(override: str | tuple[str, Any], option: str = "") -> YamlDocument:
    """The document of a ``path=value`` text as `--set` takes it, or of a (path, value) pair.

    The value in a text is YAML. Raises `ScenarioError` naming the argument, a text after the
    ``option`` that it was given with.
    """
    if isinstance(override, str):
        where = cut(f"{option} {override}".strip(), _LONGEST)
        path_text, separator, value_text = override.partition("=")
        if not separator:
            raise fault(where, "expected path=value, such as app.refresh.limit=20")
        return set_path(split(path_text, where), read_value(value_text, where), where)
    path_text, value = override
    where = f"{path_text}={shown(value)}"
    return set_path(split(path_text, where), value, where)


def split(path_text: str, where: str) -> KeyPath:
    """The path in a dotted text; raises `ScenarioError` if it is not valid."""
    path = tuple(part.strip() for part in path_text.split("."))
    if not all(path):
        raise fault(where, "expected path=value, such as app.refresh.limit=20")
    if len(path) > MAX_DEPTH:
        raise fault(where, f"a path of {len(path):,} parts; settings have at most {MAX_DEPTH}")
    if path[0] == "extends":
        raise fault(where, "extends: only a scenario file can extend another one")
    return path


def set_path(path: KeyPath, value: Any, where: str) -> YamlDocument:
    """A document that sets one path."""
    if is_too_deep(value):
        raise fault(where, "the value is nested too deeply")
    value = plain(value)
    settings: Any = value
    for part in reversed(path):
        settings = {part: settings}
    around = {path[:length]: where for length in range(1, len(path))}
    return YamlDocument(settings, {**around, **placed(value, path, where)}, where)
