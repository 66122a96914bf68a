"""What cannot be lowered is refused with its file, line and reason, and runs on the reference."""

from __future__ import annotations

import pytest

from sim import simulate
from sim.platform.compiled import why_not

from .conftest import Made

APP = """
from typing import NamedTuple
from sim.backend import Backend, CallError, Document
from sim.scenario import Settings as Base, param


class Settings(Base):
    name: str = param("one", "")


class Row(NamedTuple):
    number: int


def install(backend, scenario):
    count = backend.document("count")
    loose = Document(0)
    rows = backend.table("rows", Row)
    rows.add(Row(1))
    keys = backend.index("keys", (0,))
    memory = []

    def change(tx, which: int = 0):
{mutation}

    def act(ctx):
        yield from ctx.run_mutation("one:change")
{action}

    backend.mutation("one:change", change)
    backend.action("one:act", act)
    backend.cron("one", "one:act", every=1_000_000)
    return dict
"""


def app(mutation: str = "pass", action: str = "pass") -> str:
    indented = [text.replace("\n", "\n        ") for text in (mutation, action)]
    return APP.format(mutation=f"        {indented[0]}", action=f"        {indented[1]}")


@pytest.mark.parametrize(
    ("mutation", "reason"),
    [
        ("tx.get(loose)", "loose is no declared document: see `backend.table`"),
        ("tx.put(count, 1.5)", "numbers are whole"),
        ("tx.put(count, tx.get(count) / 2)", "only whole numbers are computed with"),
        ("memory.append(1)", "memory is not a list that this query has begun"),
        ("tx.schedule(0, 'one:missing')", "no function is registered as 'one:missing'"),
        ("tx.insert(keys, (2,), 1)\ntx.get(keys)", "an index range is read after an insert"),
        ("tx.get(rows[which]).other", "Row has no field other"),
        ("print('x')", "print is not compiled"),
        ("found = {1: 2}", "Dict is not compiled"),
        ("tx.put(keys, (1,))", "an index range is inserted into, not replaced"),
        ("raise ValueError('no')", "only a CallError is raised"),
    ],
)
def test_a_mutation_is_refused_with_its_line_and_reason(
    mutation: str, reason: str, scenario_of: Made
) -> None:
    text = app(mutation=mutation)
    told = why_not(scenario_of("one", text))
    line = text.splitlines().index("        " + mutation.splitlines()[-1]) + 1
    assert f"one.py:{line}: change: " in told
    assert reason in told


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("yield 5", "wait by `yield from ctx.…`"),
        ("yield from ctx.http_batch(40)", "send at most 31 requests at once"),
        ("yield from ctx.query('one:change')", "no query is registered as 'one:change'"),
        ("try:\n    pass\nfinally:\n    pass", "`try` has one `except CallError`"),
        ("try:\n    pass\nexcept KeyError:\n    pass", "catch CallError"),
        ("for x in [1, 2]:\n    yield from ctx.http()", "List is not compiled"),
        ("ctx.guard(True, 'because')", "a guard is told by `d.admits, d.reason`"),
    ],
)
def test_an_action_is_refused_with_its_line_and_reason(
    action: str, reason: str, scenario_of: Made
) -> None:
    told = why_not(scenario_of("one", app(action=action)))
    assert "one.py:" in told
    assert ": act: " in told
    assert reason in told


def test_what_is_refused_runs_on_the_reference_engine_and_the_result_says_why(
    scenario_of: Made,
) -> None:
    result = simulate(scenario_of("one", app(mutation="tx.get(loose)"), horizon="3s"))
    assert result.engine == "reference"
    assert result.calls.total == 6
    assert "one.py:24: change: loose is no declared document" in result.performance.note
