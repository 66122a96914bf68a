"""The documents that are there when a run starts: an export, JSONL files, or the app's own seed."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import app_error
from .settings import World

_LARGEST = 1 << 30
"""Bytes of an export, unpacked: what a scenario works on is far smaller."""
_DOCUMENTS = re.compile(r"(?:.*/)?([A-Za-z_]\w*)/documents\.jsonl")
_KEPT_SYSTEM_TABLES = ("_storage",)


@dataclass(frozen=True, slots=True)
class Table:
    """One table's documents, one JSON text a line."""

    name: str
    number: int
    """As the export's ids have it; 0 if that is not known."""
    text: str
    where: str


def tables_of(world: World) -> Iterator[Table]:
    """Every table that a world brings; raises `ScenarioError` if it cannot be read."""
    if world.export:
        yield from _of_export(Path(world.export))
    if world.folder:
        yield from _of_folder(Path(world.folder))


def _of_folder(folder: Path) -> Iterator[Table]:
    if not folder.is_dir():
        raise app_error(folder, "there is no such folder")
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise app_error(folder, "there are no JSONL files in it, such as `artists.jsonl`")
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise app_error(file, "cannot be read as text") from error
        yield Table(file.stem, 0, _checked(text, str(file)), str(file))


def _of_export(file: Path) -> Iterator[Table]:
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise app_error(file, f"is larger than {_LARGEST >> 20} MiB unpacked")
            names = {found.group(1): name for name in archive.namelist()
                     if (found := _DOCUMENTS.fullmatch(name))}  # fmt: skip
            if not names:
                raise app_error(file, "holds no `TABLE/documents.jsonl`: no export of Convex")
            numbers = _numbers(archive, names, file)
            for table, name in sorted(names.items()):
                if table.startswith("_") and table not in _KEPT_SYSTEM_TABLES:
                    continue
                where = f"{file}/{name}"
                text = _checked(archive.read(name).decode("utf-8"), where)
                yield Table(table, numbers.get(table, 0), text, where)
    except FileNotFoundError as error:
        raise app_error(file, "there is no such file") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise app_error(file, "is no ZIP archive, or a damaged one") from error
    except UnicodeDecodeError as error:
        raise app_error(file, "holds documents that are no text") from error
    except (OSError, RuntimeError) as error:  # such as an encrypted archive
        raise app_error(file, f"cannot be read: {error}") from error


def _numbers(archive: zipfile.ZipFile, names: dict[str, str], file: Path) -> dict[str, int]:
    """Table → number, as the ids of an export have it."""
    if "_tables" not in names:
        return {}
    numbers = {}
    for line in archive.read(names["_tables"]).decode("utf-8").splitlines():
        try:
            row = json.loads(line)
            numbers[str(row["name"])] = int(row["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise app_error(file, "its list of tables (`_tables`) cannot be read") from error
    return numbers


def _checked(text: str, where: str) -> str:
    """The text, every line of which is an object; raises `ScenarioError` with the line."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except ValueError as error:
            raise app_error(f"{where}:{number}", f"is no JSON: {error}") from error
        if not isinstance(document, dict):
            raise app_error(f"{where}:{number}", "a document is an object, one a line")
    return text
