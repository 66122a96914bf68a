"""The files of a user's app, read once: what runs is what was hashed.

They are found by reading import statements, beginning with the app's module; nothing is run.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath

from ..text import fault, is_plain, read_bytes

_MAX_BYTES = 4 << 20
"""The largest Python file in bytes."""
_MOST_FILES = 1000
_NEVER_BESIDE = sys.stdlib_module_names | {"sim"}
"""Modules that always mean themselves, whatever the files in a folder are called."""


@dataclass(frozen=True, slots=True)
class Sources:
    """An app's module and the files that it imports, directly or not."""

    name: str
    """The app's name, as scenarios have it: ``my_app`` or ``my_package.my_app``."""
    folder: FilePath
    """The folder that module names are relative to, absolute."""
    files: Mapping[str, bytes]
    """Path below the folder → text."""
    paths: frozenset[str]
    """Those files and the ones that they import from the user's other folders, absolute."""
    digest: str
    """The hash of all these files."""

    @classmethod
    def read(cls, folder: FilePath, name: str) -> Sources:
        """Read the app of that name in a folder; raises `ScenarioError` if a file cannot be read.

        The module must be there: see `module_file`.
        """
        found: dict[tuple[FilePath, str], bytes] = {}
        waiting = [(folder, name)]
        while waiting:
            root, module = waiting.pop()
            for file in _files(root, module):
                if (root, file) in found:
                    continue
                found[root, file] = text = read_bytes(root / file, "a Python file", _MAX_BYTES)
                waiting += _imports(root, file, text)
            if len(found) > _MOST_FILES:
                raise fault(str(folder), f"{name} imports more than {_MOST_FILES:,} files of it")
        digest = hashlib.sha256()
        for (root, file), text in sorted(found.items(), key=lambda item: (item[0][1], item[1])):
            digest.update(f"{'' if root == folder else '+'}{file}\0{len(text)}\0".encode() + text)
        return cls(
            name=name,
            folder=folder,
            files={file: text for (root, file), text in found.items() if root == folder},
            paths=frozenset(str(root / file) for root, file in found),
            digest=digest.hexdigest()[:24],
        )

    @property
    def file(self) -> FilePath:
        """The file of the app's module."""
        return self.folder / (module_file(self.folder, self.name) or self.name)

    def has(self, name: str) -> bool:
        """Whether an absolute import of that name means a file of the app."""
        head = name.partition(".")[0]
        return head not in _NEVER_BESIDE and any(
            file == f"{head}.py" or file.startswith(f"{head}/") for file in self.files
        )


def module_file(folder: FilePath, name: str) -> str | None:
    """The file in a folder that a dotted module name means; None if there is none."""
    path = name.replace(".", "/")
    return next((file for file in (f"{path}/__init__.py", f"{path}.py")
                 if is_plain(folder / file)), None)  # fmt: skip


def _files(root: FilePath, module: str) -> Iterator[str]:
    """The files that run when a module is imported: those of its packages, and its own."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        file = module_file(root, ".".join(parts[:length]))
        if file is not None:
            yield file


def _imports(root: FilePath, file: str, text: bytes) -> Iterator[tuple[FilePath, str]]:
    """The user's modules that a file's import statements name, each with its folder."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # importing it says so
    package = file.removesuffix(".py").removesuffix("/__init__").split("/")
    if not file.endswith("/__init__.py"):
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            below = package[: len(package) + 1 - node.level] if node.level else []
            head = ".".join([*below, *([node.module] if node.module else [])])
            names = [f"{head}.{alias.name}".lstrip(".") for alias in node.names]
            if node.level:
                yield from ((root, name) for name in names)
                continue
        else:
            continue
        for name in names:
            place = _place(root, name)
            if place is not None:
                yield place, name


def _place(root: FilePath, name: str) -> FilePath | None:
    """The user's folder that a module's name refers to; None if the module is not the user's."""
    head = name.partition(".")[0]
    if head in _NEVER_BESIDE:
        return None
    return root if any(_files(root, name)) else _elsewhere(head)


@cache
def _elsewhere(head: str) -> FilePath | None:
    """The folder of a module that can be imported but is not installed, such as from PYTHONPATH."""
    try:
        spec = importlib.util.find_spec(head)
    except (ImportError, ValueError, AttributeError):
        return None
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if spec is None or not (places or spec.origin):
        return None
    lies_in = FilePath(places[0] if places else str(spec.origin)).parent
    return None if _is_installed(lies_in) or not lies_in.is_dir() else lies_in


def _is_installed(path: FilePath) -> bool:
    """Whether a path belongs to Python, to an installed package or to this one."""
    return not {"site-packages", "dist-packages"}.isdisjoint(path.parts) or any(
        path.is_relative_to(place) for place in _system()
    )


@cache
def _system() -> tuple[FilePath, ...]:
    places = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    return FilePath(__file__).parents[2], *(FilePath(place) for place in places if place)
