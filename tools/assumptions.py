"""Measures what MODEL.md's figures depend on: ``python -m tools.assumptions MODEL.md``.

Each row is `sim run scenarios/spike.yaml` with the settings or the seed in its first cell. The two
tables between the markers are written anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sim.causes import cycles_of
from sim.experiments import RunJob, Runner
from sim.numbers import count, percent
from sim.result import Result
from sim.scenario import load_scenario

SPIKE = "scenarios/spike.yaml"
SEEDS = range(1, 6)
ASSUMPTIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("population.filtered=[24]",),
    ("population.filtered=[46,2]",),
    ("external.lockout_after=100", "external.lockout=21h"),
    ("population.filtered=[46,2]", "external.lockout_after=100", "external.lockout=21h"),
    ("platform.latency.commit=28ms",),
    ("platform.latency.commit=30ms..50ms",),
    ("external.rate_window_kind=log",),
    ("external.rate_limit=200",),
    ("platform.deployment_class=S256",),
    ("platform.scheduler.overhead=10ms..20ms",),
)
"""Settings that are known least, each within its plausible range."""
GENERATE = "setlists:autoGenerateSetlist"
UPDATE = "artists:updateSpotifyData"
SYNC = "spotify:syncArtistCatalog"


def with_figures(text: str) -> str:
    """The document with both tables brought up to date."""
    scenarios = [load_scenario(SPIKE, list(settings)) for settings in ASSUMPTIONS]
    jobs = [RunJob(scenario, scenario.seed) for scenario in scenarios]
    jobs += [RunJob(scenarios[0], seed) for seed in SEEDS]
    with Runner() as runner:
        results = runner.results(jobs)
    assumed, seeded = results[: len(ASSUMPTIONS)], results[len(ASSUMPTIONS) :]
    text = _between(text, "seeds", _seeds(seeded))
    return _between(text, "assumptions", _assumptions(assumed))


def _between(text: str, name: str, table: str) -> str:
    begin = f"<!-- {name}: written by `make assumptions`, do not edit -->"
    end = f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"the document lacks {begin} or {end}")
    return f"{before}{begin}\n\n{table}\n{end}{after}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(columns) - 2), "---"]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (columns, rule, *rows))


def _seeds(results: Sequence[Result]) -> str:
    columns = ["seed", "calls a day", f"`{GENERATE}`", "its failed calls", f"failed `{UPDATE}`"]
    return _table(columns, [
        [str(result.scenario.seed), count(result.calls.per_day),
         count(result.by_function[GENERATE].per_day), _failed(result, GENERATE),
         _failed(result, UPDATE)]
        for result in results
    ])  # fmt: skip


def _assumptions(results: Sequence[Result]) -> str:
    columns = [
        "`--set`", "calls", "in its last hour, a day", "generations failed", "updates failed",
        "passes that get through", "of which each starts", "peak backlog", "bound by",
    ]  # fmt: skip
    return _table(columns, [
        [
            " ".join(f"`{setting}`" for setting in settings) or "(default)",
            count(result.calls.total),
            count(24 * sum(use.per_bin[-1] for use in result.by_function.values())),
            _failed(result, GENERATE),
            _failed(result, UPDATE),
            *_passes(result),
            count(result.scheduler.peak_backlog),
            ", ".join(bound.name for bound in result.bounds) or "nothing",
        ]
        for settings, result in zip(ASSUMPTIONS, results, strict=True)
    ])  # fmt: skip


def _failed(result: Result, function: str) -> str:
    return count(result.by_function[function].conflicts_failed)


def _passes(result: Result) -> tuple[str, str]:
    """Of the loop's passes: the share that starts any other, and how many each of these starts."""
    loop = next(cycle for cycle in cycles_of([result]) if SYNC in cycle.path)
    return percent(loop.through), f"{loop.unhindered:.2f}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(with_figures(file.read_text("utf-8")), "utf-8")
