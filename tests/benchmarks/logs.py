"""How fast logs are read, and what other engines would take for the same counts.

``python -m tests.benchmarks.logs FOLDER [MILLIONS...]`` writes files of so many million events into
a folder, from a run of the spike that is repeated with later times, and reads them. The engines
that are not installed are left out. CPU time is what counts: other work on the machine does not
change it much.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ENGINES: dict[str, tuple[str, str]] = {
    "sim observe": ("msgspec", """
from sim.logs import observe
result = observe(FILE).result
print(result.calls.total, sum(use.errors for use in result.by_function.values()))
"""),
    "sim observe, without DuckDB": ("msgspec", """
from sim.logs import observe
from sim.logs.read import sql
sql.WORTH_IT = 1 << 62
result = observe(FILE).result
print(result.calls.total, sum(use.errors for use in result.by_function.values()))
"""),
    "msgspec + NumPy, same counts only": ("msgspec", """
import msgspec, numpy as np
from sim.logs.read.wire import V2
decoder, calls, errors = msgspec.json.Decoder(V2), 0, 0
with open(FILE, "rb") as stream:
    rest = b""
    while data := stream.read(4 << 20):
        lines, _, rest = (rest + data).rpartition(b"\\n")
        rows = decoder.decode_lines(lines)
        names = np.array([hash(row.function.path) for row in rows])
        np.unique(names, return_counts=True)
        calls += len(rows)
        errors += sum(row.status == "failure" for row in rows)
print(calls, errors)
"""),
    "orjson + NumPy, same counts only": ("orjson", """
import orjson, numpy as np
calls = errors = 0
with open(FILE, "rb") as stream:
    rest = b""
    while data := stream.read(4 << 20):
        lines, _, rest = (rest + data).rpartition(b"\\n")
        rows = [orjson.loads(line) for line in lines.split(b"\\n")]
        names = np.array([hash(row["function"]["path"]) for row in rows])
        np.unique(names, return_counts=True)
        calls += len(rows)
        errors += sum(row["status"] == "failure" for row in rows)
print(calls, errors)
"""),
    "DuckDB, same counts only": ("duckdb", """
import duckdb
columns = "{'status': 'VARCHAR', 'execution_time_ms': 'BIGINT', 'function': 'STRUCT(path VARCHAR)'}"
source = f"read_json('{FILE}', format='newline_delimited', columns={columns})"
found = duckdb.sql(f'''select count(*) n, sum(case when status = 'failure' then 1 else 0 end) e,
    "function".path from {source} group by 3''').fetchall()
print(sum(row[0] for row in found), sum(row[1] for row in found))
"""),
    "Polars, same counts only": ("polars", """
import polars as pl
schema = {"status": pl.String, "execution_time_ms": pl.Int64,
          "function": pl.Struct({"path": pl.String})}
found = (pl.scan_ndjson(FILE, schema=schema)
         .group_by(pl.col("function").struct.field("path"))
         .agg(pl.len().alias("n"), (pl.col("status") == "failure").sum().alias("e"))
         .collect(engine="streaming"))
print(found["n"].sum(), found["e"].sum())
"""),
}  # fmt: skip
"""Name → the package that it needs, and its program."""
_STEP = b'{"timestamp":'


def written(folder: Path, millions: float) -> Path:
    """A file of so many million events; it is made once."""
    from sim.logs.emit import emission
    from sim.scenario import load_scenario
    from sim.simulation import simulate

    base = folder / "base.jsonl"
    scenario = load_scenario("scenarios/spike.yaml", horizon="20m")
    if not base.exists():
        with emission(scenario, base) as emitting:
            simulate(scenario, journal=emitting.journal)
            emitting.done()
    file = folder / f"{millions:g}M.jsonl"
    if file.exists():
        return file
    lines = base.read_bytes().splitlines(keepends=True)
    left, shift = round(millions * 1e6), 0
    with file.open("wb") as stream:
        while left > 0:
            for line in lines[:left]:
                begin = len(_STEP)
                end = line.index(b",", begin)
                stream.write(_STEP + str(int(line[begin:end]) + shift).encode() + line[end:])
            left -= len(lines)
            shift += scenario.horizon // 1000
    return file


def measured(program: str, file: Path) -> tuple[float, float, float, str]:
    """CPU seconds, wall seconds, the most memory (MiB) and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    code = (
        f"FILE = {str(file)!r}\n{program}\n"
        "import re; status = open('/proc/self/status').read()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)"
    )
    guarded = f"if __name__ == '__main__':\n    exec({code!r})"
    done = subprocess.run(
        [sys.executable, "-c", guarded], capture_output=True, text=True, check=True
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said, memory = done.stdout.strip().splitlines()[-2:]
    return cpu, wall, float(memory), said


def main(say: Callable[[str], object] = sys.stdout.write) -> None:
    """Print a table of all engines and sizes."""
    folder, *sizes = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    say(f"{os.cpu_count()} cores\n")
    say(f"{'engine':36} {'events':>10} {'CPU µs/event':>13} {'wall s':>8} {'MiB':>6}\n")
    for size in map(float, sizes or ["1"]):
        file = written(Path(folder), size)
        for name, (package, program) in ENGINES.items():
            if importlib.util.find_spec(package) is None:
                continue
            cpu, wall, memory, said = measured(program, file)
            each = cpu / size
            say(f"{name:36} {size:>9g}M {each:>13.2f} {wall:>8.1f} {memory:>6.0f}  {said}\n")


if __name__ == "__main__":
    main()
