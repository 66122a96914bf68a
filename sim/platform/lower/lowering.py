"""A whole app: each function by itself, then the steps of all of them under one numbering."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from sim.platform.reference import Backend, RowType
from sim.platform.reference.declared import counted

from . import steps, transactions
from .app import App
from .blocks import STEP
from .program import Program
from .source import Refused


def lower(backend: Backend) -> tuple[Program, dict[str, Callable[..., Any]]]:
    """Lower the app that is installed on a backend, and the pure functions that it calls.

    Raises `Refused` with file, line and reason if it cannot be compiled.
    """
    app = App(backend)
    app.add_bodies()
    _check_declared(backend)
    for body in app.bodies:
        if body.type in ("query", "mutation"):
            transactions.lowered(
                app, body, f"f{body.number}", body.source, None, is_query=body.type == "query"
            )
    stepped = {
        body.number: steps.lowered(app, body)
        for body in app.bodies
        if body.type in ("action", "script")
    }
    for number, offset in app.evaluations:
        body = app.bodies[number]
        name = f"f{number}_at{offset}"
        transactions.lowered(app, body, name, body.source, None, is_query=True, offset=offset)
    blocks, entries = _numbered({number: each[0] for number, each in stepped.items()})
    arguments = max((len(body.parameters) for body in app.bodies), default=0)
    arguments = max(arguments, app.python_words, 2)  # a batch has a number and an endpoint
    ends = [offset + app.results[app.bodies[n].name].words for n, offset in app.evaluations]
    results = [result.words for result in app.results.values()]
    declared = backend.declared
    program = Program(
        functions=tuple(body.name for body in app.bodies),
        types=tuple(body.type for body in app.bodies),
        entries=tuple(entries.get(body.number, -1) for body in app.bodies),
        tables=tuple((t.name, row_words_of(t.row), t.row.is_range) for t in declared.tables),
        facts=tuple((each.name, each.row.words) for each in declared.facts),
        counters=tuple(
            (number, name) for number, each in enumerate(declared.counters)
            for name in counted(each)
        ),
        draws=tuple(each.purpose for each in declared.draws),
        key_sets=len(declared.key_sets),
        slots=tuple(app.slots.values()),
        guards=tuple(
            (guard.first + int(member), guard.function, str(member.reason), bool(member.admits))  # type: ignore[attr-defined]
            for guard in app.guards for member in guard.enum
        ),
        python_calls=tuple(app.python_calls),
        sequences=tuple(app.sequences),
        evaluations=tuple(app.evaluations),
        arguments=arguments,
        job_words=app.job_words,
        result_words=max([1, *ends, *results]),
        frame_words=max([0, *(words for _, words, _ in stepped.values())]),
        list_rooms=max([0, *(rooms for _, _, rooms in stepped.values())]),
        endpoints=tuple(app.endpoints),
        text=_text(app, blocks, arguments),
    )  # fmt: skip
    return program, app.helpers


def row_words_of(row: RowType) -> int:
    """How many words a row has; a range has the number of its keys, and where they stand."""
    return 2 if row.is_range else row.words


def _check_declared(backend: Backend) -> None:
    for cron in backend.crons:
        if not cron.every and cron.by_expression:
            raise Refused(f"the cron {cron.name!r} has an expression; only intervals are compiled")


def _numbered(
    functions: dict[int, dict[int, list[ast.stmt]]],
) -> tuple[dict[int, list[ast.stmt]], dict[int, int]]:
    """The blocks of all functions under numbers of their own, and where each function begins."""
    found: dict[int, list[ast.stmt]] = {}
    entries = {}
    for function, blocks in functions.items():
        numbers = {old: len(found) + place for place, old in enumerate(blocks)}
        entries[function] = numbers[0]
        for old, body in blocks.items():
            found[numbers[old]] = [_renumbered(each, numbers) for each in body]
    return found, entries


def _renumbered(node: ast.stmt, numbers: dict[int, int]) -> ast.stmt:
    """A statement whose jumps, and whose ``x.then``, are of the new numbers."""
    for each in ast.walk(node):
        if not isinstance(each, ast.Assign) or not isinstance(each.value, ast.Constant):
            continue
        target = each.targets[0]
        if (isinstance(target, ast.Name) and target.id == STEP) or (
            isinstance(target, ast.Attribute) and target.attr == "then"
        ):
            each.value = ast.Constant(numbers[int(str(each.value.value))])
    return node


def _text(app: App, blocks: dict[int, list[ast.stmt]], arguments: int) -> str:
    """The module of the compiled app."""
    parts = [*app.texts.values()]
    queries, mutations = [], []
    for body in app.bodies:
        given = "".join(f", x.c{n}" for n in range(len(body.parameters)))
        if body.type == "query":
            queries.append(f"f{body.number}(s, x{given})")
        elif body.type == "mutation":
            mutations.append((body.number, f"f{body.number}(s{given})"))
    for number, offset in app.evaluations:
        given = "".join(f", x.c{n}" for n in range(len(app.bodies[number].parameters)))
        queries.append(f"f{number}_at{offset}(s, x{given})")
    parts.append(_switch("run_query", "x.evaluation", list(enumerate(queries))))
    parts.append(_switch("run_mutation", "x.callee", mutations))
    parts.append(_steps(blocks))
    words, jobs = range(arguments), range(app.job_words)
    row_words = max([1, *(row_words_of(t.row) for t in app.backend.declared.tables)])
    for name, parameters, target, source, places in (
        ("call_own", "s, x", "x.c", "x.a", words),
        ("give_call", "s, inner, x", "inner.a", "x.c", words),
        ("give_job", "s, job, x", "job.a", "x.c", jobs),
        ("take_job", "s, x, job", "x.a", "job.a", jobs),
        ("copy_job", "s, job, other", "job.a", "other.a", jobs),
        ("take_cron", "s, x, cron", "x.a", "cron.a", words),
        ("copy_row", "s, row, other", "row.w", "other.w", range(row_words)),
    ):  # fmt: skip
        lines = [f"    {target}{n} = {source}{n}" for n in places] or ["    pass"]
        parts.append(f"def {name}({parameters}):\n" + "\n".join(lines) + "\n")
    return "\n\n".join(parts)


def _switch(name: str, word: str, calls: list[tuple[int, str]]) -> str:
    lines = [f"def {name}(s, x):", f"    which = {word}"]
    for number, call in calls[:-1]:
        lines += [f"    if which == {number}:", f"        return {call}"]
    lines.append(f"    return {calls[-1][1]}" if calls else "    return 0")
    return "\n".join(lines) + "\n"


def _steps(blocks: dict[int, list[ast.stmt]]) -> str:
    """One function for the steps of all actions and scripts: a number says which is next."""
    lines = ["def run_app(s, x):", f"    {STEP} = x.step", "    while True:"]
    for number, body in blocks.items():
        lines.append(f"        if {STEP} == {number}:")
        for statement in body or [ast.Pass()]:
            text = ast.unparse(ast.fix_missing_locations(statement))
            lines += ["            " + line for line in text.split("\n")]
        if not body:
            lines.append("            return DO_RETURN")
    lines.append("        return DO_RETURN")
    return "\n".join(lines) + "\n"
