"""Latencies of single functions, by name or pattern, and which of several counts."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal, get_args

from pydantic import model_validator

from .distribution import Distribution, Latency
from .errors import nearest, unknown
from .model import Settings, param

LatencyStep = Literal["query", "mutation", "commit"]
STEPS: tuple[LatencyStep, ...] = get_args(LatencyStep)
_TYPE_OF: dict[LatencyStep, str] = {"query": "query", "mutation": "mutation", "commit": "mutation"}
"""The type of the functions that have a step."""


class FunctionLatency(Settings):
    """How long the steps of some functions take; what is not given is as for all functions.

    An action has no latency of its own: it takes as long as what it does.
    """

    query: Latency | None = param(None, "A query of these, round trip.")
    mutation: Latency | None = param(
        None, "Executing one attempt of a mutation of these, up to its validation at commit."
    )
    commit: Latency | None = param(None, "The pending phase of a commit of a mutation of these.")

    @model_validator(mode="after")
    def _says_something(self) -> FunctionLatency:
        if all(getattr(self, step) is None for step in STEPS):
            raise ValueError(f"says nothing; give one of {', '.join(STEPS)}")
        return self


def latency_of(
    functions: Mapping[str, FunctionLatency], name: str, step: LatencyStep
) -> Distribution | None:
    """The latency of a function's step, of those that give one: the most specific one's."""
    found = [
        pattern
        for pattern, own in functions.items()
        if getattr(own, step) is not None and fnmatchcase(name, _literal(pattern))
    ]
    if not found:
        return None
    own: Distribution = getattr(functions[max(found, key=_specific)], step)
    return own


def latency_faults(
    functions: Mapping[str, FunctionLatency], types: Mapping[str, str]
) -> list[tuple[tuple[str, ...], str]]:
    """What does not fit the functions that there are (name → type): the key and the reason."""
    faults: list[tuple[tuple[str, ...], str]] = []
    for pattern, own in functions.items():
        fitting = {types[name] for name in types if fnmatchcase(name, _literal(pattern))}
        if not fitting:
            if "*" in pattern:
                near = nearest(pattern.replace("*", ""), types)
                faults.append(((pattern,), f"matches no function{near}"))
            else:
                faults.append(((pattern,), unknown(pattern, "function", tuple(types))))
            continue
        for step in STEPS:
            if getattr(own, step) is not None and _TYPE_OF[step] not in fitting:
                there = " and ".join(sorted(fitting))
                faults.append(((pattern, step), f"is for a {_TYPE_OF[step]}; this is: {there}"))
    return faults


def _literal(pattern: str) -> str:
    """For `fnmatchcase`, with nothing special but ``*``."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _specific(pattern: str) -> tuple[bool, int]:
    """A name comes before every pattern, and a pattern before those that say less."""
    return "*" not in pattern, len(pattern.replace("*", ""))
