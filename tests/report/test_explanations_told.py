"""What an explanation says of loops that are written down."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from sim.causes import Cycle
from sim.causes import Explanation as Causes
from sim.causes.explanation import RootShare
from sim.intervals import ConfidenceInterval
from sim.loops import Loop
from sim.report.explain import explain_report, loops_blocks
from sim.result import Bound
from tests.made import even, made, use
from tests.report.told import told


def caused(*cycles: Cycle, roots: dict[str, int] | None = None, **facts: Any) -> str:
    """The report of an explanation of two seeds."""
    by_root = roots or {"cron:x": 9}
    one = replace(use({"cron": 9}), by_root=by_root, rounds=3)
    result = replace(made({"a:a": one}), **facts)
    shares = [RootShare(name, 9.0, ConfidenceInterval(0.5, 0.1)) for name in by_root]
    return told(explain_report(Causes(even(), [], [result, result], list(cycles), shares)))


def cycle(mean: float = 2.0, half: float = 0.5, **facts: Any) -> Cycle:
    """A cycle that grows."""
    given: dict[str, Any] = {
        "passes": 100, "through": 1.0, "unhindered": mean, "interval_s": 10.0, "seeds": 2,
        "held_down": False, "ways": 1, "component": ConfidenceInterval(1.5, 0.1), **facts,
    }  # fmt: skip
    return Cycle(("m:a", "a:a", "m:a"), reproduction=ConfidenceInterval(mean, half), **given)


def test_a_loop_in_words() -> None:
    assert "No loop ran: no call descends" in caused()
    grows = caused(cycle())
    assert "The loop a → a → a was started by cron:x." in grows
    assert "Each pass starts 2.000 ±0.500 more, so the loop grows." in grows
    assert "The loop doubles every 10 s; one pass follows another after 10 s." in grows
    assert "No limit slows the loop down." in grows
    assert "of the passes start more passes" not in grows
    assert "It is one of" not in grows
    held = caused(cycle(0.9, 0.5, held_down=True, unhindered=4.0, through=0.25, seeds=1),
                  roots={"cron:x": 9, "client:y": 9, "client:z": 9},
                  bounds=[Bound("slots", "", 0.5, ""), Bound("API", "", 0.25, "")])  # fmt: skip
    assert "ran in 1 of 2 seeds and was started by cron:x and 2 other root causes." in held
    assert "so the loop neither grows nor dies out." in held
    assert "25.0% of the passes start more passes, 4 each." in held
    assert "If every pass did, the loop would double every 5 s" in held
    assert "Limits reached under seed 1: slots (50.0%) and API (25.0%)." in held
    fades = caused(cycle(0.5, 0.1, ways=2, component=ConfidenceInterval(0.5, 0.1)),
                   roots={"cron:x": 9, "client:y": 1})  # fmt: skip
    assert "cron:x and 1 other root cause." in fades
    assert "It is one of 2 loops" in fades
    assert "so the loop dies out" in fades
    assert "Limits reached" not in fades
    assert "(one seed, so no interval)" in caused(cycle(2.0, math.inf))


def test_loops_that_settings_allow() -> None:
    assert "No cycle was found" in told(loops_blocks([]))
    open_ = Loop(("m:a", "m:a"), "call", "always", steps=("first",))
    text = told(loops_blocks([
        open_, replace(open_, closed_by="a guard", steps=()),
        replace(open_, kind="pick", is_known=False, steps=()),
    ]))  # fmt: skip
    assert "a → a (calls itself; always): OPEN" in text
    assert "a → a (calls itself; always): closed: a guard" in text
    assert "picks the same work up again; always): whether anything closes it is not known" in text
    assert text.count("step by step") == 1


def test_an_interval_is_never_wider_than_what_it_is_about() -> None:
    wild = caused(cycle(0.5, 2.5))
    assert "Each pass starts 0.500 (very different from seed to seed) more" in wild
    shares = [RootShare("cron:x", 9.0, ConfidenceInterval(0.344, 4.32))]
    result = made({"a:a": replace(use({"cron": 9}), by_root={"cron:x": 9})})
    text = told(explain_report(Causes(even(), [], [result, result], [], shares)))
    assert "34.4% (very different from seed to seed)" in text
    assert "±" not in text
