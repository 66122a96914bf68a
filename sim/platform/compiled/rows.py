"""What the reference engine holds, as fields of the engine's records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sim.platform.reference import ABSENT, Backend, Cron
from sim.platform.rules import NOT_YET

from .layout import Layout


def cron_row(layout: Layout, cron: Cron, due: int) -> dict[str, int]:
    """A cron as the engine has it, with the time at which it is due."""
    return {
        "due": due, "every": cron.every, "last": NOT_YET,
        "function": layout.program.functions.index(cron.edge.function.name),
        **{f"a{n}": argument for n, argument in enumerate(laid_out(cron.args))},
    }  # fmt: skip


def laid_out(arguments: Sequence[Any]) -> list[int]:
    """Arguments as words."""
    return [ABSENT if each is None else int(each) for each in arguments]


def followed(backend: Backend, layout: Layout, function: int, path: Sequence[str]) -> Any:
    """The object that a path leads to from a registered function."""
    found: Any = body_of(backend, layout, function)
    for step in path:
        if step == "@self":
            found = found.__self__
        elif step.startswith("&"):
            code = getattr(found, "__func__", found)
            cells = dict(zip(code.__code__.co_freevars, code.__closure__, strict=True))
            found = cells[step[1:]].cell_contents
        else:
            found = getattr(found, step[1:])
    return found


def body_of(backend: Backend, layout: Layout, function: int) -> Callable[..., Any]:
    """The code of a function or script, by its number."""
    if function >= layout.functions:
        return list(backend.clients.scripts.values())[function - layout.functions]
    return backend.functions[layout.program.functions[function]].body
