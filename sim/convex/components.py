"""The components that an app's ``convex.config`` installs: their folders, and a script of each.

A component is a folder with a ``convex.config`` of its own, in a package or beside the app's
functions. The script of one is run once for each time that it is installed (docs: components/using;
convex: npm-packages/convex/src/server/components).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import app_error
from .project import find_modules

Build = Callable[[str, tuple[str, ...]], str]
"""A script's text and further options of esbuild → the bundle."""
MARK = "//! components"
"""The line between the bundle of the app and those of its components."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Which component definitions there are, and which of them each ``convex.config`` imports."""

    config: Path
    uses: Mapping[Path, tuple[Path, ...]]

    def key(self, config: Path) -> str:
        """What a definition is called in the bundle."""
        return str(sorted(self.uses).index(config))

    def imports(self, config: Path) -> tuple[str, str]:
        """Lines that import a ``convex.config`` and those it uses; what to hand over of them."""
        lines, known = [f"import config from {_quoted(config)};"], []
        for n, used in enumerate(self.uses[config]):
            lines.append(f"import d{n} from {_quoted(used)};")
            known.append(f"[d{n}, {json.dumps(self.key(used))}]")
        return "\n".join(lines), f"config, [{', '.join(known)}]"


def find_installation(config: Path, folder: Path, build: Build) -> Installation:
    """Follow the imports of an app's ``convex.config`` to those of its components."""
    with tempfile.TemporaryDirectory(prefix="sim-") as temporary:
        metafile = Path(temporary) / "meta.json"
        out = f"--outfile={Path(temporary) / 'config.js'}"
        build(f"import {_quoted(config)};", (f"--metafile={metafile}", out))
        inputs = json.loads(metafile.read_text(encoding="utf-8"))["inputs"]
    graph = {
        (folder / name).resolve(): [(folder / each["path"]).resolve() for each in about["imports"]
                                    if not each.get("external")]
        for name, about in inputs.items()
    }  # fmt: skip
    configs = [file for file in graph if _is_config(file)]
    return Installation(config, {each: tuple(_reached(each, graph)) for each in configs})


def component_scripts(there: Installation, build: Build) -> str:
    """The scripts of all components, to be run after the app's own."""
    parts = []
    for config in sorted(there.uses):
        if config == there.config:
            continue
        modules, schema, node = find_modules(config.parent)
        if not any((config.parent / "_generated").glob("api.*")):
            raise app_error(config, "the component has no `_generated`: run `npx convex codegen`")
        lines, configured = there.imports(config)
        imports = [f"import * as m{n} from {_quoted(file)};"
                   for n, file in enumerate(modules.values())]  # fmt: skip
        if schema is not None:
            imports.append(f"import schema from {_quoted(schema)};")
        names = ", ".join(f"{json.dumps(name)}: m{n}" for n, name in enumerate(modules))
        given = f"{{ {names} }}, {'null' if schema is None else 'schema'}, {configured}"
        script = build("\n".join([lines, *imports, f"__register({given});"]), ())
        about = f"{json.dumps(there.key(config))}, {json.dumps(sorted(node))}"
        parts.append(f"globalThis.__component({about}, (Convex, __register) => {{\n{script}}});")
    return "\n".join([MARK, *parts, "globalThis.__install();", ""])


def _reached(start: Path, graph: Mapping[Path, list[Path]]) -> Iterator[Path]:
    """The other configs that a config imports, itself or through files that are none."""
    seen, waiting = {start}, list(graph[start])
    while waiting:
        file = waiting.pop(0)
        if file in seen:
            continue
        seen.add(file)
        if _is_config(file):
            yield file
        else:
            waiting += graph.get(file, [])


def _is_config(file: Path) -> bool:
    return file.stem == "convex.config"


def _quoted(file: Any) -> str:
    return json.dumps(Path(file).as_posix())
