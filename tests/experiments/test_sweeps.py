"""Sweeps: the grid, runs that are kept, and the same answer however they were run."""

from __future__ import annotations

import ast
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import simulate
from sim.experiments import Axis, RunJob, Runner, Store, parse_axis, parse_sample, sweep
from sim.experiments.runs import store as store_module
from sim.experiments.sweeps import nondominated
from sim.experiments.sweeps.design import sampled
from sim.result import result_from
from sim.scenario import ScenarioError, load_scenario, parse_duration
from tests.command import sim
from tests.test_rooms import modules

SMALL = load_scenario("scenarios/fixed.yaml", horizon="10m")
AXES = [Axis("app.refresh.limit", (10, 40)), Axis("app.generate.placeholder", (True, False))]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=1,2,3", (1, 2, 3)),
        ("a.b=10..50:20", (10, 30, 50)),
        ("a.b=10..55:20", (10, 30, 50)),
        ("a.b=0s..1m:30s", ("0s", "30s", "1m")),
        ("a.b=0s, 2s", ("0s", "2s")),
        ("a.b=0.1..0.5:0.2", (0.1, 0.3, 0.5)),
        ("a.b=true,false", (True, False)),
        ("a.b=[1s,2s],[]", (["1s", "2s"], [])),
        ("a.b=5", (5,)),
    ],
)
def test_an_axis_is_a_list_or_a_range(text: str, values: tuple[Any, ...]) -> None:
    assert parse_axis(text) == Axis("a.b", values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.b", "expected path=value,value or path=low..high:step"),
        ("a.b=", "expected path=value,value"),
        ("=1", "expected path=value,value"),
        ("a.b=1,1", "a value appears twice"),
        ("a.b=9..1:1", "from the lower to the higher"),
        ("a.b=1..9:0", "step of a range must be above zero"),
        ("a.b=1..9999999:1", "more than 10,000 values"),
        ("a.b=1..2m:1", "a range needs numbers or durations"),
        ("a.b=9..1", "from the lower to the higher"),
        ("a.b=7..7", "two ends of a range must differ"),
        ("a.b=[1", "is not valid YAML"),
    ],
)
def test_what_spells_no_axis_is_refused(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=r"^--vary ") as error:
        parse_axis(text)
    assert message in str(error.value)


@given(low=st.integers(0, 500), step=st.integers(1, 50), steps=st.integers(0, 40))
def test_a_range_includes_both_ends(low: int, step: int, steps: int) -> None:
    high = low + step * steps
    axis = parse_axis(f"x={low}..{high}:{step}")
    assert isinstance(axis, Axis)
    values = axis.values
    assert (values[0], values[-1], len(values)) == (low, high, steps + 1)


def test_every_combination_is_run_under_every_seed() -> None:
    done = sweep(SMALL, AXES, replications=2, workers=1)
    assert [list(cell.settings.values()) for cell in done.cells] == [
        [10, True], [10, False], [40, True], [40, False],
    ]  # fmt: skip
    for cell in done.cells:
        own = SMALL.with_(**cell.settings)
        for seed, result in zip((1, 2), cell.results, strict=True):
            assert result.calls == simulate(own, seed=seed).calls
            assert result.scenario.seed == seed


def test_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    alone = sweep(SMALL, AXES, replications=2, workers=1)
    together = sweep(SMALL, AXES, replications=2, workers=2)
    assert together.to_json() == alone.to_json()


def counted(monkeypatch: pytest.MonkeyPatch, stop_after: int = 1_000) -> list[int]:
    """The seeds that were simulated in this process; interrupts after so many."""
    seeds: list[int] = []

    def count(scenario: Any, *, seed: int) -> Any:
        if len(seeds) >= stop_after:
            raise KeyboardInterrupt
        seeds.append(seed)
        return simulate(scenario, seed=seed)

    monkeypatch.setattr("sim.experiments.runs.local.simulate", count)
    return seeds


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a store is kept."""
    return tmp_path / "runs.sqlite"


def run(file: Path, **options: Any) -> str:
    """A sweep on a store of its own, as a process would open it."""
    store = Store(file)
    try:
        return sweep(SMALL, AXES, replications=2, workers=1, store=store, **options).to_json()
    finally:
        store.close()


def test_an_interrupted_sweep_goes_on_where_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sweep(SMALL, AXES, replications=2, workers=1).to_json()
    before = counted(monkeypatch, stop_after=3)
    with pytest.raises(KeyboardInterrupt):
        run(file)
    assert len(before) == 3
    after = counted(monkeypatch)
    told: list[tuple[int, int]] = []
    assert run(file, done=lambda done, number: told.append((done, number))) == whole
    assert len(after) == 5
    assert told == [(done, 8) for done in range(3, 9)]


def test_a_repeated_sweep_runs_nothing_and_a_larger_one_only_what_is_new(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(file)
    seeds = counted(monkeypatch)
    assert run(file) == first
    assert seeds == []
    store = Store(file)
    sweep(SMALL, [Axis("app.refresh.limit", (10, 40, 80)), AXES[1]], replications=2, workers=1,
          store=store)  # fmt: skip
    store.close()
    assert seeds == [1, 2, 1, 2]


def test_other_code_never_finds_old_results(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(file)
    seeds = counted(monkeypatch)
    monkeypatch.setattr(store_module, "code_hash", lambda: "changed")
    run(file)
    assert len(seeds) == 8


def test_the_code_hash_follows_every_source(tmp_path: Path) -> None:
    hash_of: Callable[[Path], str] = store_module.code_hash.__wrapped__
    hashes = []
    for change in ("apps/own/app.py", "convex/runtime/clock.js", "draws.py", "billing/prices.json"):
        file = tmp_path / change
        file.parent.mkdir(parents=True, exist_ok=True)
        hashes.append(hash_of(tmp_path))
        assert hash_of(tmp_path) == hashes[-1]
        file.write_text("x = 1\n")
        hashes.append(hash_of(tmp_path))
        file.write_text("x = 2\n")
        assert hash_of(tmp_path) not in hashes


def test_a_change_of_a_report_discards_no_finished_run(tmp_path: Path) -> None:
    hash_of: Callable[[Path], str] = store_module.code_hash.__wrapped__
    before = hash_of(tmp_path)
    for change in ("report/run.py", "cli/run.py", "experiments/runs/store.py", "lines.py"):
        (tmp_path / change).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / change).write_text("x = 1\n")
        assert hash_of(tmp_path) == before


def imported_at_any_time(module: str, file: Path, names: Mapping[str, Path]) -> Iterator[str]:
    """The package's modules that a module imports, within functions too."""
    tree = ast.parse(file.read_text("utf-8"))
    for_types = {
        each for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for each in ast.walk(node)
    }  # fmt: skip
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node in for_types:
            continue
        above = package.split(".")
        above = above[: len(above) - node.level + 1] if node.level else []
        origin = ".".join([*above, *filter(None, [node.module])])
        yield from ({origin, *(f"{origin}.{alias.name}" for alias in node.names)} & set(names))


def test_every_file_that_a_simulation_imports_is_in_the_key() -> None:
    names = dict(modules())
    covered = set(store_module.changes_results())
    waiting = ["sim.simulation", *(name for name in names if "sim.apps" in name),
               *(name for name in names if "sim.convex" in name)]  # fmt: skip
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module not in seen and module != "sim":
            seen.add(module)
            waiting += imported_at_any_time(module, names[module], names)
    assert len(seen) > 100
    assert {module for module in seen if names[module].resolve() not in covered} == set()


def test_a_result_survives_its_plain_data() -> None:
    result = simulate(load_scenario("scenarios/alerts.yaml", horizon="10m"))
    assert result_from(json.loads(result.to_json())) == result


def test_a_combination_that_is_no_scenario_is_refused_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeds = counted(monkeypatch)
    with pytest.raises(ScenarioError, match=r"--vary app\.refresh\.limit=-1: app\.refresh\.limit"):
        sweep(SMALL, [Axis("app.refresh.limit", (1, -1))], workers=1)
    assert seeds == []


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "runs.sqlite"
    broken.write_text("this is no database, and long enough to be read as one " * 20)
    for file in (broken, tmp_path, tmp_path / "no" / "runs.sqlite"):
        with pytest.raises(ScenarioError, match="store of runs"):
            Store(file).find("any", 1)


def test_an_interrupted_sweep_exits_with_130_and_keeps_what_ended(tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", "scenarios/fixed.yaml", "--horizon", "10m",
         "--vary", "app.refresh.limit=1..900:1", "--store", str(store), "--workers", "2",
         "--out", str(tmp_path / "out.json")],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and kept(store) < 3:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to the workers too
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "interrupted"
    assert "Traceback" not in err
    assert 3 <= kept(store) < 900
    assert not (tmp_path / "out.json").exists()


def kept(store: Path) -> int:
    """Runs in a store, whether or not somebody writes to it."""
    if not store.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            return int(connection.execute("select count(*) from runs").fetchone()[0])
    except sqlite3.OperationalError:  # not even a table yet
        return 0
    finally:
        if "connection" in locals():
            connection.close()


def test_a_script_needs_no_guard_around_a_sweep(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sim\n"
        f"fixed = sim.Scenario.load({str(Path('scenarios/fixed.yaml').resolve())!r}, "
        "horizon='1m')\n"
        "print(len(sim.sweep(fixed, {'app.refresh.limit': [1, 2, 3]}, workers=2).cells))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


DEADLY = """
import os
from pathlib import Path
from sim.scenario import Count, Settings, param

class Settings(Settings):
    name: str = "deadly_app"
    dose: Count = param(0, "Ends the process above 2.")
    only_once: bool = param(False, "Only the first one that takes it.")

def install(backend, scenario):
    taken = Path(__file__).with_name("taken")
    if scenario.app.dose > 2 and not (scenario.app.only_once and taken.exists()):
        taken.touch()
        os._exit(1)
    return dict
"""


@pytest.fixture
def deadly(tmp_path: Path) -> Path:
    """An app that ends its process takes the place of one that the system kills."""
    (tmp_path / "deadly_app.py").write_text(DEADLY)
    (tmp_path / "deadly.yaml").write_text("app: deadly_app\nhorizon: 1m\n")
    return tmp_path / "deadly.yaml"


def test_the_runs_of_a_killed_worker_start_again(deadly: Path) -> None:
    store = deadly.with_name("runs.sqlite")
    args = ("--vary", "app.dose=0..8:1", "--set", "app.only_once=true", "--workers", "2")
    assert sim("sweep", str(deadly), *args, "--store", str(store), "--quiet") == 0
    assert kept(store) == 9


def test_workers_that_always_die_are_said_and_what_ended_is_kept(
    deadly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = deadly.with_name("runs.sqlite")
    args = ("--vary", "app.dose=0..8:1", "--workers", "2", "--store", str(store))
    assert sim("sweep", str(deadly), *args) == 2
    assert "worker processes are killed again and again" in capsys.readouterr().err
    assert kept(store) <= 3


def test_a_store_in_memory_is_one_too() -> None:
    with Runner(workers=1) as runner:
        one, other = runner.results([RunJob(SMALL, 1), RunJob(SMALL, 1)])
        assert one == other == runner.results([RunJob(SMALL, 1)])[0]


@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
@given(points=st.integers(2, 60), seed=st.integers(0, 99))
def test_a_sample_stays_inside_its_ranges_and_is_the_same_every_time(
    method: str, points: int, seed: int
) -> None:
    axes = [parse_axis("a=10..12"), parse_axis("b=0s..1s"), parse_axis("c=x,y"),
            parse_axis("d=0.5..1.5")]  # fmt: skip
    found = sampled(axes, parse_sample(f"{method}:{points}"), seed)
    assert found == sampled(axes, parse_sample(f"{method}:{points}"), seed)
    assert 1 <= len(found) <= points
    for each in found:
        assert each["a"] in (10, 11, 12)
        assert 0 <= parse_duration(each["b"]) <= 1_000_000
        assert each["c"] in ("x", "y")
        assert 0.5 <= each["d"] <= 1.5


def test_a_latin_hypercube_takes_every_value_equally_often() -> None:
    points = sampled([parse_axis("a=1..20"), parse_axis("b=1..20")],
                     parse_sample("latin-hypercube:20"), seed=3)  # fmt: skip
    for path in ("a", "b"):
        assert sorted(point[path] for point in points) == list(range(1, 21))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--vary", "app.refresh.limit=1..9"), "a grid needs a step"),
        (("--vary", "app.refresh.limit=1..9", "--sample", "sobel:8"), "did you mean 'sobol'"),
        (("--vary", "app.refresh.limit=1..9", "--sample", "sobol"), "2 to 100,000 points"),
        (
            ("--vary", "app.refresh.limit=1,2", "--cluster", "x", "--workers", "2"),
            "--workers sets processes on this machine",
        ),
    ],
)
def test_bad_options_of_a_sweep_are_refused(
    args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = str(tmp_path / "runs.sqlite")
    assert sim("sweep", "scenarios/fixed.yaml", *args, "--store", store) == 2
    assert message in capsys.readouterr().err


def test_a_sweep_is_a_frame_with_a_front() -> None:
    done = sweep(SMALL, {"app.refresh.limit": [10, 40, 400]}, replications=2, workers=1)
    frame = done.to_frame()
    assert list(frame["app.refresh.limit"]) == [10, 40, 400]
    assert (frame["function calls per day ±"] >= 0).all()
    front = done.pareto(minimise=["function calls per day"], maximise=["setlists filled"])
    assert set(front.index) <= {0, 1, 2}
    assert frame["function calls per day"].idxmin() in front.index
    named = done.pareto(minimise=["calls"], maximise=["outcomes.setlists_filled"])
    assert list(named.index) == list(front.index)
    assert list(named["calls"]) == list(front["function calls per day"])
    with pytest.raises(ScenarioError, match="did you mean 'setlists filled'"):
        done.pareto(maximise=["setlist filled"])


@given(points=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_a_front_has_just_the_points_that_nothing_beats(points: list[tuple[int, int]]) -> None:
    front = nondominated(points)
    assert front
    for place, (x, y) in enumerate(points):
        beaten = any(a <= x and b <= y and (a, b) != (x, y) for a, b in points)
        assert (place in front) == (not beaten)
