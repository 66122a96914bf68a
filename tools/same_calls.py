"""Whether the setlist app in TypeScript makes the calls of the built-in one, function by function.

    python -m tools.same_calls buggy --horizon 2m --seeds 20
    python -m tools.same_calls fixed --horizon 24h
    python -m tools.same_calls buggy --horizon 1h --alike

Both run in the same world under the same seed. `--alike` takes away what the two draw or count in
different ways (see docs/your-typescript.md): then the counts are equal to the last call.
Exits with 1 if a difference is not within its 95% interval, or not zero where one seed is run.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.intervals import ConfidenceInterval
from sim.scenario import load_scenario
from sim.simulation import simulate

from .setlist_world import text_of, world_of

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BUILT_IN = {"buggy": "spike.yaml", "fixed": "fixed.yaml"}
ALIKE = (("platform.latency.query", "8ms"), ("platform.latency.document", "0us"))
"""Constant query times, whose order of drawing then does not matter, and no time for documents."""
NO_CACHE = ("app.query_cache", "0B")
"""The built-in app has no query cache."""

Calls = Mapping[str, int]


@contextmanager
def world_under(seed: int, app: Path) -> Iterator[Path]:
    """A copy of the app's scenarios with the world of a seed."""
    with tempfile.TemporaryDirectory(prefix="sim-") as name:
        folder = Path(name) / app.name
        folder.mkdir()
        for item in app.iterdir():
            if item.is_file():
                shutil.copy(item, folder)
            else:
                (folder / item.name).symlink_to(item, target_is_directory=True)
        world = text_of(world_of(str(SCENARIOS / "spike.yaml"), seed))
        (folder / "world.json").write_text(world, encoding="utf-8")
        yield folder


def calls(scenario: Path, settings: list[tuple[str, str]], seed: int, horizon: str) -> Calls:
    """Calls by function, without the flow of organic traffic."""
    loaded = load_scenario(scenario, settings, seed=seed, horizon=horizon)
    used = simulate(loaded).by_function
    return {name: use.calls for name, use in used.items() if not name.startswith("organic:")}


def both(
    checkout: str, seed: int, horizon: str, *, alike: bool = False,
    app: Path = SCENARIOS / "setlist-app",
) -> tuple[Calls, Calls]:  # fmt: skip
    """The calls of the app in TypeScript and of the built-in one."""
    settings = list(ALIKE) if alike else []
    with world_under(seed, app) as folder:
        own = [*settings, NO_CACHE]
        typescript = calls(folder / f"{checkout}.yaml", own, seed, horizon)
    return typescript, calls(SCENARIOS / BUILT_IN[checkout], settings, seed, horizon)


def table(pairs: Sequence[tuple[Calls, Calls]]) -> tuple[list[str], bool]:
    """The comparison as lines of a Markdown table; whether every difference may be chance."""
    names = {name for pair in pairs for calls in pair for name in calls}
    rows = []
    for name in names:
        left = [typescript.get(name, 0) for typescript, _ in pairs]
        right = [built_in.get(name, 0) for _, built_in in pairs]
        gap = ConfidenceInterval.of([a - b for a, b in zip(left, right, strict=True)])
        rows.append((sum(right), name, sum(left), gap))
    lines = ["| function | TypeScript | built in | difference |", "|---|---|---|---|"]
    fits, runs = True, len(pairs)
    for there, name, here, gap in sorted(rows, key=lambda row: (-row[0], row[1])):
        differs = gap.mean != 0 and gap.leaves_zero_out
        fits = fits and not differs
        lines.append(f"| `{name}` | {_mean(here, runs)} | {_mean(there, runs)} | {_spelled(gap)}"
                     f"{' **differs**' if differs else ''} |")  # fmt: skip
    return lines, fits


def _mean(total: int, runs: int) -> str:
    return f"{total:,}" if runs == 1 else f"{total / runs:,.1f}"


def _spelled(gap: ConfidenceInterval) -> str:
    if gap.mean == 0 and gap.half_width in (0, float("inf")):
        return "none"
    return f"{gap.mean:+,.3g}" + (f" ± {gap.half_width:,.3g}" if gap.half_width < 1e9 else "")


def main(arguments: list[str]) -> int:
    """Compare and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.same_calls")
    parser.add_argument("checkout", choices=tuple(BUILT_IN))
    parser.add_argument("--horizon", default="2m")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--alike", action="store_true")
    given = parser.parse_args(arguments)
    pairs = [both(given.checkout, seed, given.horizon, alike=given.alike)
             for seed in range(1, given.seeds + 1)]  # fmt: skip
    lines, fits = table(pairs)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
