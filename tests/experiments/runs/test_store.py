"""The store of finished runs: what is damaged or foreign is one clear error, no wrong result."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from sim.experiments import RunJob, Runner, Store
from sim.experiments.runs.store import code_hash
from sim.result import Result
from sim.scenario import ScenarioError, load_scenario
from sim.simulation import simulate

KEY = ("a scenario", 1)


@pytest.fixture(scope="module")
def result() -> Result:
    """A small one."""
    return simulate(load_scenario("scenarios/monitor.yaml", horizon="1m"))


@pytest.fixture
def file(tmp_path: Path, result: Result) -> Path:
    """A store with one run."""
    path = tmp_path / "runs.sqlite"
    with closing(Store(path)) as store:
        store.keep(*KEY, result)
    return path


def found(path: Path) -> Result | None:
    """What a store says of the run."""
    with closing(Store(path)) as store:
        return store.find(*KEY)


def test_what_is_kept_is_found(file: Path, result: Result) -> None:
    assert found(file) == result


def test_no_flipped_byte_gives_another_result_or_a_strange_error(
    file: Path, result: Result
) -> None:
    whole = file.read_bytes()
    errors = []
    for place in (*range(0, 100, 5), *range(100, len(whole), len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        file.write_bytes(damaged)
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
        try:
            assert found(file) in (result, None)
        except ScenarioError as error:
            errors.append(str(error))
    assert errors
    assert all(each.startswith(f"{file}: ") and "\n" not in each for each in errors)


def test_a_cut_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(ScenarioError, match=r"runs.sqlite: (is damaged|cannot be used)"):
        found(file)


@pytest.mark.parametrize(
    "blob",
    [b"", b"nonsense", zlib.compress(b"not JSON"), zlib.compress(b"{}"), zlib.compress(b"[]"),
     zlib.compress(b'{"functions": 3, "cost": 4}'), zlib.compress(b"{}")[:-2], "text", 5, None],
)  # fmt: skip
def test_a_blob_that_is_no_result_is_refused(tmp_path: Path, blob: object) -> None:
    path = tmp_path / "runs.sqlite"
    with closing(Store(path)) as store:
        store.find(*KEY)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("drop table runs")
        connection.execute("create table runs (code, scenario, seed, result)")
        connection.execute("insert into runs values (?, ?, ?, ?)", (code_hash(), *KEY, blob))
    with pytest.raises(ScenarioError, match=r"is damaged \(a run in it cannot be read\): delete"):
        found(path)


@pytest.mark.parametrize(
    "statement",
    ["create table users (name text)", "create table runs (a, b)", "create view runs as select 1",
     "create table runs (code, scenario, seed, result); create table more (a)"],
)  # fmt: skip
def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)
    before = path.read_bytes()
    with pytest.raises(ScenarioError, match=r"places.sqlite: is a database of something else"):
        found(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["places.sqlite"]


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "runs.sqlite").touch()
    os.mkfifo(tmp_path / "runs.sqlite-wal")
    for name in (str(tmp_path / "pipe"), str(tmp_path / "runs.sqlite"), "/dev/zero"):
        with pytest.raises(ScenarioError, match="is not a regular file, so it is no store of runs"):
            found(Path(name))


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "nowhere/runs.sqlite", "\ud800"])
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScenarioError, match="cannot be used as a store of runs"):
        found(tmp_path / name)


def test_a_name_that_is_not_utf_8_is_a_name(tmp_path: Path, result: Result) -> None:
    path = tmp_path / os.fsdecode(b"r\xff.sqlite")
    with closing(Store(path)) as store:
        store.keep(*KEY, result)
    assert found(path) == result


APP = """
from sim.scenario import Settings as Base
import helper
class Settings(Base):
    name: str
def install(backend, scenario):
    return lambda: {"size": helper.SIZE}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """One with an app of its own, which counts what its helper says."""
    (tmp_path / "my_app.py").write_text(APP)
    (tmp_path / "helper.py").write_text("SIZE = 1\n")
    path = tmp_path / "x.yaml"
    path.write_text("app: my_app\nhorizon: 1m\ntraffic: {organic: {rate: 0}}\n")
    return path


@pytest.mark.parametrize("workers", [1, 2])
def test_old_results_of_changed_code_are_not_found(scenario: Path, workers: int) -> None:
    store = Store(scenario.with_name("runs.sqlite"))

    def sizes() -> list[float]:
        loaded = load_scenario(scenario)
        with Runner(store=store, workers=workers) as runner:
            results = runner.results([RunJob(loaded, 1), RunJob(loaded, 2)])
        return [each.outcomes["size"] for each in results]

    assert sizes() == [1, 1]
    scenario.with_name("helper.py").write_text("SIZE = 2\n")
    assert sizes() == [2, 2]
    scenario.with_name("helper.py").write_text("raise SystemExit  # never run\nSIZE = 1\n")
    with pytest.raises(ScenarioError, match="SystemExit"):
        sizes()
    scenario.with_name("helper.py").write_text("SIZE = 1\n")
    assert sizes() == [1, 1]
    with closing(sqlite3.connect(scenario.with_name("runs.sqlite"))) as connection:
        assert connection.execute("select count(*) from runs").fetchone() == (4,)
    store.close()


def test_a_mistake_in_a_worker_is_said_as_here(scenario: Path) -> None:
    scenario.with_name("helper.py").write_text("")
    loaded = load_scenario(scenario)
    said = []
    for workers in (1, 2):
        with pytest.raises(ScenarioError) as caught, Runner(workers=workers) as runner:
            runner.results([RunJob(loaded, 1), RunJob(loaded, 2)])
        said.append(str(caught.value))
    assert said == [
        f"{scenario.parent}/my_app.py:7: in <lambda>: AttributeError: module 'helper' has no "
        "attribute 'SIZE'"
    ] * 2  # fmt: skip


def test_the_key_of_a_built_in_app_is_that_of_its_settings() -> None:
    fixed = load_scenario("scenarios/fixed.yaml")
    assert fixed.code == ""
    assert "code" not in json.dumps(fixed.resolved())
