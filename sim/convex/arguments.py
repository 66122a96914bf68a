"""The arguments of clients' calls: what is picked for each, from the tables as they are then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sim.draws import draw, stream_key
from sim.scenario import dotted

from .machine import Machine
from .picks import PICK, Pick, picks_in

_TRIES = 16
"""Draws that may hit what is not visible, before everything is looked through."""


class NothingToPickError(Exception):
    """There is no document to pick."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class Arguments:
    """The arguments of a client's calls, with what is picked for each of them."""

    def __init__(
        self, machine: Machine, seed: int, client: str, args: Any, subscription: int = 0
    ) -> None:
        """``subscription``: which of a page's they are of."""
        self._args = args
        self._text = json.dumps(args)
        self._draws = [
            _Source(
                machine, pick, seed, f"pick:{client}:{pick.name or dotted((subscription, *place))}"
            )
            for place, pick in picks_in(args)
        ]

    @property
    def vary(self) -> bool:
        """Whether calls have different arguments."""
        return bool(self._draws)

    def of(self, number: int, now: int) -> str:
        """Those of the client of a number, as JSON text, picked at a time (µs).

        Raises `NothingToPickError`.
        """
        if not self._draws:
            return self._text
        chosen = iter([source.choose(number, now) for source in self._draws])
        return json.dumps(_with_values(self._args, lambda: next(chosen)))


def _with_values(value: Any, chosen: Callable[[], Any]) -> Any:
    """Arguments with a value for each pick."""
    if isinstance(value, list):
        return [_with_values(each, chosen) for each in value]
    if isinstance(value, dict):
        if PICK in value:
            return chosen()
        return {key: _with_values(each, chosen) for key, each in value.items()}
    return value


class _Source:
    """What a pick picks from."""

    def __init__(self, machine: Machine, pick: Pick, seed: int, purpose: str) -> None:
        self._machine = machine
        self._pick = pick
        self._seed, self._purpose = seed, purpose
        index, equals = pick.index or "by_creation_time", json.dumps(pick.equals)
        backwards = pick.order == "desc"
        self._range = pick.table, index, equals, backwards, pick.field

    def choose(self, number: int, now: int) -> Any:
        """The value for a client of a number: the same for the same documents and draws.

        A range also holds what is not visible, before or any more: a draw that hits it is drawn
        again, so that the law holds without looking at every row.
        """
        key, law = stream_key(self._seed, self._purpose, number), self._pick.chooses
        for occurrence in range(_TRIES + 1):
            exactly = occurrence == _TRIES
            count = self._count(now, exactly)
            if not count:
                break
            rank = law(count, draw(key, occurrence))
            found = self._machine.tell("choice", *self._range, float(rank), float(now), exactly)
            if found:
                return found[0]
        raise NothingToPickError(self._pick.table)

    def _count(self, now: int, exactly: bool) -> int:
        count: int = self._machine.tell("choices", *self._range, float(now), exactly)
        return count
