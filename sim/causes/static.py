"""The cycles that a scenario's settings allow; nothing is simulated.

An app that offers ``loops(scenario)`` (see `sim.loops`) knows its guards. For any other app, a
cycle is possible if the code of each function names the next one; what would stop it is then
unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType
from typing import Any

from sim.loops import Loop
from sim.platform.reference import app_code, check_takes, install
from sim.scenario import Misuse, Scenario, shown

from .cycles import LONGEST, from_the_first

UNDECLARED = "found by reading the code; the app does not describe its guards"


def possible_loops(scenario: Scenario) -> list[Loop]:
    """Every cycle that is possible in the scenario's app, open ones first."""
    declared: Callable[[Scenario], list[Loop]] | None = getattr(scenario.app_module, "loops", None)
    with app_code(scenario):
        if declared is not None:
            check_takes(declared, 1, "`loops`")
        loops = _read_from_code(scenario) if declared is None else _checked(declared(scenario))
    return sorted(loops, key=lambda loop: (loop.kind != "call", not loop.is_open))


def _checked(loops: Any) -> list[Loop]:
    """The cycles that an app declares, checked."""
    if not isinstance(loops, list) or not all(isinstance(loop, Loop) for loop in loops):
        raise Misuse(f"`loops` must return a list of sim.loops.Loop, not {shown(loops)}")
    return loops


def _read_from_code(scenario: Scenario) -> list[Loop]:
    import networkx as nx

    backend, _ = install(scenario)
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, function in sorted(backend.functions.items()):
        named = set(_texts(function.body)) & set(backend.functions)
        graph.add_edges_from((name, other) for other in sorted(named))
    found = []
    for nodes in nx.simple_cycles(graph, length_bound=LONGEST):
        turned = from_the_first(nodes)
        found.append(Loop((*turned, turned[0]), "call", UNDECLARED, is_known=False))
    return sorted(found, key=lambda loop: loop.path)


def _texts(body: Callable[..., Any], seen: set[CodeType] | None = None) -> Iterator[str]:
    """Every text that a function's code can refer to.

    Its own, those behind the names of its module and of the functions around it, and those of the
    functions of its module that it names.
    """
    seen = set() if seen is None else seen
    body = body.func if isinstance(body, partial) else body
    code = getattr(body, "__code__", None)
    if not isinstance(code, CodeType) or code in seen:
        return
    seen.add(code)
    module = getattr(body, "__globals__", {})
    cells = [cell.cell_contents for cell in getattr(body, "__closure__", None) or ()]
    for each in _nested(code):
        yield from (constant for constant in each.co_consts if isinstance(constant, str))
        for value in (*(module.get(name) for name in each.co_names), *cells):
            if isinstance(value, str):
                yield value
            elif callable(value) and getattr(value, "__module__", "") == body.__module__:
                yield from _texts(value, seen)


def _nested(code: CodeType) -> Iterator[CodeType]:
    """A code object and the ones nested in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
