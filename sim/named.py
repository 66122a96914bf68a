"""Values by name, as a notebook asks for them: a name that is not there brings the nearest ones."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Named(dict[str, Value], Generic[Value]):
    """Values by name; a name that there is not brings the nearest ones."""

    def __missing__(self, name: str) -> Value:
        from sim.scenario import unknown  # imported late: only mistakes need it

        raise KeyError(unknown(str(name), "name", tuple(self)))
