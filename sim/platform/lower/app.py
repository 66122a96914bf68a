"""What is gathered while an app is lowered: numbers for its names, settings, helpers, guards."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sim.platform.reference import Backend, Facts, Table

from .kinds import E, Path
from .program import Slot
from .source import Refused, Source, source_of

MOST_FUNCTIONS = 62
"""Functions of an app at most: a set of them is one word."""


@dataclass(frozen=True)
class Body:
    """A registered function or a client's script."""

    name: str
    type: str
    """query, mutation, action, or script."""
    call: Callable[..., Any]
    number: int
    source: Source

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """Those that a caller gives: all but the transaction or context."""
        return list(inspect.signature(self.call).parameters.values())[1:]


@dataclass(frozen=True)
class Guard:
    """The answers of a guard of one function."""

    function: str
    enum: type[IntEnum]
    first: int
    """The number of its first answer; that of a member is so much more."""


@dataclass
class Result:
    """What a query gives, and in how many words."""

    kind: str
    """number, row, keys, list, or none."""
    words: int = 1
    row: Table | None = None
    optional: bool = False
    enum: type[IntEnum] | None = None


@dataclass
class App:
    """One app, being lowered."""

    backend: Backend
    bodies: list[Body] = field(default_factory=list)
    by_name: dict[str, Body] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    slots: dict[tuple[Any, ...], Slot] = field(default_factory=dict)
    helpers: dict[str, Callable[..., Any]] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    python_calls: list[tuple[int, Path]] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)
    """Of the queries."""
    sequences: list[tuple[int, ...]] = field(default_factory=list)
    """Of queries run at once: pairs of the evaluation and the function."""
    evaluations: list[tuple[int, int]] = field(default_factory=list)
    """Ways to run a query in a sequence: its number, and the first word of its result in the frame.
    They are numbered after the queries, which are also run alone."""
    texts: dict[str, str] = field(default_factory=dict)
    """The sources that have been generated, by the names of their functions."""
    variants: dict[tuple[Any, ...], str] = field(default_factory=dict)
    job_words: int = 0
    """The most arguments that a scheduled function takes."""
    python_words: int = 0
    """The most arguments of a call that is run as Python."""
    endpoints: dict[str, int] = field(default_factory=dict)
    """The numbers of the API's endpoints that the code names, from 1 on; 0 is none."""

    @property
    def functions(self) -> int:
        """How many functions are registered; the scripts come after them."""
        return len(self.bodies) - len(self.scripts)

    def add_bodies(self) -> None:
        """Number the functions by type, then the scripts."""
        backend = self.backend
        registered = [each for each in backend.functions.values() if each.is_coded]
        for type_ in ("query", "mutation", "action"):
            for function in (each for each in registered if each.type == type_):
                self._add(function.name, type_, function.body)
        if len(self.bodies) > MOST_FUNCTIONS:
            raise Refused(f"the app has more than {MOST_FUNCTIONS} functions")
        for kind, script in backend.clients.scripts.items():
            if kind in backend.clients.mixed_kinds:
                raise Refused(f"clients of the kind {kind!r} run more than one script")
            self._add(f"client:{kind}", "script", script)
            self.scripts.append(kind)

    def _add(self, name: str, type_: str, call: Callable[..., Any]) -> None:
        body = Body(name, type_, call, len(self.bodies), source_of(call))
        self.bodies.append(body)
        self.by_name[name] = body

    def first_of(self, type_: str) -> int:
        """The number of the first function of a type, or of the one that would come next."""
        order = ("query", "mutation", "action", "script")
        return sum(order.index(body.type) < order.index(type_) for body in self.bodies)

    # -- what functions use --------------------------------------------------------------------

    def table_number(self, table: Table) -> int:
        """The number of a declared table."""
        return _place(self.backend.declared.tables, table)

    def facts_number(self, facts: Facts) -> int:
        """The number of declared facts."""
        return _place(self.backend.declared.facts, facts)

    def slot(self, key: tuple[Any, ...], function: int, path: Path, **more: Any) -> Slot:
        """The slot of a setting, made on first use."""
        if key not in self.slots:
            self.slots[key] = Slot(f"p{len(self.slots)}", function, path, **more)
        return self.slots[key]

    def helper(self, function: Callable[..., Any]) -> str:
        """The name under which compiled code calls a pure function."""
        for name, known in self.helpers.items():
            if known is function:
                return name
        name = f"h{len(self.helpers)}_{function.__name__}"
        self.helpers[name] = function
        return name

    def guard(self, function: str, enum: type[IntEnum]) -> Guard:
        """The guard of a function that answers with members of an enum."""
        for known in self.guards:
            if known.function == function and known.enum is enum:
                return known
        last = self.guards[-1] if self.guards else None
        first = last.first + max(last.enum) + 1 if last else 0
        self.guards.append(Guard(function, enum, first))
        return self.guards[-1]

    def python_call(self, function: int, path: Path) -> int:
        """The number of a call that is run as Python."""
        if (function, path) not in self.python_calls:
            self.python_calls.append((function, path))
        return self.python_calls.index((function, path))

    def sequence(self, numbers: Sequence[int]) -> int:
        """The number of a sequence of queries whose results stand one after another."""
        pairs: list[int] = []
        offset = 0
        for number in numbers:
            if (number, offset) not in self.evaluations:
                self.evaluations.append((number, offset))
            place = self.evaluations.index((number, offset))
            pairs += [self.first_of("mutation") + place, number]
            offset += self.results[self.bodies[number].name].words
        if tuple(pairs) not in self.sequences:
            self.sequences.append(tuple(pairs))
        return self.sequences.index(tuple(pairs))


def _place(items: Sequence[Any], item: Any) -> int:
    return next(number for number, each in enumerate(items) if each is item)


def arguments(body: Body, given: Sequence[E], refuse: Callable[[str], Refused]) -> list[str]:
    """The words that a function is called with, those left out having their defaults."""
    parameters = body.parameters
    if len(given) > len(parameters):
        raise refuse(f"{body.name} takes {len(parameters)} arguments, not {len(given)}")
    words = []
    for number, parameter in enumerate(parameters):
        if number < len(given):
            if not given[number].is_word:
                raise refuse(f"{body.name}: the argument {parameter.name} is not one number")
            words.append(given[number].text)
        elif parameter.default is inspect.Parameter.empty:
            raise refuse(f"{body.name}: the argument {parameter.name} is not given")
        else:
            words.append(repr(int(parameter.default)))
    return words
