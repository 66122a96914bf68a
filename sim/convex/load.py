"""Loading a project: its code into an engine, its documents, and what it has to offer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sim.platform.reference import Backend
from sim.platform.reference.functions import FunctionType
from sim.scenario import DAY, Scenario, dotted, fault

from .bundle import Bundle
from .crons import CronJob, cron_jobs
from .engines import Broken, JavaScriptError, Stopped
from .errors import app_error
from .generate import generate
from .machine import Machine
from .settings import ConvexSettings, Seed
from .world import tables_of

ROUTE = "http:"
"""What the names of HTTP routes begin with."""
_LIMITLESS = 1 << 40


@dataclass(frozen=True, slots=True)
class About:
    """What a bundle holds."""

    functions: Mapping[str, FunctionType]
    """Path → type; HTTP routes are actions called `http:METHOD /path`."""
    public: frozenset[str]
    node: frozenset[str]
    """Modules that run in Node."""
    crons: tuple[CronJob, ...] = ()
    tables: Mapping[str, list[str]] = field(default_factory=dict)
    """Table → its indexes, as the schema declares them."""
    components: tuple[str, ...] = ()
    """Paths of the components that are installed."""

    def is_in_component(self, name: str) -> bool:
        """Whether a function, table or cron is a component's."""
        return any(name.startswith(f"{path}/") for path in self.components)

    def callable_from_outside(self, path: str) -> bool:
        """Whether clients may call it: public functions and routes."""
        return path in self.public or path.startswith(ROUTE)

    def runs_in_node(self, path: str) -> bool:
        """Whether a function runs in the Node runtime."""
        return path.partition(":")[0] in self.node

    def with_(self, later: About) -> About:
        """The functions of both, as a deployment in mid-run replaces one by the other."""
        for path, kind in later.functions.items():
            if self.functions.get(path, kind) != kind:
                raise ValueError(f"{path} becomes a {kind}: it is a {self.functions[path]}")
        return About(
            {**self.functions, **later.functions}, self.public | later.public,
            self.node | later.node, self.crons, self.tables, self.components,
        )  # fmt: skip


def not_public(path: str, kind: FunctionType) -> str:
    """Why clients cannot call an internal function."""
    return f"{path} is an internal {kind}: clients can only call public ones, made with `{kind}`"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project in its engine."""

    machine: Machine
    about: About
    source: str
    """The text of the bundles that are or will be loaded."""
    where: str
    """What errors name: the project's folder or bundle."""


def load(backend: Backend, scenario: Scenario, *, fill: bool = True) -> Loaded:
    """Load a scenario's project, with its documents if ``fill``; raises `ScenarioError`."""
    settings = scenario.app
    assert isinstance(settings, ConvexSettings)
    code, scripts = settings.code(), settings.scripts()
    where = settings.root or settings.bundle
    machine = Machine(backend, settings, where)
    backend.at_end(machine.engine.close)
    machine.tell("environment", json.dumps(settings.env))  # modules may read it while they load
    machine.load(code)
    if scripts is not None:
        machine.load(scripts)
        _check_scripts(machine, scenario, settings)
    about = describe(machine, code)
    if fill:
        _fill(machine, scenario, settings, about, backend.seed)
    _apply_schema(machine, settings, where)
    machine.begin()
    source = code.source
    for later in _later(scenario, settings):
        bundle = later.code()
        source += bundle.source
        about = _with_later(about, _look_at(backend, bundle, later), later)
    return Loaded(machine, about, source, where)


def describe(machine: Machine, code: Bundle) -> About:
    """What the bundle that was loaded last holds."""
    given = machine.tell("describe")
    functions = {path: cast(FunctionType, kind) for path, kind, _ in given["functions"]}
    for route in given["routes"]:
        functions[route] = "action"
    return About(
        functions=functions,
        public=frozenset(path for path, _, seen in given["functions"] if seen == "public"),
        node=code.node | frozenset(given["node"]),
        crons=cron_jobs(given["crons"], functions, code.filename),
        tables=dict(given["tables"]),
        components=tuple(given["components"]),
    )


def _look_at(backend: Backend, bundle: Bundle, settings: ConvexSettings) -> About:
    """What a bundle holds that is deployed later: seen in an engine of its own."""
    machine = Machine(backend, settings, settings.root or settings.bundle)
    try:
        machine.load(bundle)
        return describe(machine, bundle)
    finally:
        machine.engine.close()


def _later(scenario: Scenario, settings: ConvexSettings) -> Iterator[ConvexSettings]:
    """The settings after each deployment that brings other code."""
    before = settings
    for operation in scenario.operations:
        if isinstance(operation.app, ConvexSettings):
            if (operation.app.root, operation.app.bundle) != (before.root, before.bundle):
                yield operation.app
            before = operation.app


def _with_later(about: About, later: About, settings: ConvexSettings) -> About:
    try:
        return about.with_(later)
    except ValueError as error:
        where = settings.root or settings.bundle
        raise app_error(where, f"cannot be deployed in mid-run: {error}") from error


def _check_scripts(machine: Machine, scenario: Scenario, settings: ConvexSettings) -> None:
    """Raise if a mock or script is named that the module does not export."""
    known = machine.tell("functionsOfScripts")
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("app", "fetch", n, "mock"), rule.mock) for n, rule in enumerate(settings.fetch)
    ]
    named += [(("app", "clients", name, "script"), client.script)
              for name, client in settings.clients.items()]  # fmt: skip
    for path, name in named:
        if name and name not in known:
            there = ", ".join(known) or "none"
            raise fault(
                scenario.where(path),
                f"{dotted(path)}: {settings.mocks} exports no function `{name}`; "
                f"there are: {there}",
            )


def _fill(
    machine: Machine, scenario: Scenario, settings: ConvexSettings, about: About, seed: int
) -> None:
    """Put the documents of the start into the tables."""
    limits = {} if settings.world.seed is None else dict.fromkeys(
        ("documentsRead", "documentsWritten", "bytesRead", "bytesWritten", "jobs"), _LIMITLESS
    )  # fmt: skip
    configure(machine, scenario, settings, limits, kept=False)
    for table in tables_of(settings.world):
        _tell(machine, table.where, "fill", table.name, table.text, float(table.number))
    generate(machine, scenario, settings.world.generate, seed)
    if settings.world.seed is not None:
        machine.tell("applySchema")
        _seed(machine, settings.world.seed, scenario, about)


def _seed(machine: Machine, seed: Seed, scenario: Scenario, about: About) -> None:
    where = scenario.where(("app", "world", "seed", "function"))
    if about.functions.get(seed.function) != "mutation":
        raise fault(where, f"app.world.seed.function: there is no mutation {seed.function}")
    args = seed.args
    if seed.args_file:
        args = read_json(Path(seed.args_file))
    x = machine.new()
    attempt = machine.mutation(x, seed.function, json.dumps(args), 0, "", True)
    if not attempt.ended.ok:
        raise fault(where, f"{seed.function}: {attempt.ended.value}")
    if attempt.changes is None:
        return
    if attempt.changes.jobs:
        raise fault(where, f"{seed.function}: it schedules jobs; a seed only writes documents")
    machine.engine.post("commit", x, 0.0, 0.0)


def read_json(file: Path) -> Any:
    """What a JSON file holds."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise app_error(file, "there is no such file") from error
    except (OSError, ValueError) as error:
        raise app_error(file, f"cannot be read as JSON: {error}") from error


def configure(
    machine: Machine, scenario: Scenario, settings: ConvexSettings, limits: Mapping[str, int],
    *, kept: bool,
) -> None:  # fmt: skip
    """Tell the runtime what it needs to know of the platform and the scenario."""
    transactions = scenario.platform.transactions
    given = {
        "documentsRead": transactions.documents_read,
        "documentsWritten": transactions.documents_written,
        "bytesRead": transactions.bytes_read,
        "jobs": scenario.platform.scheduler.per_function_cap,
        "bytesWritten": transactions.bytes_read,
        **limits,
    }
    machine.tell("configure", json.dumps({
        "epochMs": round(scenario.starts.timestamp() * 1000), "limits": given,
        "identity": _identity(settings), "keepsJobs": kept,
        "queryCache": settings.query_cache,
        "rates": {table: rate / DAY for table, rate in settings.writes.items()},
    }))  # fmt: skip
    machine.tell("environment", json.dumps(settings.env))


def _identity(settings: ConvexSettings) -> dict[str, Any] | None:
    """The identity of clients, with what every identity has."""
    given = settings.identity
    if given is None:
        return None
    subject, issuer = given.get("subject", "user"), given.get("issuer", "https://auth.simulated")
    return {"tokenIdentifier": f"{issuer}|{subject}", "subject": subject, "issuer": issuer, **given}


def _apply_schema(machine: Machine, settings: ConvexSettings, where: str) -> None:
    world = settings.world
    _tell(machine, world.export or world.folder or where, "applySchema")


def _tell(machine: Machine, where: str, name: str, *args: Any) -> None:
    try:
        machine.engine.send(name, *args)
    except JavaScriptError as error:
        message = " ".join(str(error).partition("\n    at ")[0].split())
        raise app_error(where, message) from error
    except Stopped as error:
        raise app_error(where, "takes too long to read in: see app.time_limit") from error
    except Broken as error:
        raise app_error(where, str(error)) from error
