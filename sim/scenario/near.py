"""Suggestions for a file that does not exist: the nearest name among the files around it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from .shipped import SHIPPED, shipped_files

SUFFIXES = (".yaml", ".yml", ".json")
MOST_ENTRIES = 2000
"""The most entries of a folder that are looked at."""
_SIMILAR = 0.8
"""From this likeness on a name may be a misspelling of the other, such as spkie of spike."""
_ELSEWHERE = ("node_modules", "__pycache__")


def near_file(missing: str, start: Path, but: str = "") -> str:
    """``; did you mean 'scenarios/fixed.yaml'?`` for a path relative to ``start``, or nothing.

    Looks into the folder that the path names, into ``start`` and the folders in it, and among the
    files that come with sim. ``but``: a file in ``start`` that cannot be meant.
    """
    wanted = Path(missing)
    if wanted.suffix not in ("", *SUFFIXES):
        return ""
    folders = dict.fromkeys((wanted.parent, Path(), *_folders(start)))
    files = [found for folder in folders for found in _files(start, folder) if found != Path(but)]
    files += [Path(f"{SHIPPED}{name}") for name in shipped_files()]
    ranked = [(_likeness(wanted, file), -place, str(file)) for place, file in enumerate(files)]
    likeness, _, best = max(ranked, default=(0.0, 0, ""))
    return f"; did you mean {best!r}?" if likeness >= _SIMILAR else ""


def _likeness(wanted: Path, file: Path) -> float:
    """How alike two names are, from 0 to 1; the folder they lie in does not count."""
    name = file.name.removeprefix(SHIPPED)
    stems = wanted.stem.lower(), Path(name).stem.lower()
    return SequenceMatcher(None, *stems).ratio()


def _folders(start: Path) -> Iterator[Path]:
    try:
        for each in islice(start.iterdir(), MOST_ENTRIES):
            if each.is_dir() and _is_shown(each.name) and each.name not in _ELSEWHERE:
                yield each.relative_to(start)
    except OSError:
        return


def _files(start: Path, folder: Path) -> Iterator[Path]:
    """The files of a folder that could be meant, relative to ``start``."""
    try:
        entries = sorted(islice((start / folder).iterdir(), MOST_ENTRIES))
    except (OSError, ValueError):
        return
    for each in entries:
        if each.suffix in SUFFIXES and _is_shown(each.name):
            yield folder / each.name


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and name.isprintable()
