"""What an app declares of its data, so that both engines can keep it (see `Backend.table`).

The reference engine keeps documents as Python objects. The compiled engine keeps the same tables as
arrays of integers: which words a row has, and what else a function reads, follows from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

from sim.draws import draw, scale, stream_key

from .documents import Document
from .lineage import Stamp

ABSENT = -(1 << 62)
"""The word that stands for a row that does not exist, and for None."""

Keys = tuple[int, ...]
"""The value of an index range: the keys in it, in their order."""

Column = npt.NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])


class RowType:
    """What a row is: a NamedTuple of numbers, one number, or the keys of an index range."""

    def __init__(self, declared: Any) -> None:
        options = [each for each in get_args(declared) if each is not type(None)]
        self.optional = len(options) == 1
        """Whether one number may be None; any other row may be absent."""
        self.of = options[0] if self.optional else declared
        self.is_range = self.of == Keys
        self.fields: tuple[str, ...] = ()
        """Names of the fields; none if it is one number or a range."""
        self.types: dict[str, Any] = {}
        if not self.is_range and self.of is not int:
            self.fields = getattr(self.of, "_fields", ())
            if not self.fields:
                raise TypeError(f"a row is a NamedTuple, int, int | None or Keys, not {declared}")
            self.types = get_type_hints(self.of)
            for name in self.fields:
                _check_field(self.of.__name__, name, self.types[name])

    @property
    def words(self) -> int:
        """How many words it takes."""
        return max(1, len(self.fields))

    def to_words(self, value: Any) -> tuple[int, ...]:
        """A value as words; a range's is the number of its keys."""
        if value is None:
            return (ABSENT, *[0] * (self.words - 1))
        if self.is_range:
            return (len(value),)
        return tuple(map(_word, value)) if self.fields else (int(value),)

    def from_words(self, words: tuple[int, ...]) -> Any:
        """The value that words stand for; stamps are left out."""
        if words[0] == ABSENT:
            return None
        if not self.fields:
            return words[0]
        of_a_field = zip(self.fields, words, strict=True)
        return self.of(
            *(
                None if self.types[name] == Stamp | None else self.types[name](word)
                for name, word in of_a_field
            )
        )


def _check_field(row: str, name: str, declared: Any) -> None:
    if declared == Stamp | None or (isinstance(declared, type) and issubclass(declared, int)):
        return
    raise TypeError(
        f"{row}.{name}: a field of a row is an int, a bool, an IntEnum or `Stamp | None`"
    )


def _word(value: Any) -> int:
    if value is None:
        return 0  # nobody's stamp: rows begin without
    return int(value)


class Table(list[Document]):
    """Documents of one kind, by their keys: 0, 1, 2 and so on."""

    def __init__(self, name: str, row: RowType, size: int, hazard: float) -> None:
        super().__init__()
        self.name = name
        self.row = row
        self.size = size
        """Bytes of a row, unless it is written with a size of its own."""
        self.hazard = hazard
        self.columns: Callable[[str], Column] = self._columns
        """The newest committed values of a field; the compiled engine puts its own here."""

    def add(self, value: Any = None, size: int | None = None) -> int:
        """A document of the table before the run starts, or one that is not there yet; its key."""
        self.append(Document(value, self.size if size is None else size, self.hazard, self.name))
        return len(self) - 1

    def fill(self, key: int, value: Any, size: int) -> None:
        """Replace a document before the run starts."""
        self[key] = Document(value, size, self.hazard, self.name)

    def column(self, field: str = "") -> Column:
        """The newest committed value of a field of every row, `ABSENT` where there is no row.

        Without a field: of the one number that a row is, or of the number of keys in a range. A
        stamp has no column.
        """
        if field and self.row.types[field] == Stamp | None:
            raise ValueError(f"{self.name}: {field} is a stamp, not a number")
        return self.columns(field)

    def newest(self, key: int = 0) -> int:
        """The newest committed number of a table of numbers; of a range, how many keys it has."""
        return int(self.columns("")[key])

    def present(self) -> npt.NDArray[np.bool_]:
        """Which rows there are."""
        first = self.row.fields[0] if self.row.fields else ""
        there: npt.NDArray[np.bool_] = self.columns(first) != ABSENT
        return there

    def _columns(self, field: str) -> Column:
        if not field:
            return np.array([self.row.to_words(each.value)[0] for each in self], np.int64)
        place = self.row.fields.index(field)
        values = (None if each.value is None else each.value[place] for each in self)
        return np.array([ABSENT if v is None else int(v) for v in values], np.int64)


class Facts(list[Any]):
    """What is true of the world outside the database: rows that no function writes, by key."""

    def __init__(self, name: str, row: RowType) -> None:
        super().__init__()
        self.name = name
        self.row = row


class KeySet(set[int]):
    """Keys of a table that a query or mutation works with; `clear` it before."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table


class Draws:
    """Draws of one purpose: the n-th is the same whoever asks, and when."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.purpose = purpose
        self._key = stream_key(seed, purpose)

    def below(self, bound: int, number: int) -> int:
        """The draw ``number`` (from 0) as an integer uniform on [0, bound)."""
        return scale(bound, draw(self._key, number))


class Declared:
    """Everything that an app has declared on a deployment."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.tables: list[Table] = []
        self.facts: list[Facts] = []
        self.counters: list[Any] = []
        self.draws: list[Draws] = []
        self.key_sets: list[KeySet] = []
        self.elsewhere: tuple[str, ...] = ()
        """Tables that the app keeps itself, by their names."""

    @property
    def table_names(self) -> list[str]:
        """The names of all tables."""
        return [*(table.name for table in self.tables), *self.elsewhere]

    def table(self, name: str, row: Any, size: int, hazard: float) -> Table:
        """One more table."""
        if any(table.name == name for table in self.tables):
            raise ValueError(f"a table named {name!r} is declared already")
        table = Table(name, RowType(row), size, hazard)
        self.tables.append(table)
        return table

    def fact(self, name: str, row: Any) -> Facts:
        """One more list of facts."""
        facts = Facts(name, RowType(row))
        self.facts.append(facts)
        return facts

    def draws_of(self, purpose: str) -> Draws:
        """The draws of one more purpose."""
        draws = Draws(self._seed, purpose)
        self.draws.append(draws)
        return draws

    def key_set(self, table: Table) -> KeySet:
        """One more set of keys."""
        keys = KeySet(table)
        self.key_sets.append(keys)
        return keys


def in_python(function: F) -> F:
    """Mark a function of integers that a script calls and that both engines run as Python.

    For what happens seldom and cannot be compiled, such as a new entity with documents of its own.
    It may add rows to tables and facts, and change nothing else that functions read.
    """
    function.__in_python__ = True  # type: ignore[attr-defined]
    return function


def counted(counters: Any) -> Iterator[str]:
    """The names of the counters that an object has."""
    yield from getattr(counters, "__slots__", None) or vars(counters)
