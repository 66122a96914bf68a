"""What an expression of an app stands for, as far as it must be known to compile it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sim.platform.reference import Facts, KeySet, Table

Path = tuple[str, ...]
"""The way to an object from a registered function: ``@self``, ``&name`` of what it is nested in,
``.attribute``."""


class Kind:
    """What sort of thing a value is."""


@dataclass(frozen=True)
class Word(Kind):
    """A number, a truth value or a member of an IntEnum."""

    enum: type[IntEnum] | None = None
    optional: bool = False
    """Whether it may be None, which is the word `ABSENT`."""


@dataclass(frozen=True)
class Constant(Kind):
    """Something known while compiling: a number, a text, None, a class, a function, a tuple."""

    value: Any


@dataclass(frozen=True)
class Pure(Kind):
    """What a pure function returned; its type is found when it is compiled."""


@dataclass(frozen=True)
class Live(Kind):
    """An object of the app that is there while it runs."""

    value: Any
    path: Path


@dataclass(frozen=True)
class Settings(Kind):
    """Settings, or a policy: an object of numbers that a deployment replaces as a whole."""

    value: Any
    path: Path
    version: str
    """The expression of the number of the deployment that it is of."""


@dataclass(frozen=True)
class Choice(Kind):
    """One of some texts, as the place among them."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Document(Kind):
    """A document or index range of a table, as its number."""

    table: Table
    other: Table | None = None
    """Another table of such rows of which it may be instead."""

    @property
    def tables(self) -> list[Table]:
        """The tables that it may be of."""
        return [self.table] if self.other is None else [self.table, self.other]


@dataclass(frozen=True)
class Row(Kind):
    """A row that was read, or None."""

    table: Table


@dataclass(frozen=True)
class NewRow(Kind):
    """A row made to be written: another one with changes, or a new one."""

    type: type
    base: str
    """The expression of the row it is made from; empty if it is new."""
    changes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact(Kind):
    """A row of facts, as its key."""

    facts: Facts


@dataclass(frozen=True)
class Sequence(Kind):
    """Numbers one after another in one of the engine's tables."""

    pool: str
    first: str
    number: str


@dataclass(frozen=True)
class Statuses(Kind):
    """Statuses of requests sent at once, two bits each."""

    bits: str
    number: str


@dataclass(frozen=True)
class Marks(Kind):
    """A set of keys."""

    keys: KeySet


@dataclass(frozen=True)
class Tuple(Kind):
    """A few values, each by itself."""

    items: tuple[E, ...]


@dataclass(frozen=True)
class E:
    """An expression of the compiled code, and what it stands for."""

    text: str
    kind: Kind

    @property
    def is_word(self) -> bool:
        """Whether it is one number."""
        if isinstance(self.kind, Constant):
            return self.kind.value is None or isinstance(self.kind.value, int)
        return isinstance(self.kind, (Word, Pure))


def constant(value: Any) -> E:
    """What is known while compiling."""
    text = (
        "ABSENT" if value is None else repr(int(value)) if isinstance(value, int) else repr(value)
    )
    return E(text, Constant(value))
