"""The app's own code as the engine calls it: which functions those are follows from the memory.

Each of these stands for a function of the lowered `Program`; Numba replaces it while it compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.extending import overload as _overload

from .compile import INLINED
from .memory import Record, State, layout_of

overload: Any = _overload  # Numba's own types are incomplete

CODE: dict[Any, dict[str, Callable[..., Any]]] = {}
"""The compiled functions of every app, by its layout."""


def run_app(s: State, x: Record) -> int:
    """The next step of an action or script: what the platform shall do next."""
    raise RuntimeError("compiled code only")


def run_query(s: State, x: Record) -> int:
    """Run a query's code on the snapshot of the transaction; 1 if it ran to its end."""
    raise RuntimeError("compiled code only")


def run_mutation(s: State, x: Record) -> int:
    """Run a mutation's code in the transaction; 1 if it ran to its end."""
    raise RuntimeError("compiled code only")


def call_own(s: State, x: Record) -> None:
    """Call a job's own function: its arguments are those of the call."""
    raise RuntimeError("compiled code only")


def give_call(s: State, inner: Record, x: Record) -> None:
    """Give an action that is called its arguments."""
    raise RuntimeError("compiled code only")


def give_job(s: State, job: Record, x: Record) -> None:
    """Give a job that an action schedules its arguments."""
    raise RuntimeError("compiled code only")


def take_job(s: State, x: Record, job: Record) -> None:
    """Begin with a job's arguments."""
    raise RuntimeError("compiled code only")


def copy_job(s: State, job: Record, other: Record) -> None:
    """Make a job's arguments like another's."""
    raise RuntimeError("compiled code only")


def take_cron(s: State, x: Record, cron: Record) -> None:
    """Begin with the arguments that a cron has now."""
    raise RuntimeError("compiled code only")


def copy_row(s: State, row: Record, other: Record) -> None:
    """Set a row's words to another's."""
    raise RuntimeError("compiled code only")


def _found(name: str, parameters: int) -> None:
    """Let Numba replace one of these by the app's own."""

    def two(s: Any, x: Any) -> Any:
        code = CODE[layout_of(s)][name]
        return lambda s, x: code(s, x)

    def three(s: Any, x: Any, y: Any) -> Any:
        code = CODE[layout_of(s)][name]
        return lambda s, x, y: code(s, x, y)

    function = globals()[name]
    overload(function, strict=False, jit_options=INLINED)(two if parameters == 2 else three)


for _name, _parameters in (
    ("run_app", 2), ("run_query", 2), ("run_mutation", 2), ("call_own", 2), ("give_call", 3),
    ("give_job", 3), ("take_job", 3), ("copy_job", 3), ("take_cron", 3), ("copy_row", 3),
):  # fmt: skip
    _found(_name, _parameters)
