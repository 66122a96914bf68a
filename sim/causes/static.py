"""The cycles that a scenario's settings allow; no scenario is run.

They are found by reading the app's code: a cycle is possible if the code of each function names the
next one. If the app offers cases for a cycle (see `sim.loops`), its own functions run on them and
show what closes it. For every other cycle, the conditions before each call are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from types import CodeType
from typing import Any

from sim.loops import Case, Loop
from sim.platform.reference import Backend, app_code, check_takes, install
from sim.scenario import Misuse, Scenario, shown

from .conditions import conditions
from .cycles import LONGEST, from_the_first
from .walk import walked


def possible_loops(scenario: Scenario) -> list[Loop]:
    """Every cycle that is possible in the scenario's app, open ones first."""
    hook: Callable[[Scenario], list[Case]] | None = getattr(scenario.app_module, "cases", None)
    cases: list[Case] = []
    with app_code(scenario):
        if hook is not None:
            check_takes(hook, 1, "`cases`")
            cases = _checked(hook(scenario))
    loops = [walked(case, scenario) for case in cases]
    own: Callable[[Scenario], list[Loop]] | None
    own = getattr(scenario.app_module, "loops_in_code", None)  # of an app that is not in Python
    if own is not None:
        loops += own(scenario)
    else:
        loops += _read_from_code(scenario, {frozenset(case.path) for case in cases})
    return sorted(loops, key=lambda loop: (loop.kind != "call", not loop.is_known,
                                           not loop.is_open))  # fmt: skip


def _checked(cases: Any) -> list[Case]:
    """The cases that an app offers, checked."""
    if not isinstance(cases, list) or not all(isinstance(case, Case) for case in cases):
        raise Misuse(f"`cases` must return a list of sim.loops.Case, not {shown(cases)}")
    return cases


def _read_from_code(scenario: Scenario, known: set[frozenset[str]]) -> list[Loop]:
    """The cycles in the code for which the app offers no case."""
    import networkx as nx

    backend, _ = install(scenario)
    with app_code(scenario):
        graph: nx.DiGraph[str] = nx.DiGraph()
        for name, function in sorted(backend.functions.items()):
            named = set(_texts(function.body)) & set(backend.functions)
            graph.add_edges_from((name, other) for other in sorted(named))
        found = []
        for nodes in nx.simple_cycles(graph, length_bound=LONGEST):
            turned = from_the_first(nodes)
            if frozenset(turned) not in known:
                path = (*turned, turned[0])
                found.append(Loop(path, "call", _guards(path, backend), is_known=False))
    backend.close()
    return sorted(found, key=lambda loop: loop.path)


def _guards(path: tuple[str, ...], backend: Backend) -> str:
    """The conditions around the cycle, as far as the code shows them."""
    told = []
    for name, following in pairwise(path):
        ways = conditions(backend.functions[name].body, following)
        if ways:
            fewest = min(ways, key=len)
            before = " and ".join(
                f"{'' if each.wanted else 'not '}{each}" for each in fewest
            ) or "no condition"  # fmt: skip
            told.append(f"{before} before {following}")
    return f"found in the code: {'; '.join(told)}" if told else "found in the code"


def _texts(body: Callable[..., Any], seen: set[CodeType] | None = None) -> Iterator[str]:
    """Every text that a function's code can refer to.

    These are its own constants, the texts that its names stand for, and the same of the functions
    of its module that it calls.
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
