"""Values drawn for the fields of documents, by the scenario's laws or by plain ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from sim.draws import draw, scale, stream_key, threshold

from .field_law import FieldLaw, milliseconds
from .laws import uniform, zipf
from .made_up import Chooser, Validator
from .values import Fields, bigint, bytes_of, fitted

_TIME = re.compile(r"(?:^|_)(?:date|time|timestamp)$|(?:At|Date|Time|Timestamp)$")
"""Fields whose numbers are times."""
_PAST_MS = 30 * 24 * 3600 * 1000
"""How far back those times lie, unless the scenario says more."""
_NUMBERS = 1000
_MOST_ITEMS = 3
_Law = Callable[[int], Any]
_PRESENT = 0.5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Drawn(Chooser):
    """Draws what the validators of a table leave open, document by document.

    Every choice is a draw of its own: u(seed, table and field, number of the document, occurrence).
    """

    def __init__(
        self, seed: int, epoch_ms: int, table: str, fields: Fields, laws: Mapping[str, FieldLaw],
        ids: Mapping[str, Sequence[str]], possible: Callable[[Validator], bool],
    ) -> None:  # fmt: skip
        """``ids``: those of the documents that there are; ``possible``: whether they suffice."""
        self._seed, self._epoch_ms, self._table = seed, epoch_ms, table
        self._laws, self._ids, self._possible = laws, ids, possible
        self._known = {
            path: known for path, law in laws.items()
            if (known := _values_of(law, fields[path]) or self._range_of(law, fields[path]))
        }  # fmt: skip
        self._lists = {
            path for path, each in fields.items() if any(v["type"] == "array" for v in each)
        }
        self._number = 0
        self._drawn: dict[str, int] = {}
        """Path → how often has been drawn for this document."""

    def begin(self, number: int) -> None:
        """The document of a number is made up from now on."""
        self._number = number
        self._drawn.clear()

    def known(self, path: str) -> list[Any] | None:
        """By a law that says what the values are."""
        law = self._known.get(path)
        return None if law is None else [law(self._u(path))]

    def has(self, path: str, validator: Validator) -> bool:
        """In half of the documents, unless there is a law; not if it has nothing to refer to."""
        law = self._laws.get(path)
        share = _PRESENT if law is None or law.present is None else law.present
        return self._u(f"{path}?") < threshold(share) and self._possible(validator)

    def branch(self, path: str, branches: list[Validator]) -> Validator:
        """Any of those that can be made."""
        able = [each for each in branches if self._possible(each)]
        return able[uniform(len(able), self._u(f"{path}|"))]

    def items(self, path: str, item: Validator) -> int:
        """Up to three, unless there is a law; none if they have nothing to refer to."""
        if not self._possible(item):
            return 0
        return self._length(self._laws.get(path), path, [0, _MOST_ITEMS])

    def leaf(self, path: str, validator: Validator) -> Any:
        """A plausible value."""
        kind = validator["type"]
        if kind == "id":
            ids, law = self._ids[validator["tableName"]], self._laws.get(path)
            chooses = uniform if law is None or law.zipf is None else zipf(law.zipf)
            return ids[chooses(len(ids), self._u(path))]
        if kind == "boolean":
            return self._u(path) % 2 == 0
        if kind == "bigint":
            return bigint(uniform(_NUMBERS, self._u(path)))
        if kind == "bytes":
            return bytes_of(self._size(path, 0))
        if kind == "number":
            if not _TIME.search(path):
                return uniform(_NUMBERS, self._u(path))
            return self._epoch_ms - uniform(_PAST_MS, self._u(path))
        return self._text(path)

    def _text(self, path: str) -> str:
        """A text like the field's name, another in each document."""
        name, again = path.rpartition(".")[2], self._drawn.get(path, 0)
        number = f"{self._number + 1}" + (f"-{again}" if again else "")
        past = uniform(_PAST_MS, self._u(path))
        if _TIME.search(path):
            return _date(self._epoch_ms - past)
        text = f"{name} {number}"
        if "email" in name.lower():
            text = f"{name}{number}@example.com"
        elif "url" in name.lower():
            text = f"https://example.com/{name}/{number}"
        length = self._size(path, len(text))
        return (text + f" {name}" * length)[:length]

    def _size(self, path: str, usual: int) -> int:
        """How long a text or bytes are; of a list's items the law says how many there are."""
        law = None if path in self._lists else self._laws.get(path)
        return self._length(law, path, [usual, usual])

    def _length(self, law: FieldLaw | None, path: str, usual: Sequence[int]) -> int:
        low, high = usual if law is None or law.length is None else law.length
        return low + uniform(high - low + 1, self._u(f"{path}#"))

    def _u(self, purpose: str) -> int:
        """The next draw of a purpose for this document."""
        occurrence = self._drawn.get(purpose, 0)
        self._drawn[purpose] = occurrence + 1
        return draw(
            stream_key(self._seed, f"generate:{self._table}.{purpose}", self._number), occurrence
        )

    def _range_of(self, law: FieldLaw, validators: list[Validator]) -> _Law | None:
        """Draws from between two ends."""
        if law.between is None:
            return None
        kinds = {each["type"] for each in validators}
        times = [milliseconds(end) for end in law.between]
        timed = any(time is not None for time in times)
        low, high = (
            self._epoch_ms + (time or 0) if timed else end
            for time, end in zip(times, law.between, strict=True)
        )
        if isinstance(low, float) or isinstance(high, float):
            return lambda u: low + (high - low) * ((u >> 11) / (1 << 53))
        if "bigint" in kinds:
            return lambda u: bigint(low + scale(high - low + 1, u))
        if timed and "number" not in kinds and "string" in kinds:
            return lambda u: _date(low + scale(high - low + 1, u))
        return lambda u: low + scale(high - low + 1, u)


def _values_of(law: FieldLaw, validators: list[Validator]) -> _Law | None:
    """Draws from values with weights."""
    if law.values is None:
        return None
    of_keys = isinstance(law.values, dict)
    values = [(fitted(validators, each, text_only=of_keys) or [each])[0] for each in law.values]
    weights = list(law.values.values()) if of_keys else [1] * len(values)
    sums = list(accumulate(weights))
    return lambda u: values[
        min(bisect_right(sums, (u >> 11) / (1 << 53) * sums[-1]), len(values) - 1)
    ]


def _date(epoch_ms: int) -> str:
    """A time as JavaScript's `toISOString` writes it."""
    moment = _EPOCH + timedelta(milliseconds=epoch_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
