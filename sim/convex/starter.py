"""A starter scenario for a project: everything that was found, and what has to be guessed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from .crons import CronJob
from .load import About
from .made_up import arguments_for
from .picks import PICK
from .survey import Survey

MOST_CLIENTS = 12
"""Functions that are called from the start; more would hide the rest of the file."""
RATE = "1000/day"
"""What every client is guessed to do."""
DOCUMENTS = 100
"""How many documents of a table are proposed."""
STAY = "5m"
"""How long a page is guessed to stay open."""
_UNITS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"))


def starter(
    found: Survey, name: str, root: str, idle: Collection[str] = (), budgets: Sequence[str] = ()
) -> str:
    """The scenario as YAML text.

    ``root``: as the file names it. ``idle``: functions that no client calls. ``budgets``: lines.
    """
    lines = [
        f"# A starter scenario for {name}, written by `sim init`. Change what is guessed here.",
        *(f"# {line}" for line in summary(found)),
        f"description: {json.dumps(f'{name}, as it is today.')}",
        "seed: 1",
        "horizon: 24h",
        "app:",
        "  name: convex",
        f"  root: {json.dumps(root)}",
        "  # The documents at the start. Without them every table is empty.",
        "  # world: {export: snapshot.zip}   # what `npx convex export` wrote",
        *_made_up(found),
        *_environment(found),
        *_requests(found),
        *_clients(found, idle),
        "traffic:",
        "  organic:",
        "    rate: 0   # calls of everything that is not modelled above, spread evenly",
        *budgets,
    ]
    return "\n".join(lines) + "\n"


def summary(found: Survey) -> Iterator[str]:
    """What was found, one fact a line."""
    about = found.about
    own = {path: kind for path, kind in about.functions.items()
           if not about.is_in_component(path)}  # fmt: skip
    kinds = Counter[str](own.values())
    internal = len(own) - len(about.public) - len(found.routes)
    parts = [f"{kinds[kind]} {kind if kinds[kind] == 1 else plural}" for kind, plural in
             (("query", "queries"), ("mutation", "mutations"), ("action", "actions"))]  # fmt: skip
    yield f"{len(own)} functions: {', '.join(parts)}; {internal} of them internal"
    for cron in about.crons:
        yield f"cron {cron.name}: {cron.function} {_when(cron)}"
    for table, indexes in sorted(about.tables.items()):
        if not about.is_in_component(table):
            yield f"table {table}: {', '.join(indexes) or 'no index'}"
    for path in about.components:
        yield f"component {path}: {_size_of(about, path)}"
    if found.hosts:
        yield f"hosts named in the code: {', '.join(found.hosts)}"
    if found.variables:
        yield f"environment variables read: {', '.join(found.variables)}"
    for what, modules in found.not_simulated.items():
        yield f"not simulated, ends the run if it is called: {what} ({', '.join(modules)})"


def _size_of(about: About, component: str) -> str:
    """How much a component brings along, with the components inside it."""
    functions, tables = (
        sum(name.startswith(f"{component}/") for name in names)
        for names in (about.functions, about.tables)
    )
    return f"{functions} functions, {tables} tables"


def _when(cron: CronJob) -> str:
    if cron.expression:
        return f"at {cron.expression!r}"
    for size, unit in _UNITS:
        if cron.every % size == 0:
            return f"every {cron.every // size}{unit}"
    return f"every {cron.every}us"


def _made_up(found: Survey) -> Iterator[str]:
    """Documents for those who have no export."""
    own = [table for table in sorted(found.about.tables)
           if not found.about.is_in_component(table)]  # fmt: skip
    if own:
        tables = ", ".join(f"{table}: {DOCUMENTS}" for table in own)
        yield f"  # world: {{generate: {{{tables}}}}}   # or made up from the schema"


def _environment(found: Survey) -> Iterator[str]:
    if found.variables:
        yield "  env:   # made-up values; none of them leaves this machine"
        yield from (f"    {name}: simulated" for name in found.variables)
    if found.asks_who:
        yield "  identity: {subject: user}   # who the clients are, to `ctx.auth`"


def _requests(found: Survey) -> Iterator[str]:
    if not found.hosts:
        return
    yield "  # Nothing leaves this machine: every request is answered by the first rule that fits."
    yield "  fetch:"
    for host in found.hosts:
        yield f"    - {{url: {json.dumps(f'https://{host}')}, body: {{}}}}"


def _clients(found: Survey, idle: Collection[str]) -> Iterator[str]:
    """Who calls: the functions that need no arguments; the others as comments."""
    ready: list[str] = []
    to_fill: list[str] = []
    idle_ones: list[str] = []
    for kind in ("query", "mutation", "action"):
        for path in found.public(kind):
            args = arguments_for(found.arguments[path], _id_of)
            call = f"function: {json.dumps(path)}, args: {json.dumps(args)}"
            if kind == "query":  # what a page shows: it is kept up to date
                call = f"subscribe: [{{{call}}}], stay: {STAY}"
            line = f"{_key(path)}: {{{call}, rate: {RATE}}}"
            (idle_ones if path in idle else to_fill if args else ready).append(line)
    to_fill += [f"{_key(route)}: {{function: {json.dumps(route)}, args: {{}}, rate: {RATE}}}"
                for route in found.routes]  # fmt: skip
    if ready or to_fill:
        yield "  # Who calls the app. The rates are guesses: write what your dashboard shows."
        yield "  # A page that subscribes to a query runs it again whenever its data changes."
    shown, rest = ready[:MOST_CLIENTS], ready[MOST_CLIENTS:]
    if shown:
        yield "  clients:"
        yield from (f"    {line}" for line in shown)
    if rest or to_fill:
        yield "  # More of them, with arguments to fill in:" if shown else "  # clients:"
        yield from (f"  #   {line}" for line in (*rest, *to_fill))
        if any(PICK in line for line in to_fill):
            yield f"  # {PICK}: a document of that table, drawn for each call."
    if idle_ones:
        yield "  # Left out, because they use what is not simulated: their calls would end the run."
        yield from (f"  #   {line}" for line in idle_ones)


def _id_of(table: str) -> Any:
    """What stands for an id in arguments: files and jobs have to be named by hand."""
    return f"<an id of {table}>" if table.startswith("_") else {PICK: table}


def _key(path: str) -> str:
    """A function's name as a key."""
    return re.sub(r"\W+", "_", path).strip("_")
