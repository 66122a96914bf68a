"""A lowered app: the text of its compiled code, and what its memory must hold."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Slot:
    """A setting that functions read: a word of the record of every deployment."""

    name: str
    function: int
    """The number of a function from which the path leads to it."""
    path: tuple[str, ...]
    fields: tuple[str, ...] = ()
    """Of a whole object of settings that a pure function is given."""
    options: tuple[str, ...] = ()
    """Of a text, which is the place among them."""
    is_list: bool = False
    """Two words: where the numbers of a tuple begin, and how many they are."""


@dataclass(frozen=True)
class Program:
    """What the compiled engine needs to know of an app; all of it can be written as JSON."""

    functions: tuple[str, ...]
    """Names by number: queries, mutations, actions, then clients' scripts."""
    types: tuple[str, ...]
    entries: tuple[int, ...]
    """The step at which an action or script begins."""
    tables: tuple[tuple[str, int, bool], ...]
    """Name, words of a row, and whether its documents are ranges of keys."""
    facts: tuple[tuple[str, int], ...]
    """Name and words of a row."""
    counters: tuple[tuple[int, str], ...]
    """Number of the object and name of the attribute."""
    draws: tuple[str, ...]
    key_sets: int
    slots: tuple[Slot, ...]
    guards: tuple[tuple[int, str, str, bool], ...]
    """Number of the answer, function, reason, whether it admits."""
    python_calls: tuple[tuple[int, tuple[str, ...]], ...]
    sequences: tuple[tuple[int, ...], ...]
    evaluations: tuple[tuple[int, int], ...]
    arguments: int
    """The most words that a function is given."""
    job_words: int
    """The most words that a job is given."""
    result_words: int
    frame_words: int
    list_rooms: int
    endpoints: tuple[str, ...]
    """The API's endpoints that the code names, by number from 1 on."""
    text: str

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Program:
        """What `to_json` has written."""
        values = {name: _frozen(value) for name, value in json.loads(text).items()}
        values["slots"] = tuple(
            Slot(**{name: _frozen(value) for name, value in slot.items()})
            for slot in json.loads(text)["slots"]
        )
        return cls(**{each.name: values[each.name] for each in fields(cls)})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
