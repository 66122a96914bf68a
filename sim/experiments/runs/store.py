"""Finished runs on disk: safe as soon as they end, found again by what they simulated."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from functools import cache
from pathlib import Path

from sim._version import __version__
from sim.result import Result, result_from
from sim.scenario import ScenarioError, fault, file_name, is_plain

_TABLE = """
create table if not exists runs (
    code text not null, scenario text not null, seed integer not null, result blob not null,
    primary key (code, scenario, seed)
) without rowid
"""
_PACKAGE = Path(__file__).parents[2]
_ROOMS = ("apps", "billing", "convex", "platform", "scenario", "simulation")
_GROUND = (
    "_version", "bad_input", "bins", "counters", "draws", "escaping", "guards", "loops", "metrics",
    "named", "numbers", "observation", "quantiles", "result", "views",
)  # fmt: skip
"""Rooms and single files that can change a result. Reports, commands and experiments only read
results, so a change in one of them discards no finished run."""
_COLUMNS = ["code", "scenario", "seed", "result"]
_BESIDE = ("-journal", "-wal", "-shm")
"""The endings of the files that SQLite keeps beside a store."""
_LARGEST = 1 << 30
"""The largest result in bytes; data that unpacks to more is not a result."""
_LOCKED_S = 30
"""How long to wait for another process that is writing (s)."""


class Store:
    """A SQLite file of results by (code, scenario hash and engine, seed).

    The hash of the code is part of the key, so results of another version, or of another engine,
    app or scenario code, are never reused. The scenario's hash covers the code of a user's app.
    Without a file the store is in memory only.

    The file is opened on first use, so a command that is refused leaves no file behind. Raises
    `ScenarioError` on first use or on a look-up if the file cannot be used or is damaged. A file
    that holds something else is not changed.
    """

    def __init__(self, file: Path | str = ":memory:") -> None:
        self._file = str(file)
        self._name = file_name(file)
        self._opened: sqlite3.Connection | None = None

    def find(self, scenario: str, seed: int) -> Result | None:
        """The result of a run that was kept."""
        select = "select result from runs where code = ? and scenario = ? and seed = ?"
        connection = self._connection()
        try:
            row = connection.execute(select, (code_hash(), scenario, seed)).fetchone()
        except sqlite3.Error as error:
            raise self._damaged(str(error)) from error
        return None if row is None else self._unpacked(row[0])

    def keep(self, scenario: str, seed: int, result: Result) -> None:
        """Keep a run; once this returns, it is safe on disk."""
        data = zlib.compress(json.dumps(result.to_dict(), separators=(",", ":")).encode())
        try:
            with self._connection() as connection:
                connection.execute(
                    "insert or replace into runs values (?, ?, ?, ?)",
                    (code_hash(), scenario, seed, data),
                )
        except sqlite3.Error as error:
            raise OSError(f"{self._name}: a run cannot be kept: {error}") from error

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._check_file()
            opened = None
            try:
                opened = sqlite3.connect(self._file, timeout=_LOCKED_S)
                opened.execute("pragma trusted_schema = off")
                self._check_tables(opened)
                opened.execute("pragma journal_mode = wal")
                opened.execute(_TABLE)
            except (sqlite3.Error, ScenarioError, UnicodeError) as error:
                if opened is not None:
                    opened.close()
                if isinstance(error, ScenarioError):
                    raise
                message = f"cannot be used as a store of runs: {error}"
                raise fault(self._name, message) from error
            self._opened = opened
        return self._opened

    def _check_file(self) -> None:
        """Refuse what SQLite should not open, such as a pipe, on which it would wait for ever."""
        if self._file == ":memory:":
            return
        for suffix in ("", *_BESIDE):
            file = Path(f"{self._file}{suffix}")
            try:
                file.stat()
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or "no file can have such a name"
                raise fault(self._name, f"cannot be used as a store of runs: {reason}") from error
            if not is_plain(file):
                raise fault(file_name(file), "is not a regular file, so it is no store of runs")

    def _check_tables(self, connection: sqlite3.Connection) -> None:
        """Refuse a database that is not a store."""
        there = connection.execute("select type, name from sqlite_master").fetchall()
        own = all(name == "runs" or name.startswith("sqlite_") for _, name in there)
        columns = [row[1] for row in connection.execute("pragma table_info(runs)")]
        if not own or (there and columns != _COLUMNS):
            message = "is a database of something else: not a store of runs"
            raise fault(self._name, message)

    def _unpacked(self, data: object) -> Result:
        """The result in a stored blob."""
        try:
            if not isinstance(data, bytes):
                raise TypeError(f"a result is no {type(data).__name__}")
            inflate = zlib.decompressobj()
            text = inflate.decompress(data, _LARGEST)
            if not inflate.eof:
                raise ValueError("a result is not complete")
            return result_from(json.loads(text))
        except (
            zlib.error,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
        ) as error:
            raise self._damaged("a run in it cannot be read") from error

    def _damaged(self, why: str) -> ScenarioError:
        message = f"is damaged ({why}): delete it, or name another file with --store"
        return fault(self._name, message)


def changes_results(package: Path = _PACKAGE) -> list[Path]:
    """The files of the package that a result can depend on.

    These are the files that a simulation imports, and all files of the apps and the JavaScript
    runtime. A test follows the imports and fails if one is missing here.
    """
    files = [package / f"{name}.py" for name in _GROUND]
    for room in _ROOMS:
        files += [each for each in (package / room).rglob("*")
                  if each.is_file() and "__pycache__" not in each.parts]  # fmt: skip
    return sorted(file for file in files if file.exists())


@cache
def code_hash(package: Path = _PACKAGE) -> str:
    """A hash of the version and of all files that a result can depend on."""
    digest = hashlib.sha256(__version__.encode())
    for source in changes_results(package):
        digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:24]
