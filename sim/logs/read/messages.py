"""The messages of failures, for those who ask for them: they may hold anybody's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from .names import function_name

_LONGEST = 200
_MOST_KINDS = 1000
"""Different messages that are kept of one chunk."""


def messages_of(data: bytes) -> Counter[tuple[str, str]]:
    """Function and first line of the message → how many, of the failures in some lines."""
    found: Counter[tuple[str, str]] = Counter()
    for line in data.split(b"\n"):
        try:
            rows = list(_events(msgspec.json.decode(line)))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        for row in rows:
            message = row.get("error_message") or row.get("reason") or row.get("error")
            if isinstance(message, str) and len(found) < _MOST_KINDS:
                found[_path(row), message.strip().split("\n", 1)[0][:_LONGEST]] += 1
    return found


def _events(value: Any) -> Iterator[dict[str, Any]]:
    """The events in a line, whatever they are wrapped in."""
    if isinstance(value, list):
        for each in value:
            yield from _events(each)
    elif isinstance(value, dict):
        if "resourceLogs" in value:
            for logs in value["resourceLogs"]:
                for scope in logs.get("scopeLogs", ()):
                    for record in scope.get("logRecords", ()):
                        yield from _events(msgspec.json.decode(record["body"]["stringValue"]))
        elif isinstance(value.get("data"), dict):
            yield value["data"]
        elif "data.topic" in value:
            yield {key.removeprefix("data."): each for key, each in value.items()}
        else:
            yield value


def _path(row: dict[str, Any]) -> str:
    function = row.get("function")
    path = function.get("path") if isinstance(function, dict) else row.get("function.path")
    path = path or row.get("_functionPath") or row.get("identifier") or ""
    return function_name(str(path))
