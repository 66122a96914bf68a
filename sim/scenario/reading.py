"""Reading scenario files: strict YAML 1.2, with the place of every key."""

from __future__ import annotations

from datetime import date
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from .document import YamlDocument
from .errors import KeyPath, shown
from .model import MAX_DEPTH
from .text import fault, file_name, read_text

MAX_BYTES = 256 << 10
"""Scenario files are small, ten times smaller than this; a larger file is something else, and to
read it with the place of every value would take longer than anyone waits."""
MAX_NODES = 20_000
"""The most values after aliases are expanded: protects against billion-laughs files."""


class FileKind(NamedTuple):
    """What a file is expected to be, in the words of error messages."""

    name: str
    example: str
    schema: str
    """The command that prints its schema."""
    file: str
    """The name of a file of that kind."""

    def __str__(self) -> str:
        return f"a {self.name}"


SCENARIO = FileKind("scenario", "revision: buggy", "sim schema", "a scenario file")


def read_document(file: FilePath, kind: FileKind = SCENARIO) -> YamlDocument:
    """Read one YAML file; raises `ScenarioError` naming file, line and column."""
    source = file_name(file)
    loaded = read_yaml(read_text(file, kind.file, MAX_BYTES), source)
    if loaded is None:
        raise fault(source, f"is empty; {kind} is a mapping of keys (try `{kind.schema}`)")
    if not isinstance(loaded, CommentedMap):
        raise fault(f"{source}:1:1", f"{kind} is a mapping of keys, such as `{kind.example}`")
    document = YamlDocument(source=source)
    settings = _Plain(document).mapping(loaded, ())
    return YamlDocument(settings, document.places, source)


def read_value(text: str, source: str) -> Any:
    """The plain data of a YAML text that is not a file; errors name ``source``."""
    document = YamlDocument(source=source)
    plain = _Plain(document, locate=False)
    return plain.value(read_yaml(text, source, marks=False), ())


def read_yaml(text: str, source: str, *, marks: bool = True) -> Any:
    """The YAML nodes of a text; errors name line and column if ``marks``, else ``source`` alone."""
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        if not marks:
            raise fault(source, "the value is not valid YAML") from error
        mark = error.problem_mark
        at = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        problem = str(error.problem or error.context)
        if problem.startswith("but "):  # the second half of ruamel's sentence
            problem = f"{error.context}, {problem}"
        problem = problem.partition(" with value ")[0]  # of a key that is there twice
        problem = _in_words(problem)
        raise fault(at, _one_line(problem)) from error
    except RecursionError as error:
        raise fault(source, "is nested too deeply") from error
    except ValueError as error:
        reason = _one_line(str(error)).partition(";")[0]
        raise fault(source, f"has a number or date that cannot be read: {reason}") from error
    except YAMLError as error:
        raise fault(source, f"is not valid YAML: {_one_line(str(error))}") from error
    except Exception as error:
        raise fault(source, "is not valid YAML") from error


_WORDS = (
    ("found character '\\t' that cannot start", "a tab: YAML indents with spaces"),
    ("expected <block end>, but found '<block mapping start>'",
     "wrong indentation: this line does not stand under the keys that it belongs to"),
    ("expected <block end>, but found '-'",
     "wrong indentation: this item does not stand under the list that it belongs to"),
    ("expected <block end>", "wrong indentation, or a quote or bracket that is not closed"),
    ("mapping values are not allowed here",
     "a colon where none can be: is the line indented wrongly, or is a text with `: ` not quoted?"),
    ("expected '<document start>'",
     "this does not belong to what is above it: is a line indented wrongly?"),
    ("could not find expected ':'", "the line above is a key without its colon"),
    ("found undefined alias", "a text that begins with `*` is an alias in YAML: put it in quotes"),
    ("that cannot start any token", "a text cannot begin with this character: put it in quotes"),
    ("found unexpected end of stream", "a quote that is not closed"),
    ("expected ',' or ']'", "a list in brackets that is not closed: expected `,` or `]`"),
    ("expected ',' or '}'", "a mapping in braces that is not closed: expected `,` or `}`"),
)  # fmt: skip
"""The parser's messages -> what somebody has done who gets them."""


def _in_words(problem: str) -> str:
    return next((words for found, words in _WORDS if found in problem), problem)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:197] + "..."


class _Plain:
    """Turns ruamel's nodes into plain data and notes their places."""

    def __init__(self, document: YamlDocument, *, locate: bool = True) -> None:
        self._document = document
        self._locate = locate
        self._nodes = 0

    def mapping(self, node: CommentedMap, path: KeyPath) -> dict[str, Any]:
        """The plain data of a mapping at a path."""
        plain = {}
        for key, value in node.items():
            # A key merged in by `<<` has no place of its own: the mapping's is used.
            mark = node.lc.data.get(key) if node.lc.data else None
            at = self._at(*(mark[:2] if mark else (node.lc.line, node.lc.col)))
            if not isinstance(key, str):
                raise fault(at, f"keys are names, not {shown(key)}")
            here = (*path, str(key))
            self._document.places[here] = at
            plain[str(key)] = self.value(value, here)
        return plain

    def value(self, node: Any, path: KeyPath) -> Any:
        """The plain data of any node at a path."""
        if len(path) > MAX_DEPTH:
            raise fault(self._document.source, "is nested too deeply")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise fault(self._document.where(path), f"more than {MAX_NODES:,} values")
        tag = getattr(getattr(node, "tag", None), "value", None)
        if tag is not None:
            raise fault(self._document.where(path), f"YAML tags such as {shown(tag)} are not used")
        if isinstance(node, CommentedMap):
            return self.mapping(node, path)
        if isinstance(node, CommentedSeq):
            for index in range(len(node)):
                self._document.places[(*path, index)] = self._at(*node.lc.item(index))
            return [self.value(item, (*path, index)) for index, item in enumerate(node)]
        return self._scalar(node, path)

    def _scalar(self, node: Any, path: KeyPath) -> Any:
        if isinstance(node, (bool, ScalarBoolean)):
            return bool(node)
        for kind in (int, float, str):
            if isinstance(node, kind):
                return kind(node)
        if node is None or isinstance(node, date):
            return node
        raise fault(self._document.where(path), "expected text, a number, a list or a mapping")

    def _at(self, line: int, column: int) -> str:
        source = self._document.source
        return f"{source}:{line + 1}:{column + 1}" if self._locate else source
