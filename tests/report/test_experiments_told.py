"""What the reports of experiments say of results that are written down."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from sim import Result
from sim.experiments import BackfillReport, Envelope, RecoverReport, Recovery, Region, SafeLimit
from sim.experiments.backfill import AddedUse, Rule
from sim.experiments.envelope import EnvelopeEdge, Probe
from sim.experiments.recover import MEASURES
from sim.experiments.replications import Replications
from sim.experiments.sweeps import Axis
from sim.report.backfill import backfill_report
from sim.report.envelope import envelope_report
from sim.report.recover import recover_report, time
from sim.report.replications import replications_report
from tests.made import check, even, made, use
from tests.report.told import told


def backfilled(**facts: Any) -> str:
    """The report of a safe backfill of fifty shows."""
    given: dict[str, Any] = {
        "scenario": "x", "shows": 50, "batch": 50, "wait_s": 3600.0, "runs": 1, "lasts_s": 500.0,
        "rows_reached": 50, "rules": [Rule("r", True, "d"), Rule("s", False, "e")], "safe": True,
        "checks": [check(verdict="pass"), check("b", verdict="pass")], "broken_before": [],
        "spike_at_s": None, "effects": [], "edges": [], "seeds": (1,), **facts,
    }  # fmt: skip
    return told(backfill_report(BackfillReport(**given)))


def test_a_backfill_says_whether_it_is_safe_and_what_it_reaches() -> None:
    text = backfilled()
    assert "50 a run, 60 min between runs: SAFE" in text
    assert "2 of 2 bounds hold under one seed, which says nothing of other seeds." in text
    assert "1 run and takes 8.33 min. It looks at all 50 shows." in text
    assert "| r | d | yes | | s | e | NO |" in text
    broken = backfilled(safe=False, seeds=(1, 2), spike_at_s=60.0, runs=2, rows_reached=49,
                        checks=[check(), check("b", verdict="pass")], broken_before=["c"],
                        )  # fmt: skip
    assert "NOT SAFE" in broken
    assert "Calls spike in the time bin that ends after 60 s." in broken
    assert "It breaks a. 1 of 2 bounds hold over 2 seeds, each tested at the 95%" in broken
    assert "the same 49 rows, so 1 of 50 shows are never reached" in broken
    assert "Broken without the backfill too" in broken
    unjudged = backfilled(checks=[])
    assert "No budget was judged" in unjudged
    assert "60 min between runs: NOT JUDGED: give --budgets" in unjudged
    assert "NOT SAFE" in backfilled(checks=[], safe=False, spike_at_s=60.0)


def test_the_edges_and_effects_of_a_backfill() -> None:
    edges = [
        SafeLimit("largest batch", 120.0, "rows", False, 7, ["spike", "a"]),
        SafeLimit("largest batch", 500.0, "rows", True, 1, []),
        SafeLimit("shortest wait", 180.0, "s", False, 3, ["a"]),
        SafeLimit("shortest wait", math.nan, "s", False, 2, ["a", "b", "c"]),
    ]
    effects = [AddedUse("calls", 5.0, 2.0), AddedUse("dollars", -1.0, math.inf)]
    text = backfilled(edges=edges, effects=effects)
    assert "| 120 rows | breaks spike and a (7 values tried) |" in text
    assert "| 500 rows | not searched: this end of the range is still safe |" in text
    assert "| 3 min | breaks a (3 values tried) |" in text
    assert "| none | every value breaks a, b and c |" in text
    assert "| calls | +5 | +3 to +7 |" in text
    assert "| cost | -$1.00 | unknown (one seed) |" in text


def probe(value: int, safe: bool, seeds: int = 3, decided: bool = True) -> Probe:
    """A value that was tried."""
    return Probe(value, safe, () if safe else ("b",), seeds, decided)


def enveloped(*regions: Region) -> str:
    """The report of a search from 1 to 9."""
    axis = Axis("app.refresh.limit", tuple(range(1, 10)))
    return told(envelope_report(Envelope(even(), axis, [], list(regions), 10)))


def test_an_envelope_says_where_no_limit_was_found() -> None:
    free = Region({}, [(1, 9)], [], [probe(1, True), probe(9, True)])
    none = Region({}, [], [], [probe(1, False), probe(9, False, 10, False)])
    found = Region({}, [(1, 4), (6, 6)], [EnvelopeEdge(4, 5, ("b", "c"), True),
                                          EnvelopeEdge(6, 7, ("b",), False)],
                   [probe(4, True), probe(5, False)])  # fmt: skip
    text = enveloped(found)
    assert r"| 1 to 4, 6 | 5, \~7 | b, c | 6 |" in text
    assert "In 1 row the safe values have gaps between them." in text
    assert "No limit was found" not in text
    assert "No safe value" not in text
    assert "could not be decided" not in text
    assert "No limit was found: every value" in enveloped(free)
    mixed = enveloped(free, none, none)
    assert "No limit was found in 1 row: every value" in mixed
    assert "No safe value was found in 2 rows: every value" in mixed
    assert "| none | every value | b | 13 |" in mixed
    assert "2 values could not be decided with 10 seeds" in mixed
    assert "gaps" not in mixed
    assert "runs under 3 to 10 seeds, until the 95% confidence bounds" in mixed
    axis = Axis("app.refresh.limit", (1, 2))
    few = told(envelope_report(Envelope(even(), axis, [], [free], 3)))
    assert "A value that is tried runs under 3 seeds." in few


def recovery(id_: str, **facts: Any) -> Recovery:
    """A measure that was not enough."""
    measure = next(each for each in MEASURES if each.id == id_)
    given: dict[str, Any] = {
        "verdict": "not enough", "recovered_after_s": None, "relapsed_after_s": None,
        "excess_calls": 0, "excess_dollars": 0.0, "peak_backlog": 0, "final_backlog": 0,
        "calls_per_hour": 5.0, "jobs_cancelled": 0, "visitors_calls_refused": 0, "outcomes": {},
        **facts,
    }  # fmt: skip
    return Recovery(measure.id, measure.name, measure.fix, **given)


def recovered(**measures: dict[str, Any]) -> str:
    """The report of a recovery; names have _ for -."""
    found = [recovery(each.id, **measures.get(each.id.replace("-", "_"), {})) for each in MEASURES]
    return told(recover_report(RecoverReport(
        "x", 1, 7200.0, 600.0, {"app": {"a": True}}, {"app": {"a": True}}, 300.0, 3600.0, 60.0, 0.1,
        100.0, 120.0, 3, 150.0, 1, found,
    )))  # fmt: skip


def back(after: float, verdict: str = "enough", **facts: Any) -> dict[str, Any]:
    """Facts of a measure that brought it back."""
    return {"verdict": verdict, "recovered_after_s": after, **facts}


@pytest.mark.parametrize(
    ("measures", "headline"),
    [
        ({}, "nothing brings it back within the horizon"),
        ({"nothing": back(0)}, "calls are normal already at the time of the fix"),
        ({"nothing": back(60)}, "it recovers by itself"),
        ({"clear": back(60), "pause": back(60), "fix": back(60)},
         "clearing or pausing is enough, without the fix"),
        ({"fix": back(60)}, "metastable: only the fix brings it back, and the fix alone is enough"),
        ({"fix_clear": back(60)}, "fixing alone is not enough, but fixing and clearing is"),
    ],
)  # fmt: skip
def test_the_headline_of_a_recovery(measures: dict[str, Any], headline: str) -> None:
    assert recovered(**measures).startswith(f"# x: {headline}")


def test_a_recovery_in_words() -> None:
    text = recovered(
        fix=back(600, excess_calls=1000, excess_dollars=0.005),
        fix_clear=back(540, "not needed", excess_calls=400, jobs_cancelled=1,
                       outcomes={"shows": -2.0, "setlists_filled": 0.0}),
        fix_pause=back(630, "not needed", visitors_calls_refused=7),
        clear={"relapsed_after_s": 60.0, "final_backlog": 1, "jobs_cancelled": 3},
        pause={"relapsed_after_s": 90.0},
    )  # fmt: skip
    assert "1 job waiting. A pause lasts 5 min." in text
    assert "app.a=true" in text
    assert (
        "fixing: enough. Normal again after 10 min, with 1,000 calls and $0.0050 more than" in text
    )
    assert ("fixing and clearing: not needed. Normal again after 9 min, with 400 calls more than "
            "normal, 1 min sooner than by fixing, which saves 600 calls and $0.0050. The price: 1 "
            "job cancelled and 2 fewer shows than by fixing alone.") in text  # fmt: skip
    assert ("fixing and pausing: not needed. Normal again after 10 min, no sooner than by fixing. "
            "The price: 7 calls of visitors refused.") in text  # fmt: skip
    assert ("clearing: not enough. Within 1 min of that, calls are above normal again. At the end "
            "there are 5 calls an hour and 1 job waiting. The price: 3 jobs "
            "cancelled.") in text  # fmt: skip
    assert "pausing: not enough. Within 90 s of the end of the pause, calls" in text
    assert "nothing: not enough. At the end there are 5 calls an hour." in text
    later = recovered(fix=back(0), fix_pause=back(60, "not needed"))
    assert "Normal again after 1 min, 1 min later than by fixing." in later
    assert "fixing: enough. Normal again at once." in later


def test_a_time_as_a_person_says_it() -> None:
    assert [time(each) for each in (0, 1, 59, 60, 61, 119, 120, 121, 3570, 3600, 3660, 7200)] == [
        "at once", "1 s", "59 s", "1 min", "61 s", "119 s", "2 min", "2 min", "1 h", "1 h",
        "1 h 1 min", "2 h",
    ]  # fmt: skip


def test_replications_say_how_wide_intervals_are() -> None:
    def one(calls: int, seed: int) -> Result:
        result = made({"a:a": use({"cron": calls})})
        return replace(result, scenario=replace(result.scenario, seed=seed))

    single = told(replications_report(Replications(even(), [one(9, 1)])))
    assert "seed 1" in single
    assert "| unknown | unknown |" in single
    pair = [one(90, 1), one(110, 2)]
    wide = told(replications_report(Replications(even(), pair, 0.01, ("calls",), 40)))
    assert "2 replications (seeds 1 to 2)" in wide
    assert "Metrics whose ± is still more than 1% of the mean after 2 replications" in wide
    assert "No more were run: 40 would not be enough." in wide
    assert "No more were run" not in told(
        replications_report(Replications(even(), pair, 0.01, ("calls",), 2))
    )
    good = told(replications_report(Replications(even(), pair, 5.0, ("calls",), 40)))
    assert "The ± of calls is at most 500% of its mean." in good
    same = told(replications_report(Replications(even(), [one(9, 1), one(9, 2)], 0.01)))
    assert "Every ± is at most 1% of its mean." in same
