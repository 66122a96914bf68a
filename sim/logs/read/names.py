"""Names from logs, made safe to show: what does not look like a name in code is hashed.

A path, a table or a winner is what a developer wrote, mostly. But an HTTP action's path holds what
a client asked for, and anything may stand in a damaged row. So only what has the form of a name is
shown as it is; the rest becomes a hash that tells two of them apart.
"""

from __future__ import annotations

import hashlib
import re

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_/.-]{0,120}(:[A-Za-z_][A-Za-z0-9_.]{0,80})?")
_ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD) (/\S*)")
_WORD = re.compile(r"[A-Za-z][A-Za-z_.-]{0,30}|v\d{1,2}|\*")
_ID = re.compile(r"[0-9a-z]{24,}|[0-9a-f]{16,}|[A-Za-z0-9_-]{32,}")
_DEPLOYMENT = re.compile(r"[a-z]+(-[a-z]+){1,3}-\d{1,6}")


def function_name(path: str, component: str | None = None) -> str:
    """A function's name: ``module:function``, with its component before it; or a route."""
    route = _ROUTE.fullmatch(path)
    if route:
        return f"{route[1]} {_route(route[2])}"
    name = plain_name(path.replace(".js:", ":"))
    return f"{plain_name(component)}/{name}" if component else name


def plain_name(text: str) -> str:
    """A table's name, a module's or a function's."""
    if _NAME.fullmatch(text) and not _ID.search(text):
        return text
    return hashed(text)


def deployment_name(text: str) -> str:
    """A deployment's name, which is part of its public address."""
    return text if _DEPLOYMENT.fullmatch(text) else hashed(text)


def hashed(text: str) -> str:
    """What stands for a text that is not shown."""
    return f"name-{hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=4).hexdigest()}"


def _route(path: str) -> str:
    """A path with a star for each part that may be somebody's data."""
    path = path.partition("?")[0].partition("#")[0]
    parts = [part if not part or _WORD.fullmatch(part) else "*" for part in path.split("/")[:8]]
    return "/".join(parts)
