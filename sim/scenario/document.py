"""Scenario files as data: strict YAML 1.2, with the place of every key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .errors import Path, Problem, ScenarioError, dotted
from .model import overlay

MAX_BYTES = 1 << 20
"""Scenario files are small; a larger file is something else."""
MAX_NODES = 20_000
"""Nodes after aliases are expanded: a limit on billion-laughs files."""


@dataclass(slots=True)
class Document:
    """Settings, and where each one was set."""

    settings: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, str] = field(default_factory=dict)
    """Path → ``file:line:column`` or ``--set …``."""
    source: str = "scenario"

    def where(self, path: Path) -> str:
        """The place of the path, or of the nearest enclosing key that was set."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return self.source

    def overlaid(self, upper: Document) -> Document:
        """Lay another document over this one."""
        lower, above = dict(self.settings), upper.settings
        if isinstance(lower.get("app"), str) and isinstance(above.get("app"), dict):
            lower["app"] = {"name": lower["app"]}
        return Document(overlay(lower, above), {**self.places, **upper.places}, upper.source)


def read_document(file: FilePath) -> Document:
    """Read one YAML file; raises `ScenarioError` naming file, line and column."""
    source = str(file)
    try:
        if file.is_dir():
            raise _fault(source, "is a directory, not a scenario file")
        if file.stat().st_size > MAX_BYTES:
            raise _fault(source, f"is larger than {MAX_BYTES >> 20} MiB: not a scenario file")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise _fault(source, "there is no such file") from error
    except UnicodeDecodeError as error:
        raise _fault(source, "is not a text file") from error
    except OSError as error:
        raise _fault(source, f"cannot be read: {error.strerror}") from error
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        loaded = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        raise _fault(at, " ".join(str(error.problem or error.context).split())) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise _fault(source, f"is not valid YAML: {str(error).splitlines()[0]}") from error
    if loaded is None:
        raise _fault(source, "is empty; a scenario is a mapping of keys (try `sim schema`)")
    if not isinstance(loaded, CommentedMap):
        raise _fault(f"{source}:1:1", "a scenario is a mapping of keys, such as `revision: buggy`")
    document = Document(source=source)
    document.settings = _Plain(document).mapping(loaded, ())
    return document


def _fault(where: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(where, message)])


class _Plain:
    """Turns ruamel's nodes into plain data and notes their places."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._nodes = 0

    def mapping(self, node: CommentedMap, path: Path) -> dict[str, Any]:
        plain = {}
        for key, value in node.items():
            line, column = node.lc.key(key)
            at = f"{self._document.source}:{line + 1}:{column + 1}"
            if not isinstance(key, str):
                raise _fault(at, f"keys are names, not {key!r}")
            self._document.places[(*path, str(key))] = at
            plain[str(key)] = self._value(value, (*path, str(key)))
        return plain

    def _value(self, node: Any, path: Path) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _fault(self._document.where(path), f"more than {MAX_NODES:,} values")
        if isinstance(node, CommentedMap):
            return self.mapping(node, path)
        if isinstance(node, CommentedSeq):
            for index in range(len(node)):
                line, column = node.lc.item(index)
                self._document.places[(*path, index)] = (
                    f"{self._document.source}:{line + 1}:{column + 1}"
                )
            return [self._value(item, (*path, index)) for index, item in enumerate(node)]
        return plain_scalar(node)


def plain_scalar(node: Any) -> Any:
    """Plain Python data for one of ruamel's scalars."""
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def parse_override(text: str) -> Document:
    """The document of one ``path=value`` argument; the value is YAML."""
    where = f"--set {text}"
    path_text, separator, value_text = text.partition("=")
    path = tuple(path_text.strip().split("."))
    if not separator or not all(path):
        raise _fault(where, "expected path=value, such as app.refresh.limit=20")
    try:
        value = YAML(typ="safe", pure=True).load(value_text)
    except (YAMLError, ValueError) as error:
        raise _fault(where, f"{dotted(path)}: the value is not valid YAML") from error
    return override(path, value, where)


def override(path: Path, value: Any, where: str) -> Document:
    """A document that sets one path."""
    settings: Any = value
    for part in reversed(path):
        settings = {str(part): settings}
    return Document(settings, {path: where}, where)
