"""A user's project: where its functions are, which of them run in Node, and its esbuild."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sim.scenario import is_shipped, nearest, npm_steps

from .errors import app_error

_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs")
_NOT_FUNCTIONS = {"schema", "convex.config", "auth.config"}
_USE_NODE = re.compile(r"""\A(?:\s|//[^\n]*\n|/\*.*?\*/)*["']use node["']""", re.DOTALL)
_BINARIES = (
    "node_modules/@esbuild/*/bin/esbuild",
    "node_modules/@esbuild/*/esbuild.exe",
    "node_modules/*/node_modules/@esbuild/*/bin/esbuild",
    "node_modules/.pnpm/@esbuild+*/node_modules/@esbuild/*/bin/esbuild",
)
_MOST_FILES = 5_000


@dataclass(frozen=True, slots=True)
class Project:
    """The folder that holds ``convex/``, looked through once."""

    root: Path
    functions: Path
    """The folder with the functions: ``convex``, or as convex.json says."""
    modules: dict[str, Path]
    """Path without suffix, as functions are called → file."""
    schema: Path | None
    node: frozenset[str]
    """Modules that begin with "use node"."""
    config: Path | None = None
    """``convex.config``, which installs components."""

    @property
    def generated(self) -> bool:
        """Whether ``_generated`` is there; it need not be committed."""
        return any((self.functions / "_generated").glob("api.*"))


def find_project(root: Path) -> Project:
    """Look a project through; raises `ScenarioError` if there is none."""
    if not root.exists():
        raise app_error(root, f"there is no such folder{_near(root)}")
    if not root.is_dir():
        raise app_error(root, "is a file; `root` is the folder that holds `convex/`")
    functions = root / _functions_folder(root)
    if not functions.is_dir():
        folder = functions.relative_to(root)
        instead = ""
        if root.name == folder.name:
            instead = f": give the folder that holds it instead: {root.resolve().parent}"
        raise app_error(root, f"there is no folder `{folder}` in it{instead}")
    modules, schema, node = find_modules(functions)
    if not modules:
        raise app_error(functions, "there are no functions in it")
    return Project(root, functions, modules, schema, node, _config_in(functions))


def find_modules(functions: Path) -> tuple[dict[str, Path], Path | None, frozenset[str]]:
    """The modules of a folder of functions, its schema, and which modules run in Node.

    A folder in it that has a ``convex.config`` of its own is a component, not a part of it.
    """
    modules: dict[str, Path] = {}
    schema: Path | None = None
    components: list[Path] = []
    for count, file in enumerate(sorted(functions.rglob("*"))):
        if count > _MOST_FILES:
            raise app_error(functions, f"more than {_MOST_FILES:,} files")
        if file.is_dir() and _config_in(file) is not None:
            components.append(file)
        if any(folder in file.parents for folder in components):
            continue
        name = _module_name(file, functions)
        if name == "schema":
            schema = file
        elif name is not None:
            modules[name] = file
    return modules, schema, frozenset(name for name, file in modules.items() if _runs_in_node(file))


def _config_in(folder: Path) -> Path | None:
    files = (folder / f"convex.config{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def _near(missing: Path) -> str:
    """``; did you mean 'my-app'?`` if a folder beside it has a similar name."""
    try:
        beside = [each.name for each in islice(missing.parent.iterdir(), _MOST_FILES)
                  if each.is_dir() and not each.name.startswith(".")]  # fmt: skip
    except OSError:
        return ""
    return nearest(missing.name, beside)


def find_esbuild(project: Project) -> Path:
    """The esbuild of the project's own node_modules; raises `ScenarioError` if there is none."""
    root = project.root.resolve()
    for folder in (root, *root.parents):
        for pattern in _BINARIES:
            for binary in sorted(folder.glob(pattern)):
                return binary
    if is_shipped(root):
        name = root.parent.name
        steps = f"{npm_steps(name)}, and run the scenario in DIR/{name}"
        raise app_error(project.root, f"its npm packages are not shipped: {steps}")
    package = next((f for f in (root, *root.parents) if (f / "package.json").exists()), root)
    raise app_error(
        project.root,
        "there is no esbuild in `node_modules`, here or in a folder above: run `npm install` in "
        f"{package}",
    )


def _functions_folder(root: Path) -> str:
    config = root / "convex.json"
    try:
        given = json.loads(config.read_text(encoding="utf-8")).get("functions", "convex")
    except FileNotFoundError:
        return "convex"
    except (OSError, ValueError, AttributeError) as error:
        raise app_error(config, f"cannot be read as JSON: {error}") from error
    if not isinstance(given, str) or Path(given).is_absolute() or ".." in Path(given).parts:
        raise app_error(config, f"`functions` is no folder inside the project: {given!r}")
    return given


def _module_name(file: Path, functions: Path) -> str | None:
    """What a file is called as a module; None if it holds no functions."""
    below = file.relative_to(functions)
    if file.suffix not in _SUFFIXES or not file.is_file():
        return None
    if any(part.startswith((".", "#", "_generated")) or part == "node_modules"
           for part in below.parts):  # fmt: skip
        return None
    name = below.with_suffix("").as_posix()
    if name == "schema":
        return name
    return None if "." in below.stem or name in _NOT_FUNCTIONS else name


def _runs_in_node(file: Path) -> bool:
    try:
        return _USE_NODE.match(file.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError as error:
        raise app_error(file, f"cannot be read: {error.strerror}") from error
