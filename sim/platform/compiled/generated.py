"""The text of a lowered app, as functions that Numba compiles into the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from . import documents, execution, layout, memory, random, stamps
from .compile import hot, jit, share

_INLINED = {
    "run_app", "run_query", "run_mutation", "call_own", "give_call", "give_job", "take_job",
    "copy_job", "take_cron", "copy_row",
}  # fmt: skip
"""Those that are compiled into their callers."""


def compiled_text(
    text: str, helpers: Mapping[str, Callable[..., Any]]
) -> dict[str, Callable[..., Any]]:
    """The functions of a `Program`'s text, by name; they call the engine, and the pure helpers."""
    for helper in helpers.values():
        share(helper)
    names: dict[str, Any] = {}
    for module in (memory, documents, random, stamps, execution):
        names |= {name: value for name, value in vars(module).items() if callable(value)}
    names |= {name: value for name, value in vars(layout).items() if name.startswith("DO_")}
    names |= {"ABSENT": layout.ABSENT, **helpers}
    before = dict(names)
    exec(compile(text, "<lowered app>", "exec"), names)
    made = [
        name for name, value in names.items()
        if isinstance(value, FunctionType) and value is not before.get(name)
    ]  # fmt: skip
    for name in made:  # calls find what stands in `names` when they are compiled
        names[name] = (hot if name in _INLINED else jit)(names[name])
    return {name: names[name] for name in made}
