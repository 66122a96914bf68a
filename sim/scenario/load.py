"""Loading scenarios: files with `extends`, overrides, and every problem reported at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from .document import Document, override, parse_override, read_document
from .errors import Problem, ScenarioError, problems_of, unknown
from .plugin import AppError, SectionError
from .scenario import Scenario


def load_scenario(
    path: str | FilePath,
    overrides: Sequence[str] = (),
    *,
    seed: int | None = None,
    horizon: str | None = None,
) -> Scenario:
    """The scenario in a YAML file.

    ``overrides`` are ``path=value`` texts as `--set` takes them; ``seed`` and ``horizon`` (such as
    ``3h``) replace the file's. Raises `ScenarioError` with every problem found.
    """
    file = FilePath(path)
    document = _with_parents(file, ())
    document.settings.setdefault("name", file.stem)
    for text in overrides:
        document = document.overlaid(parse_override(text))
    if seed is not None:
        document = document.overlaid(override(("seed",), seed, f"--seed {seed}"))
    if horizon is not None:
        document = document.overlaid(override(("horizon",), horizon, f"--horizon {horizon}"))
    document.source = str(path)
    _make_importable(file.resolve().parent)
    return build(document)


def _with_parents(file: FilePath, children: tuple[FilePath, ...]) -> Document:
    """A file laid over the one it extends, and so on."""
    resolved = file.resolve()
    if resolved in children:
        chain = " → ".join(child.name for child in (*children, resolved))
        raise ScenarioError([Problem(str(file), f"extends itself: {chain}")])
    document = read_document(file)
    parent = document.settings.pop("extends", None)
    if parent is None:
        return document
    where = document.where(("extends",))
    if not isinstance(parent, str):
        raise ScenarioError([Problem(where, f"extends: expected a file's name, not {parent!r}")])
    parent_file = file.parent / parent
    if not parent_file.exists():
        siblings = sorted(other.name for other in file.parent.glob("*.y*ml") if other != file)
        message = f"extends: {unknown(parent, 'file', siblings)}"
        raise ScenarioError([Problem(where, message)])
    below = _with_parents(parent_file, (*children, resolved))
    for label in ("name", "description"):  # a child is another scenario, not its parent
        below.settings.pop(label, None)
    return below.overlaid(document)


def _make_importable(folder: FilePath) -> None:
    """Let ``app: my_module`` name a module beside the scenario file."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def build(document: Document) -> Scenario:
    """Validate a document; raises `ScenarioError` with every problem found."""
    problems: list[Problem] = []
    settings = dict(document.settings)
    while True:
        try:
            scenario = Scenario.model_validate(settings)
        except AppError as error:
            path = (error.key,)
            raise ScenarioError(
                [*problems, Problem(document.where(path), f"{error.key}: {error}")]
            ) from error
        except SectionError as error:
            problems += problems_of(error.errors, error.model, document.where)
            settings.pop(error.key)  # go on without it, to report the rest too
            if error.key == "app":
                settings["app"] = {"name": error.name}
        except ValidationError as error:
            problems += problems_of(error, Scenario, document.where)
            break
        else:
            break
    if problems:
        raise ScenarioError(problems)
    scenario._given = document.settings
    return scenario


def scenario_from(settings: dict[str, Any]) -> Scenario:
    """A scenario from plain data, as a file would hold it."""
    return build(Document(settings))
