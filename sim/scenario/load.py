"""Loading scenarios: files with `extends`, overrides, and every problem reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from .anchor import anchor_paths
from .apps import Apps, Sources
from .document import YamlDocument
from .errors import AppError, Problem, ScenarioError, problems_of, shown, unknown
from .listed import BOUNDS
from .model import is_too_deep, plain
from .near import near_file
from .overrides import parse_override, set_path
from .plugin import Faults, SectionError
from .price_list import PRICE_LIST, with_price_list
from .readable import Readable, exists, real_path
from .reading import read_document
from .scenario import Scenario
from .shipped import SHIPPED, located
from .text import STDIN, fault, file_name

_SETTINGS = "`sim settings` lists what a scenario can set, with units and defaults"
MOST_PARENTS = 50
"""The most files that may extend each other."""


def load_scenario(
    path: str | FilePath,
    overrides: Sequence[str | tuple[str, Any]] = (),
    seed: int | None = None,
    horizon: str | None = None,
    below: Sequence[YamlDocument] = (),
    *,
    app_path: Sequence[str | FilePath] = (),
    extends_path: Sequence[str | FilePath] = (),
    imports: bool = True,
    command_line: bool = False,
) -> Scenario:
    """The scenario in a YAML file.

    ``path``: a file, ``-`` for standard input, or ``shipped:NAME`` for one that comes with sim.
    ``overrides``: ``path=value`` texts as `--set` takes them, or (path, value) pairs; later ones
    win. ``seed`` and ``horizon`` (such as ``3h``) replace those of the file. ``below``: documents
    with defaults, such as budgets that several scenarios share. Overrides win over the file, the
    file over those that it extends, and these over ``below``.

    A user's ``app`` is a module beside this file, or in a folder of ``app_path``. If ``imports`` is
    false it is not imported, and what only its code can check is not checked. A file can extend
    others in its folder and below, in the working directory and below, and in folders of
    ``extends_path`` and below. ``command_line``: errors name arguments as the command line does.
    Raises `ScenarioError` with the problems found.
    """
    file = located(path)
    try:
        apps = Apps.beside(file, app_path, imports=imports)
    except AppError as error:
        raise fault(error.key, str(error)) from error
    readable = Readable.of(file, extends_path)
    document = _with_parents(file, file_name(file), [], readable)
    for shared in reversed(below):
        document = shared.overlaid(document)
    document.settings.setdefault("name", "stdin" if str(file) == STDIN else file_name(file.stem))
    for override in overrides:
        document = document.overlaid(parse_override(override, "--set" if command_line else ""))
    for key, value in (("seed", seed), ("horizon", horizon)):
        if value is not None:
            where = f"--{key} {value}" if command_line else f"{key}={shown(value)}"
            document = document.overlaid(set_path((key,), value, where))
    document.source = file_name(file)
    anchor_paths(document, apps)
    return build(with_price_list(document, readable), apps)


Given = Scenario | str | FilePath
"""A scenario, or the path of its file."""


def as_scenario(given: Given) -> Scenario:
    """A scenario as it is, or the one in a file of that path; raises `ScenarioError`."""
    if isinstance(given, Scenario):
        return given
    if not isinstance(given, (str, FilePath)):
        raise fault(shown(given), "is neither a scenario nor the path of one")
    return load_scenario(given)


def as_scenarios(given: Given | Iterable[Given]) -> list[Scenario]:
    """One or more scenarios, each given as it is or by its path.

    A single one needs no list around it. Raises `ScenarioError` if there is none.
    """
    if isinstance(given, (Scenario, str, FilePath)):
        return [as_scenario(given)]
    if not isinstance(given, Iterable):
        raise fault(shown(given), "is neither a scenario nor the path of one")
    scenarios = [as_scenario(each) for each in given]
    if not scenarios:
        raise fault("scenarios", "there are none: give at least one scenario, or its path")
    return scenarios


def load_budgets(path: str | FilePath) -> YamlDocument:
    """The budgets and alerts of a file that holds nothing else; raises `ScenarioError`."""
    document = read_document(located(path))
    for key in document.settings:
        if key not in BOUNDS:
            raise fault(document.where((key,)), unknown(key, "key", BOUNDS))
    build(document)  # reports its errors once, not with every scenario
    return document


def budgets_of(documents: Sequence[YamlDocument]) -> Scenario:
    """What `load_budgets` gave, as a scenario that has budgets and nothing else of its own."""
    whole = YamlDocument()
    for document in documents:
        whole = whole.overlaid(document)
    return build(whole)


def _with_parents(
    file: FilePath, where: str, chain: list[FilePath], readable: Readable
) -> YamlDocument:
    """The settings of a file merged over those of the file it extends, and so on.

    ``where`` is the place that named the file; each file is added to ``chain``.
    """
    document = read_document(file)
    resolved = real_path(file)
    if resolved in chain:
        names = " → ".join(
            file_name(each.name) for each in (*chain[chain.index(resolved) :], resolved)
        )
        raise fault(where, f"extends: a file cannot extend itself: {names}")
    if len(chain) == MOST_PARENTS:
        raise fault(where, f"extends: more than {MOST_PARENTS} files in a row")
    chain.append(resolved)
    parent = document.settings.pop("extends", None)
    if parent is None:
        return document
    where = document.where(("extends",))
    if not isinstance(parent, str):
        raise fault(where, f"extends: expected a file's name, not {shown(parent)}")
    lower = located(parent) if parent.startswith(SHIPPED) else file.parent / parent
    if lower not in readable:
        raise fault(where, f"extends: {shown(parent)} is outside the scenario's folder and the "
                    "working directory; --extends-path DIR allows another folder")  # fmt: skip
    if not exists(lower):
        near = near_file(parent, file.parent, file.name)
        raise fault(where, f"extends: there is no file {shown(parent)}{near}")
    below = _with_parents(lower, where, chain, readable)
    for label in ("name", "description"):  # a child is another scenario, not its parent
        below.settings.pop(label, None)
    return below.overlaid(document)


def build(document: YamlDocument, apps: Apps | None = None) -> Scenario:
    """Validate a document; raises `ScenarioError` with the problems found.

    ``apps``: where a user's app is found; without it only built-in apps are.
    """
    if is_too_deep(document.settings):
        raise fault(document.source, "is nested too deeply")
    try:
        scenario = Scenario.model_validate(document.settings, context={"apps": apps})
        if document.faults:
            raise ScenarioError(_of_ids(document))
        scenario._where = document.where
        return scenario
    except Faults as error:
        problems = [problem for one in error.faults for problem in _problems(one, document)]
        number = sum(1 if isinstance(one, AppError) else one.errors.error_count()
                     for one in error.faults)  # fmt: skip
        refused = ScenarioError([*_of_ids(document), *problems], number - len(problems))
        if any("unknown key" in problem.message for problem in problems):
            refused.hint = _settings_of(document, problems)
        raise refused from error


def _of_ids(document: YamlDocument) -> list[Problem]:
    return [Problem(place or document.source, message) for place, message in document.faults]


def _settings_of(document: YamlDocument, problems: Sequence[Problem]) -> str:
    """The command that lists the settings that could have been meant."""
    app = document.settings.get("app")
    name = app.get("name") if isinstance(app, dict) else app
    of_app = all(problem.message.startswith("app") for problem in problems)
    if not of_app or name in (None, "setlist"):
        return _SETTINGS
    return f"`sim settings --scenario {document.source} app` lists the settings of this app"


def _problems(error: AppError | SectionError, document: YamlDocument) -> list[Problem]:
    if isinstance(error, AppError):
        return [Problem(document.where(tuple(error.key.split("."))), f"{error.key}: {error}")]
    return problems_of(error.errors, error.model, document.where, error.also, error.below)


def scenario_from(settings: dict[str, Any], app: Sources | None = None) -> Scenario:
    """A scenario from plain data, as in a file.

    Data cannot run code: the app is a built-in one, or ``app`` if it has that name.
    """
    apps = Apps() if app is None else Apps(found={app.name: app})
    return build(YamlDocument(settings), apps)


def overridden(settings: dict[str, Any], changes: Mapping[str, Any], apps: Apps) -> Scenario:
    """A scenario from plain data with settings changed by dotted path."""
    document = YamlDocument(plain(settings))
    if PRICE_LIST in changes:
        raise fault(PRICE_LIST, "is read when a scenario file is loaded; set `billing.prices` here")
    for change in changes.items():
        document = document.overlaid(parse_override(change))
    return build(document, apps)
