"""What the measured incident gives under many seeds: ``python -m tools.measured reports``.

A burst begins with chance, so one run says little about their number. The report has it as a
distribution over the seeds, for several lengths of the API's lock-out.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, quantiles

from sim.experiments import RunJob, Runner
from sim.metrics import metric
from sim.numbers import count, percent
from sim.report import to_markdown
from sim.report.blocks import Block, Heading, TableBlock, Text
from sim.result import Result
from sim.scenario import load_scenario

MEASURED = "scenarios/measured.yaml"
SEEDS = range(1, 101)
LOCKOUTS = ("12h", "18h", "21h", "24h")
"""The scenario's own, and others that are most of a day."""
FEWER_SEEDS = range(1, 26)
"""Seeds of the lock-outs that are not the scenario's own."""
REPORT = "measured-seeds.md"
GENERATE, UPDATE = "setlists:autoGenerateSetlist", "artists:updateSpotifyData"


def report() -> str:
    """The report, as Markdown."""
    own = load_scenario(MEASURED)
    lockouts = [load_scenario(MEASURED, [f"external.lockout={each}"]) for each in LOCKOUTS]
    seeds = [SEEDS if each == own else FEWER_SEEDS for each in lockouts]
    pairs = zip(lockouts, seeds, strict=True)
    with Runner() as runner:
        found = runner.results([RunJob(each, seed) for each, among in pairs for seed in among])
    by_lockout = []
    for among in seeds:
        by_lockout.append(found[: len(among)])
        found = found[len(among) :]
    own_results = by_lockout[lockouts.index(own)]
    return to_markdown(blocks(own_results, dict(zip(LOCKOUTS, by_lockout, strict=True))))


def blocks(own: Sequence[Result], by_lockout: dict[str, Sequence[Result]]) -> list[Block]:
    """The blocks of the report."""
    return [
        Heading(f"measured: its bursts under {len(own)} seeds"),
        Text(
            "A burst is a stretch of hours, each with at least a tenth of the calls of the "
            "busiest hour. How many there are in 65 h 20 min hangs on when a view of a page or a "
            "cron starts the next one after a lock-out, and so on the seed."
        ),
        _by_bursts(own),
        TableBlock(
            "Seeds by the number of bursts, for several lengths of the lock-out",
            ["external.lockout", "seeds", *(f"{number} bursts" for number in _numbers(by_lockout))],
            [
                [lockout, str(len(results)), *(
                    percent(_counted(results)[number] / len(results))
                    for number in _numbers(by_lockout)
                )]
                for lockout, results in by_lockout.items()
            ],
        ),
        _spread(own),
    ]  # fmt: skip


def _counted(results: Sequence[Result]) -> Counter[int]:
    bursts = metric("bursts")
    return Counter(round(bursts.value(result)) for result in results)


def _numbers(by_lockout: dict[str, Sequence[Result]]) -> list[int]:
    return sorted({number for results in by_lockout.values() for number in _counted(results)})


def _by_bursts(results: Sequence[Result]) -> TableBlock:
    rows = []
    for number, seeds in sorted(_counted(results).items()):
        own = [each for each in results if metric("bursts").value(each) == number]
        rows.append([
            str(number), str(seeds), *(
                count(fmean(values)) for values in (
                    [each.calls.total for each in own],
                    [each.by_function[GENERATE].calls for each in own],
                    [each.by_function[GENERATE].conflicts_failed for each in own],
                    [each.by_function[UPDATE].conflicts_failed for each in own],
                )
            ),
        ])  # fmt: skip
    columns = ["bursts", "seeds", "calls, mean", f"{GENERATE}, mean", "its failed calls, mean",
               f"failed {UPDATE}, mean"]  # fmt: skip
    return TableBlock("How many bursts", columns, rows)


def _spread(results: Sequence[Result]) -> TableBlock:
    read: dict[str, Callable[[Result], float]] = {
        "calls": lambda each: each.calls.total,
        "calls of one burst": lambda each: each.calls.total / metric("bursts").value(each),
        "calls in the busiest hour": metric("calls_peak").value,
        "calls in an hour while the queue drains": metric("calls_draining").value,
        "hours in bursts": metric("burst_hours").value,
        f"failed calls of {GENERATE}": lambda each: each.by_function[GENERATE].conflicts_failed,
        f"failed calls of {UPDATE}": lambda each: each.by_function[UPDATE].conflicts_failed,
    }
    rows = []
    for name, of in read.items():
        values = [float(of(result)) for result in results]
        tenths = quantiles(values, n=10)
        ends = (min(values), tenths[0], tenths[4], tenths[8], max(values))
        rows.append([name, *map(count, ends)])
    return TableBlock(
        "Over the seeds", ["", "lowest", "10% below", "median", "90% below", "highest"], rows
    )


if __name__ == "__main__":
    Path(sys.argv[1], REPORT).write_text(report(), "utf-8")
