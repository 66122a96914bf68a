"""Finished runs on disk: durable the moment they end, found again by what they simulated."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from sim._version import __version__
from sim.scenario import fault

_TABLE = """
create table if not exists runs (
    code text not null, scenario text not null, seed integer not null, result blob not null,
    primary key (code, scenario, seed)
) without rowid
"""


class Store:
    """A SQLite file of results by (code, scenario hash and engine, seed).

    The code's hash is part of the key, so results of another version or of changed sources are
    never mixed in. Without a file it is kept in memory only. The file is opened on first use, so
    that nothing is left behind by what is refused before; raises `ScenarioError` then if it cannot
    be used.
    """

    def __init__(self, file: Path | str = ":memory:") -> None:
        self._file = str(file)
        self._opened: sqlite3.Connection | None = None

    def find(self, scenario: str, seed: int) -> dict[str, Any] | None:
        """The result of a run that was kept, as `Result.to_dict` gave it."""
        row = (
            self._connection()
            .execute(
                "select result from runs where code = ? and scenario = ? and seed = ?",
                (code_hash(), scenario, seed),
            )
            .fetchone()
        )
        return None if row is None else json.loads(zlib.decompress(row[0]))

    def keep(self, scenario: str, seed: int, result: dict[str, Any]) -> None:
        """Keep a run: when this returns, it survives the end of the process."""
        data = zlib.compress(json.dumps(result, separators=(",", ":")).encode())
        try:
            with self._connection() as connection:
                connection.execute(
                    "insert or replace into runs values (?, ?, ?, ?)",
                    (code_hash(), scenario, seed, data),
                )
        except sqlite3.Error as error:
            raise OSError(f"{self._file}: a run cannot be kept: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            try:
                opened = sqlite3.connect(self._file, timeout=30)
                opened.execute("pragma journal_mode = wal")
                opened.execute(_TABLE)
            except sqlite3.Error as error:
                raise fault(self._file, f"cannot be used as a store of runs: {error}") from error
            self._opened = opened
        return self._opened


@cache
def code_hash(package: Path = Path(__file__).parents[2]) -> str:
    """A hash of the version and of all sources that a result may depend on."""
    digest = hashlib.sha256(__version__.encode())
    for source in sorted(package.rglob("*.py")):
        digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:24]
