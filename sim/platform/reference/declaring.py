"""What an app declares on a deployment: its data, what it counts, and random draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from sim.draws import samples, stream_key, uniforms
from sim.scenario import Distribution

from .declared import Declared, Draws, Facts, Keys, KeySet, Table
from .documents import Document

T = TypeVar("T")


class Declaring:
    """The part of a `Backend` that an app declares its data on."""

    seed: int
    declared: Declared

    def samples(self, purpose: str, distribution: Distribution, entity: int = 0) -> Iterator[int]:
        """Samples (µs) of a distribution on a stream of this run's seed."""
        return samples(stream_key(self.seed, purpose, entity), distribution)

    def uniforms(self, purpose: str, entity: int = 0) -> Iterator[int]:
        """Uniform draws on [0, 2^64) on a stream of this run's seed."""
        return uniforms(stream_key(self.seed, purpose, entity))

    def table(self, name: str, row: Any, *, size: int = 0, hazard: float = 0.0) -> Table:
        """Declare documents of one kind, which `Table.add` makes.

        ``row`` is a NamedTuple of ints, bools, IntEnums and stamps (None: no such row), `int`,
        ``int | None``, or `Keys` for index ranges. ``size`` is the bytes of a row; ``hazard`` the
        rate (per µs) at which organic traffic writes one.
        """
        return self.declared.table(name, row, size, hazard)

    def index(self, name: str, keys: Keys = (), *, size: int = 0) -> Document:
        """Declare one index range, with the keys that are in it from the start."""
        table = self.table(name, Keys, size=size)
        return table[table.add(keys)]

    def document(self, name: str, value: int = 0, *, size: int = 0) -> Document:
        """Declare one document that is a number, such as a count of rows; `newest` reads it."""
        table = self.table(name, int, size=size)
        return table[table.add(value)]

    def newest(self, name: str) -> int:
        """The newest committed number of the document declared by that name."""
        return next(each for each in self.declared.tables if each.name == name).newest()

    def facts(self, name: str, row: Any) -> Facts:
        """Declare what is true outside the database: rows by key that no function writes."""
        return self.declared.fact(name, row)

    def counters(self, counters: T) -> T:
        """Declare an object whose integer attributes actions count up."""
        self.declared.counters.append(counters)
        return counters

    def draws(self, purpose: str) -> Draws:
        """Declare random draws of a purpose."""
        return self.declared.draws_of(purpose)

    def key_set(self, table: Table) -> KeySet:
        """Declare a set of a table's keys that a query or mutation works with."""
        return self.declared.key_set(table)
