"""Where apps are found: built-in ones by name, a user's in the folders that were named."""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from types import ModuleType

from ..errors import AppError, ScenarioError, nearest, shown
from .mistakes import told
from .modules import module_of
from .sources import Sources, module_file

BUILT_IN = {"setlist": "sim.apps.setlist", "convex": "sim.convex"}
"""Apps that come with the toolkit: short name → module."""
SWITCH = "--app-path"


@dataclass(frozen=True, slots=True)
class Apps:
    """The folders in which users' app modules can be, and the apps found there so far.

    A module is searched beside the scenario that the command line names and in the folders of
    `--app-path`. It is never searched in Python's module path, beside a file that is extended, or
    because a baseline or a claims file names it. An app is read once; scenarios derived from one
    another share it.
    """

    folders: tuple[FilePath, ...] = ()
    """Absolute."""
    imports: bool = True
    """If false, no code runs, and what an app would have to check is not checked."""
    found: dict[str, Sources] = field(default_factory=dict, compare=False)

    @classmethod
    def beside(
        cls, scenario: FilePath, also: Iterable[str | FilePath] = (), *, imports: bool = True
    ) -> Apps:
        """Beside a scenario file, and in further folders; raises `AppError` if one is not there."""
        return cls.within(also, scenario.parent, imports=imports)

    @classmethod
    def within(
        cls, folders: Iterable[str | FilePath], first: FilePath | None = None, *,
        imports: bool = True,
    ) -> Apps:  # fmt: skip
        """In the ``first`` folder and in others; raises `AppError` if one of these is not there."""
        named = [FilePath(folder) for folder in folders]
        for folder in named:
            if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises for impossible names
                raise AppError(SWITCH, f"{str(folder)!r} is no folder")
        # A link's own folder is meant, not the one that it leads to.
        places = [os.path.abspath(each) for each in ([first] if first else []) + named]  # noqa: PTH100
        return cls(tuple(map(FilePath, dict.fromkeys(places))), imports)

    def only_known(self) -> Apps:
        """Only the apps found so far: for files that must not name code to run."""
        return Apps((), self.imports, dict(self.found))

    def sources(self, name: str) -> Sources | None:
        """The files of a user's app; None for a built-in one."""
        return None if name in BUILT_IN else self._find(name)

    def module(self, name: str) -> ModuleType:
        """The app's module; raises `AppError` with the reason if it cannot be used."""
        if name in BUILT_IN:
            return importlib.import_module(BUILT_IN[name])
        sources = self._find(name)
        try:
            return module_of(sources)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a module of the user's own may raise anything
            raise AppError("app", _import_failed(error, sources)) from error

    def _find(self, name: str) -> Sources:
        if name in self.found:
            return self.found[name]
        folder = None
        if all(part.isidentifier() for part in name.split(".")):
            folder = next((each for each in self.folders if module_file(each, name)), None)
        if folder is None:
            raise AppError("app", self._unknown(name))
        try:
            sources = Sources.read(folder, name)
        except ScenarioError as error:
            raise AppError("app", str(error)) from error
        return self.found.setdefault(name, sources)

    def _unknown(self, name: str) -> str:
        """The message that there is no such app, and where it would have to be."""
        beside = sorted({file.stem for folder in self.folders for file in _modules(folder)})
        allowed = ", ".join(BUILT_IN)
        if self.folders:
            allowed += f", or a module beside the scenario that is given ({SWITCH} DIR: elsewhere)"
        return f"unknown app {shown(name)}; allowed: {allowed}{nearest(name, (*BUILT_IN, *beside))}"


def _modules(folder: FilePath) -> list[FilePath]:
    try:
        return sorted(folder.glob("*.py"))
    except OSError:
        return []


def _import_failed(error: BaseException, sources: Sources) -> str:
    """Why the import failed, and the last line of the app that ran."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{FilePath(frame.filename).name}:{frame.lineno}"
             for frame in frames if frame.filename in sources.paths]  # fmt: skip
    # A syntax error has its own place; the line that imports the file is not wrong.
    at = f" ({lines[-1]})" if lines and not isinstance(error, SyntaxError) else ""
    return f"importing app {sources.name!r} failed: {told(error)}{at}"
