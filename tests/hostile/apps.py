"""Modules of a user's own, each with something wrong in it."""

from __future__ import annotations

from textwrap import indent

_SETTINGS = """
from sim.backend import CallError, Document
from sim.scenario import Settings as Base, param
class Settings(Base):
    name: str
"""
_INSTALL = (
    _SETTINGS
    + """
def install(backend, scenario):
    row = Document(0, size=10)
    def q(s): return 1
    def m(tx): tx.put(row, 1)
    backend.query("a:q", q)
    backend.mutation("a:m", m)
{body}
    return dict
"""
)
_ACTION = """\
def act(ctx):
{steps}
backend.action("a:act", act)
backend.cron("c", "a:act", every=10_000_000)
"""
_MUTATION = """\
def act(tx):
{steps}
backend.mutation("a:act", act)
backend.cron("c", "a:act", every=10_000_000)
"""


def _install(body: str) -> str:
    return _INSTALL.format(body=indent(body, "    "))


def _steps(frame: str, steps: str) -> str:
    return _install(frame.format(steps=indent(steps, "    ")))


_IMPORT = {
    "a syntax error": "def (",
    "nothing in it": "",
    "an exit": "import sys\nsys.exit(0)\n",
    "an exit with text": "raise SystemExit('all is well')\n",
    "an exception of its own": "class E(BaseException):\n    pass\nraise E('a\\nb')\n",
    "an exception without words": "class E(Exception):\n    __str__ = None\nraise E\n",
    "an import of nothing": "import not_there_at_all\n",
    "an import of itself": "import my_app\nmy_app.x\n",
    "recursion": "def f(): f()\nf()\n",
    "a null": "x = 1\0\n",
    "latin 1": "# -*- coding: nonsense -*-\n",
    "no settings": "def install(backend, scenario): return dict\n",
    "settings of another kind": "Settings = install = 3\n",
    "settings without a name": _SETTINGS.replace("name: str", "nom: str = ''") + "install = dict\n",
    "settings that fail": _SETTINGS + "    def model_post_init(self, _): 1 / 0\ninstall = dict\n",
    "settings that exit": _SETTINGS
    + "    def model_post_init(self, _): raise SystemExit\ninstall = dict\n",
    "settings of no type": _SETTINGS + "    other: 'Nowhere' = 3\ninstall = dict\n",
    "revisions of another kind": _SETTINGS + "REVISIONS = 3\ninstall = dict\n",
    "changes of another kind": _SETTINGS + "CHANGES = [3]\ninstall = dict\n",
    "no function to install": _SETTINGS + "install = 3\n",
    "a function of other arguments": _SETTINGS + "def install(): return dict\n",
}
_INSTALLED = {
    "an exit while installing": "raise SystemExit(0)",
    "no outcomes": "return None",
    "outcomes of another kind": "return lambda: 3",
    "outcomes that are no numbers": "return lambda: {'a': 'b'}",
    "outcomes that fail": "return lambda: 1 / 0",
    "outcomes without end": "return lambda: {'a': float('inf')}",
    "an outcome with a break": "return lambda: {'a\\n::error::': 1}",
    "a function twice": "backend.query('a:q', q)",
    "a name with a break": "backend.query('a\\nq', q)",
    "a name of another kind": "backend.query(3, q)",
    "code of another kind": "backend.query('a:x', 3)",
    "async code": "async def x(ctx): pass\nbackend.action('a:x', x)",
    "a cron of nothing": "backend.cron('c', 'a:x', every=5)",
    "a cron without time": "backend.cron('c', 'a:m')",
    "a cron of another calendar": "backend.cron('c', 'a:m', expression='* * * *')",
    "a cron that never comes": "backend.cron('c', 'a:m', expression='0 0 31 2 *')",
    "arrivals without end": "backend.arrivals('a', float('inf'), q)",
    "arrivals of another kind": "backend.arrivals('a', 'often', q)",
    "a client in the past": "backend.client(-1, q)",
    "a client that is no generator": "backend.client(1, q)",
}
_ACTING = {
    "an unknown function": 'yield from ctx.query("a:x")',
    "a function of another type": 'yield from ctx.run_mutation("a:q")',
    "a forgotten yield from": 'ctx.query("a:q")\nyield from ctx.http()',
    "a yield instead": 'yield ctx.query("a:q")',
    "nonsense": "yield 5",
    "a bare yield": "yield",
    "no generator": "ctx.sleep(5)",
    "an exception": "yield from ctx.http()\n1 / 0",
    "an exit in an action": "yield from ctx.http()\nraise SystemExit(0)",
    "time of another kind": "ctx.sleep('1s')\nyield from ctx.http()",
    "a job of nothing": 'yield from ctx.schedule(0, "a:x")',
    "a job in the past": 'yield from ctx.schedule(-5, "a:m")',
    "calls without end": "while True:\n    ctx.http()\nyield",
    "arguments that are not taken": 'yield from ctx.query("a:q", 1, 2)',
}
_MUTATING = {
    "an exception in a mutation": "raise ValueError('a\\nb')",
    "an exit in a mutation": "raise SystemExit(0)",
    "no document": "tx.get(3)",
    "a document of no size": "tx.put(Document(0, size='x'), 1)",
    "what cannot be added": "tx.insert(row, 'x', 1)\ntx.insert(row, 'y', 1)",
    "a job of no name": "tx.schedule(0, None)",
    "stop iteration": "next(iter(()))",
}
APPS = {
    **_IMPORT,
    **{name: _install(body) for name, body in _INSTALLED.items()},
    **{name: _steps(_ACTION, steps) for name, steps in _ACTING.items()},
    **{name: _steps(_MUTATION, steps) for name, steps in _MUTATING.items()},
}
"""Name → source of an app that nothing can be run with."""

ELSEWHERE = ("evil", "antigravity", "this", "os", "sim.cli", "..evil", "elsewhere.evil")
"""Modules that are not beside the scenario, though Python could find some of them."""
EVIL = (
    """
import os
from pathlib import Path
Path(os.environ["CANARY"]).touch()
"""
    + _SETTINGS
    + "def install(backend, scenario): return dict\n"
)
"""A module that tells that it ran."""
