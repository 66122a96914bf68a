"""What a room above shows of a result: charts, frames, HTML.

A result is plain data and knows no reporter. `register` gives its class an attribute that another
room computes; that room is imported when the attribute is first asked for.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # see `sim.lazy`
if TYPE_CHECKING:
    from typing import Any

_VIEWS: dict[tuple[str, str], str] = {}


def register(shown: str, name: str, target: str) -> None:
    """Let objects of the class named ``shown`` have the attribute ``name``.

    ``target`` is ``module:function``; the function is called with the object.
    """
    _VIEWS[shown, name] = target


class Viewed:
    """A class whose views are registered."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        kind = type(self).__name__
        target = _VIEWS.get((kind, name))
        if target is None:
            raise AttributeError(f"{kind!r} object has no attribute {name!r}")
        module, _, function = target.partition(":")
        return getattr(importlib.import_module(module), function)(self)

    def __dir__(self) -> list[str]:
        own = (name for shown, name in _VIEWS if shown == type(self).__name__)
        return sorted({*super().__dir__(), *own})
