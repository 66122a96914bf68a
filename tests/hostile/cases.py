"""The corpus: every kind of input × every damage × the commands that take it.

Each case is a command line and what it finds in its working directory. What must hold for all of
them is in `tests.hostile.judge`; a case adds which exit codes are right.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from sim.cli.main import cli
from sim.scenario import parameters, scenario_from

from . import damage
from .apps import APPS, ELSEWHERE
from .damage import Damage, text

REFUSED = frozenset({2})
DONE = frozenset({0, 1})
ANY = frozenset({0, 1, 2})

GOOD = """
revision: fixed
horizon: 1m
budgets: [{id: calls, metric: calls, max: 1M}]
"""
OTHER = "extends: good.yaml\napp: {refresh: {limit: 60}}\n"
BUDGETS = "budgets: [{id: more, metric: conflicts, max: 1M}]\n"
CLAIMS = """
title: A report
claims: [{id: calls, quote: Few calls., measure: {metric: calls, at_most: 1M}}]
"""
OWN = "app: my_app\nhorizon: 1m\ntraffic: {organic: {rate: 0}}\n"
LAYOUT = {"good.yaml": GOOD, "other.yaml": OTHER, "budgets.yaml": BUDGETS, "claims.yaml": CLAIMS}
"""What lies in the working directory of every case."""

SWEEP = ("--vary", "app.refresh.limit=1,2", "--store", ":memory:", "--workers", "1")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "FILE"),
    "compare": ("compare", "good.yaml", "FILE"),
    "report": ("report", "FILE", "--out", "out.html"),
    "check": ("check", "FILE", "--format", "json=out.json"),
    "check against": ("check", "good.yaml", "--against", "FILE"),
    "explain": ("explain", "FILE", "--replications", "1", "--workers", "1"),
    "explain --static": ("explain", "FILE", "--static"),
    "audit": ("audit", "claims.yaml", "FILE", "--workers", "1"),
    "sweep": ("sweep", "FILE", *SWEEP, "--out", "out.json"),
    "tune": ("tune", "FILE", *SWEEP, "--replications", "1"),
    "calibrate": ("calibrate", "FILE", "--claims", "claims.yaml", *SWEEP[2:], "--points", "2",
                  "--vary", "app.refresh.limit=1,2"),
    "envelope": ("envelope", "FILE", "--edge", "app.refresh.limit=1..2:1", *SWEEP[2:],
                 "--replications", "1"),
    "ablate": ("ablate", "good.yaml", "FILE", *SWEEP[2:], "--max-runs", "40"),
    "alerts": ("alerts", "FILE"),
    "backfill": ("backfill", "FILE", "--shows", "5"),
    "recover": ("recover", "FILE", "--fix-at", "10m", "--change", "revision=fixed"),
    "recover --change": ("recover", "good.yaml", "--fix-at", "10m", "--change", "FILE"),
}  # fmt: skip
"""Command lines that read a scenario; FILE is the hostile one."""
HORIZONS = {"recover": "3h", "recover --change": "3h", "backfill": "", "explain --static": ""}
"""How long they simulate, if it is not a minute."""
BUDGETED = ("check", "tune", "alerts", "backfill", "envelope", "ablate")


@dataclass(frozen=True, slots=True)
class Case:
    """One command line in a working directory of its own."""

    id: str
    args: tuple[str, ...]
    prepare: Callable[[Path], None]
    """Adds to the working directory."""
    exits: frozenset[int]
    """The exit codes that are right."""


def _with(args: tuple[str, ...], file: str) -> tuple[str, ...]:
    return tuple(file if each == "FILE" else each for each in args)


def _at(name: str, hurt: Damage) -> Callable[[Path], None]:
    return lambda folder: hurt(folder / name)


def corpus() -> list[Case]:
    """Every case, each with an id of its own."""
    cases = [
        *_scenarios(), *_paths(), *_parents(), *_budgets(), *_baselines(), *_claims(), *_stores(),
        *_apps(), *_foreign_code(), *_settings(), *_options(), *_outputs(),
    ]  # fmt: skip
    assert len({case.id for case in cases}) == len(cases)
    return cases


def _scenarios() -> Iterator[Case]:
    """Damaged scenarios, in every command that reads one."""
    for command, args in COMMANDS.items():
        horizon = HORIZONS.get(command, "1m")
        line = (*_with(args, "hostile.yaml"), *(("--horizon", horizon) if horizon else ()))
        for name, hurt in (damage.SPECIAL | damage.BYTES | damage.YAML).items():
            if name in damage.LARGE and command not in ("run", "check"):
                continue  # reading them takes seconds, and it is the same reading
            exits = ANY if name in damage.YAML else REFUSED
            yield Case(f"scenario, {name}: {command}", line, _at("hostile.yaml", hurt), exits)


def _paths() -> Iterator[Case]:
    """Scenarios whose path is the damage."""
    for name, path in damage.IMPOSSIBLE.items():
        for command in ("run", "check", "sweep", "recover --change"):
            yield Case(f"path, {name}: {command}", _with(COMMANDS[command], path),
                       lambda _: None, REFUSED)  # fmt: skip
    for name, file in damage.names():
        for command in ("run", "check", "report"):
            args = _with(COMMANDS[command], f"./{file}")
            yield Case(f"name, {name}: {command}", args, _at(file, text(GOOD)), DONE)
            yield Case(f"wrong, {name}: {command}", args, _at(file, text("sed: 1\n")), REFUSED)


def _parents() -> Iterator[Case]:
    """Files that are extended."""
    for name, hurt in (damage.SPECIAL | damage.BYTES | damage.YAML).items():

        def prepare(folder: Path, hurt: Damage = hurt) -> None:
            hurt(folder / "parent.yaml")
            (folder / "hostile.yaml").write_text("extends: parent.yaml\nhorizon: 1m\n")

        exits = ANY if name in damage.YAML else REFUSED
        yield Case(f"parent, {name}", ("run", "hostile.yaml"), prepare, exits)
    for name, path in (damage.IMPOSSIBLE | {
        "the passwords": "/etc/shadow", "outside": "../elsewhere/secret.yaml",
        "a link outside": "link.yaml", "the file itself": "hostile.yaml", "a list": "[good.yaml]",
        "a tilde": "~/x.yaml", "a web page": "https://127.0.0.1/x.yaml",
        "a variable": "$HOME/x.yaml", "a command": "|touch it-ran",
        "half a character": "\ud800.yaml",
    }).items():  # fmt: skip

        def extend(folder: Path, path: str = path) -> None:
            (folder / "link.yaml").symlink_to("../elsewhere/secret.yaml")
            quoted = json.dumps(path)
            (folder / "hostile.yaml").write_text(f"extends: {quoted}\n")

        for command in ("run", "check"):
            yield Case(f"extends, {name}: {command}", _with(COMMANDS[command], "hostile.yaml"),
                       extend, REFUSED)  # fmt: skip


def _budgets() -> Iterator[Case]:
    wrong = {
        "an app": text("app: evil\n"), "extends": text("extends: good.yaml\n"),
        "an unknown metric": text("budgets: [{id: a, metric: cals, max: 1}]\n"),
        "an outcome that is not there": text(
            "budgets: [{id: a, metric: outcomes.typo, max: 1}]\n"),
        "a huge bound": text(f"budgets: [{{id: a, metric: calls, max: {'9' * 400}}}]\n"),
        "an id with a break": text('budgets: [{id: "a\\nb", metric: calls, max: 1}]\n'),
    }  # fmt: skip
    for command in BUDGETED:
        for name, hurt in (damage.SPECIAL | damage.BYTES | wrong).items():
            args = (*_with(COMMANDS[command], "good.yaml"), "--budgets", "hostile.yaml")
            yield Case(f"budgets, {name}: {command}", args, _at("hostile.yaml", hurt), REFUSED)


def _baselines() -> Iterator[Case]:
    entry: dict[str, Any] = {
        "hash": "h", "version": "v", "seeds": [1], "metrics": {"calls": [1]},
        "settings": scenario_from({}).resolved(),
    }  # fmt: skip
    changed: dict[str, dict[str, Any]] = {
        "10^400": {"metrics": {"calls": [10**400]}},
        "a seed of 10^400": {"seeds": [10**400]},
        "no seeds": {"seeds": []},
        "text as a metric": {"metrics": {"calls": ["1"]}},
        "deep settings": {"settings": json.loads('{"a":' * 400 + "1" + "}" * 400)},
        "an app": {"settings": {"app": {"name": "evil"}}},
        "an app of the system": {"settings": {"app": {"name": "antigravity"}}},
        "a version with a break": {"version": "1\n::error::\x1b[31m"},
        "no settings": {"settings": {}},
        "another horizon": {"settings": {"horizon": "36525d"}},
    }
    files = dict(damage.SPECIAL | damage.BYTES | {f"JSON {k}": d for k, d in damage.JSON.items()})
    for name, change in changed.items():
        data = {"schema": "sim.baseline/1", "scenarios": {"good": entry | change}}
        files[name] = text(json.dumps(data))
    for name, hurt in files.items():
        args = ("check", "good.yaml", "--baseline", "hostile.json", "--set", "budgets.calls.max=1")
        yield Case(f"baseline, {name}", args, _at("hostile.json", hurt),
                   ANY if name in changed else REFUSED)  # fmt: skip
        if name not in ("missing", "a link to nothing", "a link to itself"):  # it is written
            yield Case(f"baseline, {name}: update", (*args, "--update-baseline"),
                       _at("hostile.json", hurt), ANY if name in changed else REFUSED)  # fmt: skip


def _claims() -> Iterator[Case]:
    def claim(what: str) -> Damage:
        return text(f"title: t\nclaims: [{{id: a, quote: q, {what}}}]\n")

    wrong = {
        "an app": claim("switch: {metric: calls, falls: 1%, set: {app.name: evil}}"),
        "an app of the system": claim("switch: {metric: calls, falls: 1%, set: {app: os}}"),
        "a deep path": claim(f"setting: {{path: {'.'.join('a' * 900)}, value: 1}}"),
        "an unknown metric": claim("measure: {metric: cals, at_most: 1}"),
        "an unknown scenario": claim("scenario: x, measure: {metric: calls, at_most: 1}"),
        "two kinds": claim("measure: {metric: calls, at_most: 1}, untestable: so"),
        "no kind": claim("section: s"),
        "a huge figure": claim(f"measure: {{metric: calls, at_most: {'9' * 400}}}"),
        "no claims": text("title: t\nclaims: []\n"),
        "many": text("title: t\nclaims:\n" + "".join(f"- {{id: a{n}}}\n" for n in range(500))),
    }
    for name, hurt in (damage.SPECIAL | damage.BYTES | damage.YAML | wrong).items():
        yield Case(f"claims, {name}", ("audit", "hostile.yaml", "good.yaml", "--workers", "1"),
                   _at("hostile.yaml", hurt), REFUSED)  # fmt: skip


def _stores() -> Iterator[Case]:
    def database(script: str) -> Damage:
        def write(path: Path) -> None:
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(script)

        return write

    foreign = {
        "of something else": database("create table users (name)"),
        "with other columns": database("create table runs (a)"),
        "with a view": database("create view runs as select 1"),
        "with a trigger": database(
            "create table runs (code, scenario, seed, result);"
            "create trigger t after insert on runs begin select 1/0; end;"),
    }  # fmt: skip
    special = {name: hurt for name, hurt in damage.SPECIAL.items()
               if name not in ("missing", "a link to nothing")}  # fmt: skip
    empty = ("empty", "one null")  # SQLite takes them for a new file
    hurts = special | {n: d for n, d in damage.BYTES.items() if n not in empty} | foreign
    for name, hurt in hurts.items():
        for command in ("sweep", "ablate"):
            args = ["hostile.sqlite" if each == ":memory:" else each
                    for each in _with(COMMANDS[command], "other.yaml")]  # fmt: skip
            yield Case(f"store, {name}: {command}", tuple(args), _at("hostile.sqlite", hurt),
                       REFUSED)  # fmt: skip
    for name in ("too long", "a device", "below a file", "the root"):
        args = [damage.IMPOSSIBLE[name] if each == ":memory:" else each
                for each in _with(COMMANDS["sweep"], "good.yaml")]  # fmt: skip
        yield Case(f"store, path {name}", tuple(args), lambda _: None, REFUSED)


def _apps() -> Iterator[Case]:
    """Modules of a user's own that go wrong."""
    for name, source in APPS.items():

        def prepare(folder: Path, source: str = source) -> None:
            (folder / "my_app.py").write_text(source)
            (folder / "hostile.yaml").write_text(
                OWN + "budgets: [{id: calls, metric: calls, max: 1M}]\n")  # fmt: skip

        for command in ("run", "check", "explain --static"):
            static = command == "explain --static"
            yield Case(f"app, {name}: {command}", _with(COMMANDS[command], "hostile.yaml"),
                       prepare, ANY if static else REFUSED)  # fmt: skip


def _foreign_code() -> Iterator[Case]:
    """Code that the command line does not name: it never runs, whoever else names it."""
    for command, args in COMMANDS.items():
        for name in ELSEWHERE:

            def prepare(folder: Path, name: str = name) -> None:
                (folder / "hostile.yaml").write_text(
                    f"app: {name}\nhorizon: 1m\n"
                    "budgets: [{id: calls, metric: calls, max: 1M}]\n")  # fmt: skip

            yield Case(f"code, {name}: {command}", _with(args, "hostile.yaml"), prepare, REFUSED)
    for name, script in {
        "beside a parent": "extends: below/parent.yaml\n",
        "in a deployment": "deployments: [{id: a, at: 1m, change: {app.name: below_app}}]\n",
    }.items():

        def extend(folder: Path, script: str = script) -> None:
            (folder / "below").mkdir()
            (folder / "below/parent.yaml").write_text("app: below_app\n")
            (folder / "below/below_app.py").write_text(ELSEWHERE_APP)
            (folder / "hostile.yaml").write_text(script)

        for command in ("run", "check", "sweep"):
            yield Case(f"code, {name}: {command}", _with(COMMANDS[command], "hostile.yaml"),
                       extend, REFUSED)  # fmt: skip
    yield Case("code, schema of a name", ("schema", "--app", "evil"), lambda _: None, REFUSED)


ELSEWHERE_APP = "from pathlib import Path\nPath('it-ran').touch()\n"

JUNK = ("", "0", "-1", "1e300", ".nan", "null", "x", "[]", "{}", "[[1]]", "{a: 1}", "1us", "36525d",
        "!t 1", "*a", "'\\ud800'", "9" * 400, "a" * 4000, "4M/day", "1h..1s")  # fmt: skip


def _settings() -> Iterator[Case]:
    """Every setting with junk, each with another piece of it."""
    paths = [each.path for each in parameters() if "[]" not in each.path and "<" not in each.path]
    for number, path in enumerate(paths):
        for turn in (0, 7):
            junk = JUNK[(number + turn) % len(JUNK)]
            args = ("run", "good.yaml", "--set", f"{path}={junk}", "--horizon", "1s", "--quiet")
            yield Case(f"setting, {path}={junk[:20]}", args, lambda _: None, ANY)
    deep = ".".join("a" * 3000) + "=1"
    wrongs = (
        "",
        "=",
        "x",
        "a..b=1",
        ".=1",
        "extends=x",
        "app=",
        "=3",
        deep,
        "seed=1\n2",
        "\udcff=1",
    )
    for number, wrong in enumerate(wrongs):
        yield Case(f"override {number}", ("run", "good.yaml", "--set", wrong), lambda _: None,
                   ANY if wrong == "app=" else REFUSED)  # fmt: skip


WORDS = ("", "-1", "1e999", "x" * 3000, "\udcff", "../../etc/passwd", "/dev/zero", "a\nb", "NaN",
         "=", "1..", "::error::")  # fmt: skip
_SLOW = {"replications", "max-runs", "max-replications", "precision", "most"}


def _options() -> Iterator[Case]:
    """Every option of every command with words that make no sense for it."""
    context = click.Context(cli)
    for each in cli.list_commands(context):  # some are imported only when they are asked for
        command = cli.get_command(context, each)
        assert command is not None
        base = next((args for args in COMMANDS.values() if args[0] == command.name), None)
        if base is None:
            continue
        for option in command.params:
            if not isinstance(option, click.Option) or option.is_flag:
                continue
            name = option.opts[-1]
            for number, word in enumerate(WORDS):
                args = (*_with(base, "good.yaml"), name, word)
                yield Case(f"option, {command.name} {name} {number}", args, lambda _: None, ANY)


def _outputs() -> Iterator[Case]:
    """Files that reports cannot go to."""
    hurts = {name: hurt for name, hurt in damage.SPECIAL.items()
             if not name.startswith("a link") and name != "missing"}  # fmt: skip
    for suffix in ("json", "md", "html", "txt"):
        for name, hurt in hurts.items():
            yield Case(f"output, {name}: {suffix}", ("run", "good.yaml", "--out", f"o.{suffix}"),
                       _at(f"o.{suffix}", hurt), REFUSED)  # fmt: skip
    for name, path in damage.IMPOSSIBLE.items():
        if name == "the root":
            continue
        out = f"{path}/o.json" if path else path
        yield Case(f"output, path {name}", ("run", "good.yaml", "--out", out), lambda _: None,
                   REFUSED)  # fmt: skip
    name = os.fsdecode(b"o\xff.json")
    yield Case("output, not UTF-8", ("run", "good.yaml", "--out", name), lambda _: None, DONE)
