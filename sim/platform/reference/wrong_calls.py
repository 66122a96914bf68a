"""What was wrong with a call that the engine was in when it failed.

Reading and writing documents is what an app does most, so nothing is checked beforehand there.
When such a call fails, its arguments are still in its frame: they show whether the app is at fault.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any

from sim.scenario import shown

from .documents import Document, Snapshot, Transaction
from .functions import Function

_Variables = Mapping[str, Any]


def wrong_call(frame: FrameType) -> str:
    """What is wrong with the arguments of the engine's frame; empty if nothing is."""
    check = _CHECKS.get(frame.f_code)
    if check is not None and (text := check(frame.f_locals)):
        return text
    return _wrong_arguments(frame.f_locals)


def _wrong_arguments(variables: _Variables) -> str:
    """That the function which was about to run does not take what it was given."""
    edge = variables.get("edge")
    function = variables.get("function") or getattr(edge, "function", None)
    body = function.body if isinstance(function, Function) else variables.get("body")
    args = variables.get("args")
    if not callable(body) or not isinstance(args, tuple):
        return ""
    name = getattr(function, "name", getattr(body, "__name__", "the function"))
    try:
        signature = inspect.signature(body)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(None, *args)
    except TypeError as error:
        given = ", ".join(map(shown, args))
        return f"{name}({given}): {error}; it takes {signature}"
    return ""


def _document(variables: _Variables, name: str, what: str) -> str:
    given = variables.get(name)
    if not isinstance(given, Document):
        return f"{what} takes a Document, not {shown(given)}"
    return _size(given.size, "the size of a Document")


def _size(size: object, what: str) -> str:
    is_size = isinstance(size, int) and not isinstance(size, bool)
    return "" if is_size else f"{what} is a number of bytes, not {shown(size)}"


def _get(variables: _Variables) -> str:
    return _document(variables, "document", "get")


def _look_up(variables: _Variables) -> str:
    return _document(variables, "index_range", "look_up") or _size(
        variables["size"], "the size in look_up"
    )


def _read_more(variables: _Variables) -> str:
    return _size(variables["size"], "the size in read_more") or _size(
        variables["documents"], "the number of documents in read_more"
    )


def _put(variables: _Variables) -> str:
    size = variables["size"]
    return _document(variables, "document", "put") or (
        "" if size is None else _size(size, "the size in put")
    )


def _insert(variables: _Variables) -> str:
    return _document(variables, "index_range", "insert") or _size(
        variables["size"], "the size in insert"
    )


_CHECKS: dict[CodeType, Callable[[_Variables], str]] = {
    Snapshot.get.__code__: _get,
    Snapshot.read_more.__code__: _read_more,
    Transaction.get.__code__: _get,
    Transaction.look_up.__code__: _look_up,
    Transaction.read_more.__code__: _read_more,
    Transaction.put.__code__: _put,
    Transaction.insert.__code__: _insert,
}
