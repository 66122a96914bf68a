"""What a project is made of, as far as it can be seen before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.platform.reference import Backend
from sim.scenario import scenario_from

from .bundle import Bundle, bundle_project, modules_of
from .load import About, describe
from .machine import Machine
from .project import find_project
from .settings import ConvexSettings

_HOST = re.compile(r"https?://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?)")
_VARIABLE = re.compile(r"process\.env(?:\.([A-Za-z_]\w*)|\[\"([A-Za-z_]\w*)\"\])")
_IDENTITY = re.compile(r"\.getUserIdentity\(")
_NOT_SIMULATED: Mapping[str, re.Pattern[str]] = {
    "text search": re.compile(r"\.withSearchIndex\("),
    "vector search": re.compile(r"\.vectorSearch\("),
    "crypto.subtle beyond digests and HMAC": re.compile(
        r"\bsubtle\.(?:encrypt|decrypt|generateKey|deriveBits|deriveKey|wrapKey|unwrapKey)\("
    ),
    "WebSocket": re.compile(r"new WebSocket\("),
}
"""What the runtime does not simulate → how its use looks in a bundle."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A project, looked at from outside."""

    about: About
    arguments: Mapping[str, dict[str, Any] | None]
    """Function → the validator of its arguments."""
    hosts: tuple[str, ...]
    """Hosts that the project's own code names."""
    variables: tuple[str, ...]
    """Environment variables that it reads."""
    asks_who: bool
    """Whether it asks who calls."""
    not_simulated: Mapping[str, tuple[str, ...]]
    """What it uses that is not simulated → the modules that do."""

    def public(self, kind: str) -> list[str]:
        """The public functions of a type, by name; not the routes."""
        return sorted(path for path in self.about.public if self.about.functions[path] == kind)

    @property
    def routes(self) -> list[str]:
        """The HTTP routes."""
        return sorted(path for path in self.about.functions if path.startswith("http:"))


def survey(root: Path) -> Survey:
    """Look at a project; raises `ScenarioError` if it cannot be bundled or loaded."""
    find_project(root)
    code = bundle_project(root)
    about, arguments = _loaded(root, code)
    own = dict(_own(code))
    text = "\n".join(own.values())
    return Survey(
        about=about,
        arguments=arguments,
        hosts=_in_order(found.group(1).lower() for found in _HOST.finditer(text)),
        variables=_in_order(found.group(1) or found.group(2) for found in _VARIABLE.finditer(text)),
        asks_who=_IDENTITY.search(text) is not None,
        not_simulated={
            what: users
            for what, pattern in _NOT_SIMULATED.items()
            if (users := tuple(name for name, part in own.items() if pattern.search(part)))
        },
    )


def _loaded(root: Path, code: Bundle) -> tuple[About, dict[str, dict[str, Any] | None]]:
    """What the code exports, and the validators of its functions' arguments."""
    settings = ConvexSettings(root=str(root))
    backend = Backend(scenario_from({"app": {"name": "convex", "root": str(root)}}), 1)
    machine = Machine(backend, settings, str(root))
    try:
        machine.load(code)
        about = describe(machine, code)
        return about, {path: machine.tell("argumentsOf", path) for path in about.functions}
    finally:
        machine.engine.close()


def _own(code: Bundle) -> Iterator[tuple[str, str]]:
    """The project's own modules with their text."""
    for name, text in modules_of(code.source):
        if "node_modules/" not in name and "_generated/" not in name:
            yield name, text


def named_by_packages(source: str) -> set[str]:
    """The environment variables that a bundle's packages name and the project itself does not."""
    own: set[str] = set()
    theirs: set[str] = set()
    for name, text in modules_of(source):
        named = {found.group(1) or found.group(2) for found in _VARIABLE.finditer(text)}
        (theirs if "node_modules/" in name else own).update(named)
    return theirs - own


def _in_order(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))
