"""Loading scenarios: files with `extends`, overrides, and every problem reported at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from .anchor import anchor_paths
from .document import Document
from .errors import Problem, ScenarioError, problems_of, unknown
from .listed import BOUNDS
from .model import plain
from .overrides import parse_override, set_path
from .plugin import AppError, Faults, SectionError
from .reading import read_document
from .scenario import Scenario
from .text import fault


def load_scenario(
    path: str | FilePath,
    overrides: Sequence[str | tuple[str, Any]] = (),
    seed: int | None = None,
    horizon: str | None = None,
    below: Sequence[Document] = (),
) -> Scenario:
    """The scenario in a YAML file.

    ``overrides`` are ``path=value`` texts as `--set` takes them, or (path, value) pairs; ``seed``
    and ``horizon`` (such as ``3h``) replace the file's; ``below`` is laid under it, such as budgets
    that several scenarios share. Later ones win over earlier ones, and all
    of them over the file, which wins over the file it extends. A module beside any of those files
    can be its ``app``. Raises `ScenarioError` with every problem found.
    """
    file = FilePath(path)
    chain: list[FilePath] = []
    document = _with_parents(file, str(path), chain)
    for shared in reversed(below):
        document = shared.overlaid(document)
    document.settings.setdefault("name", file.stem)
    for override in overrides:
        document = document.overlaid(parse_override(override))
    if seed is not None:
        document = document.overlaid(set_path(("seed",), seed, f"--seed {seed}"))
    if horizon is not None:
        document = document.overlaid(set_path(("horizon",), horizon, f"--horizon {horizon}"))
    document.source = str(path)
    anchor_paths(document)
    scenario = build(document)
    _check_app_file(scenario.app_name, chain, document)
    return scenario


def as_scenario(given: Scenario | str | FilePath) -> Scenario:
    """A scenario as it is, or the one in a file of that path."""
    return given if isinstance(given, Scenario) else load_scenario(given)


def load_budgets(path: str | FilePath) -> Document:
    """The budgets and alerts of a file that holds nothing else; raises `ScenarioError`."""
    document = read_document(FilePath(path))
    for key in document.settings:
        if key not in BOUNDS:
            raise fault(document.where((key,)), unknown(key, "key", BOUNDS))
    build(document)  # what is wrong with it is said once, not with every scenario
    return document


def _with_parents(file: FilePath, where: str, chain: list[FilePath]) -> Document:
    """A file laid over the one it extends, and so on; adds each of them to ``chain``.

    ``where`` is the place that named the file.
    """
    document = read_document(file)
    resolved = file.resolve()
    if resolved in chain:
        names = " → ".join(other.name for other in (*chain[chain.index(resolved) :], resolved))
        raise fault(where, f"extends: a file cannot be laid over itself: {names}")
    chain.append(resolved)
    _make_importable(resolved.parent)
    parent = document.settings.pop("extends", None)
    if parent is None:
        return document
    where = document.where(("extends",))
    if not isinstance(parent, str):
        raise fault(where, f"extends: expected a file's name, not {parent!r}")
    if not _exists(file.parent / parent):
        siblings = sorted(other.name for other in file.parent.glob("*.y*ml") if other != file)
        raise fault(where, f"extends: {unknown(parent, 'file', siblings)}")
    below = _with_parents(file.parent / parent, where, chain)
    for label in ("name", "description"):  # a child is another scenario, not its parent
        below.settings.pop(label, None)
    return below.overlaid(document)


def _exists(file: FilePath) -> bool:
    try:
        return file.exists()
    except OSError:  # no file can have such a name
        return False


def _make_importable(folder: FilePath) -> None:
    """Let ``app: my_module`` name a module beside the scenario file."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _check_app_file(name: str, chain: Sequence[FilePath], document: Document) -> None:
    """Refuse an app beside the scenario if another module of its name was imported instead."""
    beside = [file.parent / f"{name.replace('.', '/')}.py" for file in chain]
    found = [module.resolve() for module in beside if module.exists()]
    loaded = getattr(sys.modules.get(name), "__file__", None)
    if found and loaded and FilePath(loaded).resolve() not in found:
        message = f"app: another module is already called {name!r} ({loaded}); rename this one"
        raise fault(document.where(("app", "name")), message)


def build(document: Document) -> Scenario:
    """Validate a document; raises `ScenarioError` with every problem found."""
    try:
        scenario = Scenario.model_validate(document.settings)
        scenario._where = document.where
        return scenario
    except Faults as error:
        raise ScenarioError(
            [problem for one in error.faults for problem in _problems(one, document)]
        ) from error


def _problems(error: AppError | SectionError, document: Document) -> list[Problem]:
    if isinstance(error, AppError):
        return [Problem(document.where(tuple(error.key.split("."))), f"{error.key}: {error}")]
    return problems_of(error.errors, error.model, document.where, error.also, error.below)


def scenario_from(settings: dict[str, Any]) -> Scenario:
    """A scenario from plain data, as a file would hold it."""
    return build(Document(settings))


def overridden(settings: dict[str, Any], changes: Mapping[str, Any]) -> Scenario:
    """A scenario from plain data with settings changed by dotted path."""
    document = Document(plain(settings))
    for change in changes.items():
        document = document.overlaid(parse_override(change))
    return build(document)
