"""The scenarios that come with the toolkit; ``shipped:fixed`` works in any folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from .errors import nearest
from .text import fault

SHIPPED = "shipped:"
"""Prefix of the names of files that come with the toolkit."""
INSTALLED = "shipped"
"""The folder of the installed package that they are in."""
SCENARIOS_HINT = "`sim scenarios` lists the scenarios that come with sim"
_OTHERS = ("budgets", "claims")
"""Folders of files that are no scenarios, or what such files are called in other folders."""
_KEPT = (".yaml", ".json", ".py", ".ts")


def shipped_folder() -> Path:
    """Where the files are: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / INSTALLED
    return installed if installed.is_dir() else package.parent / "scenarios"


def shipped_files() -> tuple[str, ...]:
    """The names of the files after ``shipped:``, scenarios first, without ``.yaml``."""
    folder = shipped_folder()
    files = (file.relative_to(folder) for file in _files(folder) if file.suffix != ".py")
    ordered = sorted(files, key=lambda file: (len(file.parts), file.parent, file.stem))
    return tuple(file.as_posix().removesuffix(".yaml") for file in ordered)


@dataclass(frozen=True, slots=True)
class Shipped:
    """One of the files."""

    name: str
    """After ``shipped:``."""
    kind: str
    """``scenario``, or ``budgets`` or ``claims``, as the folder is called that it lies in."""
    description: str
    needs_npm: bool
    """Whether its app is built with npm packages, which its folder's package.json names."""


def shipped_list() -> list[Shipped]:
    """The scenarios, then budgets and claims, each with its own description."""
    from .reading import read_document  # imported late: reading imports what this module needs

    found = []
    for name in shipped_files():
        file = shipped_folder() / f"{name}.yaml"
        if not file.exists():
            continue  # a baseline has no description
        settings = read_document(file).settings
        about = settings.get("description") or settings.get("title") or _first_comment(file)
        kind = next((part for part in name.split("/") if part in _OTHERS), "scenario")
        npm = kind == "scenario" and (file.parent / "package.json").exists()
        found.append(Shipped(name, kind, " ".join(str(about).split()), npm))
    return found


def npm_steps(folder: str) -> str:
    """How to run the scenarios of a shipped folder whose apps are built with npm packages."""
    return f"`sim scenarios --copy DIR`, then `npm install` in DIR/{folder}"


def is_shipped(file: Path) -> bool:
    """Whether a file or folder is one of an installed package, where nothing is to be written."""
    folder = shipped_folder()
    return folder.name == INSTALLED and file.resolve().is_relative_to(folder.resolve())


def _first_comment(file: Path) -> str:
    """The first sentence of the comment that a file begins with."""
    lines = takewhile(lambda line: line.startswith("#"), file.read_text().splitlines())
    return " ".join(line.lstrip("# ") for line in lines).partition(". ")[0].rstrip(".") + "."


def located(path: str | Path) -> Path:
    """The file that a path refers to; raises `ScenarioError` for an unknown ``shipped:`` name."""
    text = str(path)
    if not text.startswith(SHIPPED):
        return Path(path)
    name = text.removeprefix(SHIPPED).removesuffix(".yaml")
    names = shipped_files()
    if name not in names:
        known = [each for each in names if not Path(each).suffix]
        missing = fault(text, f"there is no such shipped file{nearest(name, known)}")
        missing.hint = SCENARIOS_HINT
        raise missing
    return shipped_folder() / (name if name.endswith(".json") else f"{name}.yaml")


def copy_shipped(to: Path) -> list[Path]:
    """Write the shipped files into a folder; it is created if necessary.

    Raises `ScenarioError` if one of them exists already; then nothing is written.
    """
    folder = shipped_folder()
    pairs = [(file, to / file.relative_to(folder)) for file in _files(folder)]
    there = [str(target) for _, target in pairs if target.exists()]
    if there:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise fault(there[0], f"is there already{more}: nothing was written")
    for file, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return [target for _, target in pairs]


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if "node_modules" in file.parts:  # what `npm install` brought is not ours to copy
            continue
        if file.suffix in _KEPT and not any(p.startswith((".", "__")) for p in file.parts[-2:]):
            yield file
