"""One script of a project's functions, made by the project's own esbuild: no Node is needed.

The script is read once more afterwards (`states`): every module-level variable of the project gets
a probe, so that one which keeps state from one execution to the next can be named.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .components import MARK, component_scripts, find_installation
from .errors import app_error
from .project import Project, find_esbuild, find_project

_TIME_LIMIT = 60
_LARGEST = 64 << 20
_MARK = "//! sim bundle "
_STATES = "__states__"
NODE_MODULES = (
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto",
    "dgram", "dns", "events", "fs", "http", "http2", "https", "module", "net", "os", "path",
    "perf_hooks", "process", "punycode", "querystring", "readline", "stream", "string_decoder",
    "timers", "tls", "tty", "url", "util", "v8", "vm", "worker_threads", "zlib",
)  # fmt: skip
"""Modules of Node itself: the runtime stands in for them."""
_GENERATED = {
    "api.js": 'import { anyApi, componentsGeneric } from "convex/server";\n'
    "export const api = anyApi, internal = anyApi, components = componentsGeneric();\n",
    "server.js": "export { actionGeneric as action, httpActionGeneric as httpAction, "
    "internalActionGeneric as internalAction, internalMutationGeneric as internalMutation, "
    "internalQueryGeneric as internalQuery, mutationGeneric as mutation, "
    'queryGeneric as query } from "convex/server";\n',
    "dataModel.js": "export {};\n",
}
"""What `convex codegen` writes, as far as it is more than types."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A script ready to load, and what cannot be read from it any more."""

    source: str
    filename: str
    node: frozenset[str]
    """Modules that begin with "use node"."""

    @property
    def app(self) -> str:
        """The part without the components."""
        return self.source.partition(MARK)[0]

    @property
    def digest(self) -> str:
        """What the code is known by: equal code has an equal digest, wherever it lies."""
        text = self.source + "\n" + " ".join(sorted(self.node))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def text(self) -> str:
        """As a file, which `read_bundle` reads back."""
        return f"{_MARK}{json.dumps({'node': sorted(self.node)})}\n{self.source}"


def read_bundle(file: Path) -> Bundle:
    """A bundle from a file; raises `ScenarioError` if it is none."""
    text = _read(file)
    first, _, source = text.partition("\n")
    if not first.startswith(_MARK):
        raise app_error(file, "is no bundle: `sim bundle ROOT --out FILE` makes one")
    try:
        about = json.loads(first.removeprefix(_MARK))
    except ValueError as error:
        raise app_error(f"{file}:1", "the bundle's first line is damaged") from error
    return Bundle(source, str(file), frozenset(about["node"]))


def bundle_project(root: Path, extra: tuple[str, ...] = ()) -> Bundle:
    """A project as one script; raises `ScenarioError` with file and line if it does not build."""
    return _bundled(root, _newest(root), extra)


def bundle_scripts(file: Path, root: Path) -> Bundle:
    """The scenario's own module of mocks and clients as one script; its exports stay plain."""
    if not file.is_file():
        raise app_error(file, "there is no such file")
    project = find_project(root)
    path = json.dumps(f"./{file.name}")
    entry = f"import * as scripts from {path};\nglobalThis.__simulateScripts(scripts);\n"
    source = _esbuild(project, entry, file.resolve().parent, ())
    return Bundle(source, str(file), frozenset())


@cache
def _bundled(root: Path, _newest_change: float, extra: tuple[str, ...]) -> Bundle:
    project = find_project(root)
    with _with_generated(project) as (folder, functions):
        entry, components = _entry(project, functions.relative_to(folder)), ""
        if project.config is not None:

            def build(script: str, more: tuple[str, ...]) -> str:
                return _esbuild(project, script, folder, (*extra, *more))

            config = (functions / project.config.name).resolve()
            there = find_installation(config, folder, build)
            lines, configured = there.imports(config)
            entry = lines + "\n" + entry.replace(f"{_STATES});", f"{_STATES}, {configured});")
            components = component_scripts(there, build)
        source = _esbuild(project, entry, folder, extra)
    return Bundle(_with_states(source) + components, f"{root.name}.js", project.node)


def _newest(root: Path) -> float:
    """When anything in the project's functions changed last: then it is bundled again."""
    project = find_project(root)
    files = [*project.modules.values(), *filter(None, [project.schema, project.config])]
    return max(file.stat().st_mtime for file in files)


def _entry(project: Project, functions: Path) -> str:
    """The script that imports every module and hands them to the runtime."""

    def path(file: Path) -> str:
        return json.dumps("./" + (functions / file.relative_to(project.functions)).as_posix())

    lines = [f"import * as m{n} from {path(file)};"
             for n, file in enumerate(project.modules.values())]  # fmt: skip
    if project.schema is not None:
        lines.append(f"import schema from {path(project.schema)};")
    names = ", ".join(f"{json.dumps(name)}: m{n}" for n, name in enumerate(project.modules))
    schema = "null" if project.schema is None else "schema"
    return "\n".join([*lines, f"globalThis.__simulate({{ {names} }}, {schema}, {_STATES});"])


@contextmanager
def _with_generated(project: Project) -> Iterator[tuple[Path, Path]]:
    """The project with its ``_generated`` folder, made up beside it if it is not there.

    Links among the functions become the files they stand for: what they import lies beside them.
    """
    if project.generated and not any(file.is_symlink() for file in project.modules.values()):
        yield (
            project.root.resolve(),
            project.root.resolve() / project.functions.relative_to(project.root),
        )
        return
    with tempfile.TemporaryDirectory(prefix="sim-") as name:
        root, original = Path(name).resolve(), project.root.resolve()
        functions = root / project.functions.relative_to(project.root)
        _mirror(original, root, functions)
        generated = functions / "_generated"
        if project.generated:
            yield root, functions
            return
        generated.mkdir(exist_ok=True)
        for file, text in _GENERATED.items():
            (generated / file).write_text(text, encoding="utf-8")
        yield root, functions


def _mirror(original: Path, root: Path, functions: Path) -> None:
    """Links to everything in a project, but real folders where the functions are."""
    for item in original.iterdir():
        target = root / item.name
        if functions == target or target in functions.parents:
            target.mkdir()
            _mirror(item, target, functions) if target != functions else _copy(item, target)
        else:
            target.symlink_to(item, target_is_directory=item.is_dir())


def _copy(original: Path, target: Path) -> None:
    for item in original.iterdir():
        if item.is_dir():
            (target / item.name).mkdir()
            _copy(item, target / item.name)
        else:
            (target / item.name).write_bytes(item.read_bytes())


def _esbuild(project: Project, entry: str, folder: Path, extra: tuple[str, ...]) -> str:
    """Run esbuild on a script in a folder; the bundle."""
    command = [
        str(find_esbuild(project)), "--bundle", "--format=iife", "--target=es2022",
        "--conditions=convex,module", "--platform=browser", "--main-fields=module,main",
        '--define:process.env.NODE_ENV="production"', f"--define:{_STATES}=globalThis.{_STATES}",
        "--log-level=error", "--color=false", "--log-limit=1", "--external:node:*",
        *(f"--external:{name}" for name in NODE_MODULES), *extra,
    ]  # fmt: skip
    root = project.root.resolve()
    modules = [str(above / "node_modules") for above in (root, *root.parents)
               if (above / "node_modules").is_dir()]  # fmt: skip
    environment = {"PATH": os.environ.get("PATH", ""), "NODE_PATH": os.pathsep.join(modules)}
    try:
        done = subprocess.run(
            command, input=entry, cwd=folder, capture_output=True, text=True,
            env=environment, timeout=_TIME_LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise app_error(project.root, f"esbuild did not end in {_TIME_LIMIT} s") from error
    except OSError as error:
        raise app_error(command[0], f"cannot be run: {error.strerror}") from error
    if done.returncode:
        raise _build_error(project, done.stderr)
    if len(done.stdout) > _LARGEST:
        raise app_error(project.root, f"the bundle is larger than {_LARGEST >> 20} MiB")
    return done.stdout


def _build_error(project: Project, stderr: str) -> Exception:
    """The first error of esbuild, with its file and line."""
    message = re.search(r"\[ERROR\] (.*)", stderr)
    place = re.search(r"^\s+(\S.*?:\d+:\d+):$", stderr, re.MULTILINE)
    text = message.group(1) if message else stderr.strip()[:300] or "esbuild failed"
    package = re.match(r'Could not resolve "([^."/][^"]*)"', text)
    if package is not None:
        text += ": is it installed? Run `npm install` in the project"
    where = f"{project.root}/{place.group(1)}" if place else project.root
    return app_error(where, text)


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST:
            raise app_error(file, f"is larger than {_LARGEST >> 20} MiB: no bundle")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise app_error(file, "there is no such file") from error
    except UnicodeDecodeError as error:
        raise app_error(file, "is not a text file") from error
    except OSError as error:
        raise app_error(file, f"cannot be read: {error.strerror}") from error


_MODULE = re.compile(r"^  // (?!node_modules/|.*/node_modules/)(\S.*\.[cm]?[jt]sx?)$")
_CONVEX = "node_modules/convex/"
_COMMENT = re.compile(r"^  // (\S.*\.[cm]?[jt]sx?)$")
_VARIABLE = re.compile(r"^  (?:var|let|const) ([A-Za-z_$][\w$]*)\b")


def modules_of(source: str) -> Iterator[tuple[str, str]]:
    """The modules of a bundle with their text; a minified one is a single module without a name."""
    name = ""
    lines: list[str] = []
    for line in source.split("\n"):
        if (found := _COMMENT.match(line)) is not None:
            yield name, "\n".join(lines)
            name, lines = found.group(1), []
        lines.append(line)
    yield name, "\n".join(lines)


def without_convex(source: str) -> str:
    """A bundle's text without the package `convex` itself; all of it if it is minified."""
    return "\n".join(text for name, text in modules_of(source) if _CONVEX not in name)


def _with_states(source: str) -> str:
    """The bundle with a probe of every module-level variable of the project."""
    module, probes = "", []
    for line in source.split("\n"):
        if (found := _MODULE.match(line)) is not None:
            module = found.group(1)
        elif line.startswith("  // "):
            module = ""
        elif module and (variable := _VARIABLE.match(line)) is not None:
            name = variable.group(1)
            probes.append(f"{json.dumps(f'{module}: {name}')}: () => {name}")
    return source.replace(f"globalThis.{_STATES}", "{ " + ", ".join(probes) + " }")
