"""Which function may call or schedule which, read from the bundle's text: nothing runs.

A bundle's top-level statements begin two spaces deep. A function may call what its own statement
names (`internal.songs.create`), or any statement that it names, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sim.loops import Loop
from sim.scenario import Scenario

from .bundle import Bundle
from .settings import ConvexSettings

_LONGEST = 6
_NAMES = re.compile(r"(?<![.\w$])[A-Za-z_$][\w$]*")
_STATEMENT = re.compile(
    r"^  (?:(?:async )?function\*? ([A-Za-z_$][\w$]*)|(?:var|let|const|class) ([A-Za-z_$][\w$]*))"
)
_REFERENCE = re.compile(r"\b(?:internal|api)\d*((?:\??\.[A-Za-z_$][\w$]*|\[\"[^\"]+\"\])+)")
_PART = re.compile(r"[A-Za-z_$][\w$]*|(?<=\[\")[^\"]+")
_EXPORTS = re.compile(r"^  __export\(([\w$]+), \{$")
_EXPORTED = re.compile(r"^    ([\w$]+|\"[^\"]+\"): \(\) => ([\w$]+),?$")
_LOADED = re.compile(r"(\"(?:[^\"\\]|\\.)+\"): ([\w$]+)")
_DOES = re.compile(r"\b(runQuery|runMutation|runAction|runAfter|runAt)\b")


@dataclass(frozen=True, slots=True)
class Reference:
    """One function naming another."""

    caller: str
    function: str
    how: str
    """runQuery, runMutation, runAction, runAfter, runAt; empty if that cannot be seen."""


def references(bundle: Bundle, functions: Iterable[str]) -> list[Reference]:
    """Who names whom, in order."""
    statements, exported = _statements(bundle.app), _exported(bundle.app)
    registered = {name for name in exported.values() if not _is_plain(statements.get(name, ""))}
    helpers = statements.keys() - registered
    names = {name: set(_NAMES.findall(text)) & helpers for name, text in statements.items()}
    known = set(functions)
    found: dict[Reference, None] = {}
    for path, local in sorted(exported.items()):
        if path not in known:
            continue
        for statement in _reached(local, names):
            for target, how in _named(statements[statement]):
                if target in known:
                    found[Reference(path, target, how)] = None
    return list(found)


def loops(scenario: Scenario) -> list[Loop]:
    """Every cycle that the bundle's text allows; what closes it is not known."""
    import networkx as nx

    settings = scenario.app
    assert isinstance(settings, ConvexSettings)
    code = settings.code()
    functions = _exported(code.app)
    graph: nx.DiGraph[str] = nx.DiGraph()
    how: dict[tuple[str, str], set[str]] = {}
    for reference in references(code, functions):
        graph.add_edge(reference.caller, reference.function)
        how.setdefault((reference.caller, reference.function), set()).add(reference.how)
    found = []
    for nodes in nx.simple_cycles(graph, length_bound=_LONGEST):
        first = nodes.index(min(nodes))
        path = (*nodes[first:], *nodes[:first], nodes[first])
        steps = tuple(f"{a} names {b}{_spelled(how[a, b])}" for a, b in pairwise(path))
        found.append(Loop(
            path, "call", "read from the code; what its guards decide is not known before it runs",
            is_known=False, steps=steps,
        ))  # fmt: skip
    return sorted(found, key=lambda loop: loop.path)


def _is_plain(statement: str) -> bool:
    """Whether a statement declares a plain function, which others call by its name."""
    found = _STATEMENT.match(statement)
    return found is not None and found.group(1) is not None


def _spelled(how: set[str]) -> str:
    ways = ", ".join(sorted(way for way in how if way))
    return f" ({ways})" if ways else ""


def _statements(source: str) -> dict[str, str]:
    """Name → text of every top-level statement that has one."""
    statements: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in source.split("\n"):
        if line.startswith("  ") and not line.startswith("   ") and line[2:3] not in "})]":
            lines = []
            if (found := _STATEMENT.match(line)) is not None:
                lines = statements.setdefault(found.group(1) or found.group(2), [])
        lines.append(line)
    return {name: "\n".join(text) for name, text in statements.items()}


def _exported(source: str) -> dict[str, str]:
    """Path of an exported function → its name in the bundle."""
    spaces: dict[str, dict[str, str]] = {}
    space: dict[str, str] | None = None
    for line in source.split("\n"):
        if (found := _EXPORTS.match(line)) is not None:
            space = spaces.setdefault(found.group(1), {})
        elif space is not None and (one := _EXPORTED.match(line)) is not None:
            space[one.group(1).strip('"')] = one.group(2)
        elif line.startswith("  }"):
            space = None
    start = source.rfind("__simulate({")
    modules = _LOADED.findall(source[start:].partition("}")[0])
    return {
        module.strip('"') if name == "default" else f"{module.strip(chr(34))}:{name}": local
        for module, namespace in modules
        for name, local in spaces.get(namespace, {}).items()
    }


def _reached(start: str, names: Mapping[str, set[str]]) -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        if name in names:
            yield name
            new = names[name] - seen
            seen |= new
            waiting += sorted(new)


def _named(text: str) -> Iterator[tuple[str, str]]:
    """The functions that a text names, each with the call before it."""
    for found in _REFERENCE.finditer(text):
        *module, name = _PART.findall(found.group(1))
        if not module:
            continue
        before = text[max(0, found.start() - 120) : found.start()]
        calls = _DOES.findall(before.rpartition(";")[2])
        yield f"{'/'.join(module)}:{name}", calls[-1] if calls else ""
