"""A mistake in a user's app is his, with file, line and function; a defect of ours stays one."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from sim import simulate
from sim.cli import main
from sim.platform.reference.documents import Document
from sim.platform.reference.executor import Executor
from sim.scenario import ScenarioError, load_scenario
from sim.simulation import Deployed

APP = """\
from sim.backend import CallError, Document
from sim.scenario import Settings as Base
class Settings(Base):
    name: str
def install(backend, scenario):
    row = Document(0, size=10)
    def q(s): return 1
    def m(tx): tx.put(row, 1)
    def work(ctx): yield from ctx.query("a:q")
    backend.query("a:q", q)
    backend.mutation("a:m", m)
    backend.action("a:work", work)
{body}
"""
FIRST = APP.partition("{body}")[0].count("\n") + 1
"""The line of a body's first line."""
ACTION = """\
def act(ctx):
{steps}
backend.action("a:act", act)
backend.cron("c", "a:act", every=60_000_000)
return dict
"""
MUTATION = """\
def act(tx):
{steps}
backend.mutation("a:act", act)
backend.cron("c", "a:act", every=60_000_000)
return dict
"""


def run(folder: Path, body: str) -> str:
    """The error of running an app with that body, without the folder."""
    (folder / "my_app.py").write_text(APP.format(body=indent(body, "    ")))
    (folder / "x.yaml").write_text("app: my_app\ntraffic: {organic: {rate: 0}}\nhorizon: 3m\n")
    with pytest.raises(ScenarioError) as caught:
        simulate(load_scenario(folder / "x.yaml"))
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("steps", "line", "message"),
    [
        ('x = yield from ctx.query("a:k")', 1,
         "in act: unknown query 'a:k'; allowed: a:q; did you mean 'a:q'?"),
        ('yield from ctx.query("a:m")', 1, "in act: a:m is a mutation, not a query"),
        ('yield from ctx.run_mutation("a:work")', 1,
         "in act: a:work is an action, not a mutation"),
        ('yield from ctx.schedule(0, "a:q")', 1,
         "in act: a:q is a query, not a mutation or an action"),
        ('yield from ctx.schedule(-1, "a:m")', 1,
         "in act: ctx.schedule takes whole microseconds from 0 on, not -1"),
        ("ctx.sleep(0.5)\nyield from ()", 1,
         "in act: ctx.sleep takes whole microseconds from 0 on, not 0.5"),
        ("ctx.sleep(1000)", 0, "in act: never waits: an action or a client's script is a "
                               "generator; end it with `yield from ()` if it has nothing to wait "
                               "for"),
        ("return 5", 0, "in act: never waits: an action or a client's script is a generator; end "
                        "it with `yield from ()` if it has nothing to wait for"),
        ("yield 5", 1, "in act: yields 5: only calls of the context wait, with `yield from "
                       "ctx....`"),
        ("yield", 1, "in act: yields None: only calls of the context wait, with `yield from "
                     "ctx....`"),
        ("yield from [7]", 1, "in act: yields 7: only calls of the context wait, with `yield from "
                              "ctx....`"),
        ('def helper():\n    yield 9\nyield from helper()', 2,
         "in helper: yields 9: only calls of the context wait, with `yield from ctx....`"),
        ("yield from ctx.http()\nraise ValueError('a\\nb')", 2, "in act: ValueError: a b"),
        ("yield from ctx.http()\nraise SystemExit", 2, "in act: SystemExit"),
        ("yield from ctx.http()\nnext(iter(()))", 2, "in act: StopIteration"),
        ('yield from ctx.query("a:q", 1)', 1,
         "in act: a:q(1): too many positional arguments; it takes (s)"),
        ('yield from ctx.query_each([])', 1, "in act: ctx.query_each takes 1 to 8 queries, not 0"),
        ("yield from ctx.http_batch('x')", 1,
         "in act: ctx.http_batch takes a number of requests, not 'x'"),
        ("yield from ctx.sleep(5)", 1, "in act: TypeError: 'NoneType' object is not iterable"),
        ("call = ctx.http()\nyield from call\nyield from call", 1,
         "in act: a ctx.http(...) is waited for twice: make the call again"),
        ("x = ctx.http()\nyield from ctx.query('a:q')\nif x > 3: pass", 3,
         "in act: TypeError: '>' not supported between instances of 'Call' and 'int'; x is a "
         "ctx.http(...) without `yield from`"),
        ("while True:\n    ctx.http()\nyield", 2,
         "in act: ctx.http(...) never starts: write `yield from ctx.http(...)`"),
    ],
)  # fmt: skip
def test_an_action_says_where_it_goes_wrong(
    tmp_path: Path, steps: str, line: int, message: str
) -> None:
    found = run(tmp_path, ACTION.format(steps=indent(steps, "    ")))
    assert found == f"my_app.py:{FIRST + line}: {message}"


CALLS = {
    "query": 'ctx.query("a:q")',
    "query_each": 'ctx.query_each(["a:q"])',
    "run_mutation": 'ctx.run_mutation("a:m")',
    "run_action": 'ctx.run_action("a:work")',
    "schedule": 'ctx.schedule(5, "a:m")',
    "http": "ctx.http()",
    "http_batch": "ctx.http_batch(2)",
}


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("form", [
    "{}\nyield from ctx.http()", "x = {}\nyield from ctx.http()", "yield from ctx.http()\nx = {}",
    "yield {}", "yield from ctx.http()\nreturn {}", "x = {}\nyield 5",
    "if {}:\n    yield from ctx.http()", "x = [{}]\nyield from ctx.http()\ndel x",
])  # fmt: skip
def test_a_forgotten_yield_from_is_found_for_every_call(
    tmp_path: Path, method: str, form: str
) -> None:
    found = run(tmp_path, ACTION.format(steps=indent(form.format(CALLS[method]), "    ")))
    line = FIRST + 1 + form.partition("{}")[0].count("\n")
    assert found == (
        f"my_app.py:{line}: in act: ctx.{method}(...) never starts: write "
        f"`yield from ctx.{method}(...)`"
    )


@pytest.mark.parametrize(
    ("steps", "line", "message"),
    [
        ('raise ValueError("argument validation")', 1, "in act: ValueError: argument validation"),
        ("tx.get(5)", 1, "in act: get takes a Document, not 5"),
        ("tx.put(row, 1, size='x')", 1, "in act: the size in put is a number of bytes, not 'x'"),
        ("tx.insert(row, 'x', 1)\ntx.insert(row, 'x', 1)", 0,
         "in act: tx.insert: 'x' cannot be added to the range's value 0"),
        ("tx.read_more(1, None)", 1,
         "in act: the size in read_more is a number of bytes, not None"),
        ("tx.look_up(row, 'x')", 1, "in act: the size in look_up is a number of bytes, not 'x'"),
        ('tx.schedule(0, "a:wrok")', 1,
         "in act: unknown mutation or action 'a:wrok'; allowed: a:m, a:work, a:act; did you mean "
         "'a:work'?"),
        ('tx.schedule("1s", "a:work")', 1,
         "in act: tx.schedule takes whole microseconds from 0 on, not '1s'"),
    ],
)  # fmt: skip
def test_a_mutation_says_where_it_goes_wrong(
    tmp_path: Path, steps: str, line: int, message: str
) -> None:
    found = run(tmp_path, MUTATION.format(steps=indent(steps, "    ")))
    assert found == f"my_app.py:{FIRST + line}: {message}"


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("pass", 5 - FIRST, "in install: returns None instead of a function that counts the "
                            "outcomes"),
        ("return lambda: 5", 0, "in <lambda>: outcomes are a mapping of name to number, not 5"),
        ("return lambda: {'a': 'b'}", 0,
         "in <lambda>: the outcome 'a' is to be a number, not 'b'"),
        ("return lambda: {'a': float('nan')}", 0,
         "in <lambda>: the outcome 'a' is to be a number, not nan"),
        ("return lambda: {'a': 10**400}", 0, "in <lambda>: the outcome 'a' is to be a number, not "
         "1" + "0" * 56 + "..."),
        ("return lambda: {'a\\n': 1}", 0,
         "in <lambda>: an outcome's name is text on one line, not 'a\\n'"),
        ("def count():\n    return 1 / 0\nreturn count", 1,
         "in count: ZeroDivisionError: division by zero"),
        ("backend.query('a:q', q)", 0,
         "in install: a function named 'a:q' is registered already"),
        ("backend.query('a:x', 5)", 0,
         "in install: a:x: a function's code is a function, not 5"),
        ("async def x(ctx): pass\nbackend.action('a:x', x)", 0,
         "in x: a:x is `async`: a query or mutation is a plain function, an action a generator"),
        ("def x(tx): yield\nbackend.mutation('a:x', x)", 0,
         "in x: a:x is a mutation: it cannot wait, so it has no `yield`"),
        ("backend.cron('c', 'a:x', every=5)", 0,
         "in install: unknown mutation or action 'a:x'; allowed: a:m, a:work; did you mean 'a:m'?"),
        ("backend.cron('c', 'a:m', every=0.5)", 0,
         "in install: a cron needs an interval above zero (whole µs) or an expression"),
        ("backend.cron('c', 'a:m', expression='61 * * * *')", 0,
         "in install: cron 'c': Bad minute"),
        ("backend.cron('c', 'a:m', every=9)\nbackend.cron('c', 'a:m', every=9)", 1,
         "in install: cron 'c': a cron named 'c' is registered already"),
        ("backend.arrivals('x', float('inf'), q)", 0,
         "in install: backend.arrivals takes a number of arrivals per day, not inf"),
        ("backend.client(-5, work)", 0,
         "in install: backend.client takes whole microseconds from 0 on, not -5"),
        ("backend.client(5, q)\nreturn dict", 7 - FIRST,
         "in q: never waits: an action or a client's script is a generator; end it with `yield "
         "from ()` if it has nothing to wait for"),
        ("backend.client(5, work, 1, 2)\nreturn dict", 9 - FIRST,
         "in work: work(1, 2): too many positional arguments; it takes (ctx)"),
        ("backend.clent(5, work)", 0,
         "in install: AttributeError: 'Backend' object has no attribute 'clent'"),
        ("import sys\nsys.exit(0)", 1, "in install: SystemExit: 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_installation_is_said_at_its_line(
    tmp_path: Path, body: str, line: int, message: str
) -> None:
    assert run(tmp_path, body) == f"my_app.py:{FIRST + line}: {message}"


def test_calls_made_first_and_waited_for_later_are_no_mistake(tmp_path: Path) -> None:
    body = ACTION.format(
        steps='    one, two = ctx.query("a:q"), ctx.http()\n    yield from two\n'
        "    value = yield from one\n    assert value == 1\n"
        '    return (yield from (lambda: ctx.run_action("a:work"))())'
    )
    (tmp_path / "my_app.py").write_text(APP.format(body=indent(body, "    ")))
    (tmp_path / "x.yaml").write_text("app: my_app\ntraffic: {organic: {rate: 0}}\nhorizon: 3m\n")
    result = simulate(load_scenario(tmp_path / "x.yaml"))
    assert {name: use.calls for name, use in result.by_function.items()} == {
        "a:q": 6, "a:act": 3, "a:work": 3,
    }  # fmt: skip


def test_outcomes_that_begin_later_count_from_zero(tmp_path: Path) -> None:
    body = (
        "seen = {}\ndef act(ctx):\n    yield from ctx.http()\n"
        "    seen['acts'] = seen.get('acts', 0) + 1\nbackend.action('a:act', act)\n"
        "backend.cron('c', 'a:act', expression='1 * * * *')\nreturn lambda: seen"
    )
    (tmp_path / "my_app.py").write_text(APP.format(body=indent(body, "    ")))
    (tmp_path / "x.yaml").write_text("app: my_app\nbin: 1m\nhorizon: 3m\n")
    assert simulate(load_scenario(tmp_path / "x.yaml")).outcomes_per_bin == {"acts": [0, 1, 1]}


def test_a_defect_of_the_engine_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = ACTION.format(steps='    yield from ctx.run_mutation("a:m")')
    (tmp_path / "my_app.py").write_text(APP.format(body=indent(body, "    ")))
    (tmp_path / "x.yaml").write_text("app: my_app\nhorizon: 3m\n")

    def broken(*_: object) -> None:
        raise TypeError("ours")

    for part, name in ((Executor, "over"), (Document, "write")):
        with monkeypatch.context() as patch:
            patch.setattr(part, name, broken)
            with pytest.raises(SystemExit) as exit_:
                main(["run", str(tmp_path / "x.yaml"), "--quiet"])
        assert exit_.value.code == 70
        assert "this is a defect" in capsys.readouterr().err


def test_what_an_observer_raises_is_nobodys_mistake(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text(APP.format(body="    return dict"))
    (tmp_path / "x.yaml").write_text("app: my_app\nhorizon: 3m\n")

    def stop(share: float) -> None:
        raise LookupError(str(share))

    with pytest.raises(LookupError):
        simulate(load_scenario(tmp_path / "x.yaml"), progress=stop)


def test_what_is_installed_to_look_at_it_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text(APP.format(body="    raise RuntimeError"))
    (tmp_path / "x.yaml").write_text("app: my_app\nhorizon: 3m\n")
    with pytest.raises(ScenarioError, match=f"my_app.py:{FIRST}: in install: RuntimeError"):
        Deployed.of(load_scenario(tmp_path / "x.yaml"))
