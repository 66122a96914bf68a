"""Importing a user's app: from its files, under private names.

The modules of an app belong to a package that exists only in memory and is named by the hash of its
files. So apps with the same name in two folders are two apps, a changed file makes another app, and
nothing else in the process can import a user's module or be confused with one. In its modules,
`import helper` means the file beside the app first, as in a script. A file that no import statement
names is not found.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

from .sources import Sources

_PREFIX = "_sim_app_"
_PACKAGES: dict[str, Sources] = {}


def module_of(sources: Sources) -> ModuleType:
    """The app's module, imported once; raises what its code raises."""
    place = hashlib.sha256(str(sources.folder).encode("utf-8", "surrogateescape")).hexdigest()
    package = f"{_PREFIX}{place[:8]}_{sources.digest}"
    _PACKAGES.setdefault(package, sources)
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    return importlib.import_module(f"{package}.{sources.name}")


def without_package(text: str) -> str:
    """A message with modules named as their files are."""
    for package in _PACKAGES:
        text = text.replace(f"{package}.", "")
    return text


class _Finder(MetaPathFinder):
    """Finds the modules of users' apps; no other finder may."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of that name if it is part of an app."""
        package, _, name = fullname.partition(".")
        sources = _PACKAGES.get(package)
        if sources is None:
            return None
        below = name.replace(".", "/")
        for file in (f"{below}/__init__.py", f"{below}.py"):
            if file in sources.files:
                return spec_from_loader(fullname, _Loader(package, sources, file))
        if name and not any(file.startswith(f"{below}/") for file in sources.files):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        folder = ModuleSpec(fullname, None, is_package=True)
        folder.submodule_search_locations = [str(sources.folder / below)]
        return folder


_FINDER = _Finder()


class _Loader(SourceLoader):
    """Runs the text that was read; it neither reads nor writes compiled files."""

    def __init__(self, package: str, sources: Sources, file: str) -> None:
        self._package = package
        self._sources = sources
        self._file = file

    def get_filename(self, fullname: str) -> str:
        """The file's absolute path."""
        return str(self._sources.folder / self._file)

    def get_data(self, path: bytes | str) -> bytes:
        """The text of the module itself."""
        if str(path) != self.get_filename(""):
            raise OSError(f"{path!r} is not part of the app")
        return self._sources.files[self._file]

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, with an import statement that looks beside the app first."""
        own = {**vars(builtins), "__import__": self._import}
        module.__dict__["__builtins__"] = own
        super().exec_module(module)

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - as the built-in calls it
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Called by import statements."""
        if level or not self._sources.has(name):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        found = importlib.import_module(f"{self._package}.{name}")
        if fromlist:
            return builtins.__import__(f"{self._package}.{name}", globals, locals, fromlist)
        head = name.partition(".")[0]
        return found if head == name else sys.modules[f"{self._package}.{head}"]
