"""Running one scenario in both engines, and the first place where their results differ."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, get_args

from sim import Result, Scenario, simulate

from .laws import broken_laws

COMPILED = "compiled" in get_args(Scenario.model_fields["engine"].annotation)
"""Whether there is a second engine to compare with."""

NOT_COMPARED = ("engine", "performance")
_ABSENT = object()


class Found(AssertionError):
    """Something is wrong with the results of a scenario."""


def check(scenario: Scenario, *, compiled: bool = COMPILED) -> Result:
    """The reference's result; raises `Found` if a law is broken or the other engine disagrees.

    Without ``compiled`` the other engine is the reference again: two runs give the same result.
    """
    reference = simulate(scenario.with_(engine="reference"))
    if broken := broken_laws(scenario, reference):
        raise Found("; ".join(broken))
    other = simulate(scenario.with_(engine="compiled" if compiled else "reference"))
    if found := first_difference(reference, other):
        raise Found(found)
    return reference


def first_difference(reference: Result, other: Result, *, skip: tuple[str, ...] = ()) -> str | None:
    """The path of the first value that differs, and both values; None if none does.

    The texts are compared too: they are what is promised, and 1 and 1.0 are different bytes.
    """
    left, right = (_compared(result, (*NOT_COMPARED, *skip)) for result in (reference, other))
    found = _first(left, right, "")
    return found and found.removeprefix(".")


def _compared(result: Result, skip: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in result.to_dict().items() if key not in skip}


def _first(left: Any, right: Any, path: str) -> str | None:
    if isinstance(left, dict) and isinstance(right, dict):
        if list(left) != list(right) and set(left) == set(right):
            return f"{path or 'result'}: keys in another order: {list(left)} and {list(right)}"
        for key in [*left, *(key for key in right if key not in left)]:
            found = _first(left.get(key, _ABSENT), right.get(key, _ABSENT), f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        for index, pair in enumerate(zip_longest(left, right, fillvalue=_ABSENT)):
            if found := _first(*pair, f"{path}[{index}]"):
                return found
        return None
    if type(left) is type(right) and repr(left) == repr(right):
        return None
    return f"{path}: {_shown(left)} in the reference, {_shown(right)} in the other"


def _shown(value: Any) -> str:
    return "nothing" if value is _ABSENT else repr(value)
