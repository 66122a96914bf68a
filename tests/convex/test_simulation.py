"""A project under simulated time: calls, jobs, crons, conflicts, the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.platform.reference import Backend
from sim.report.findings import findings
from sim.result import Result
from sim.scenario import Scenario, ScenarioError, scenario_from
from sim.simulation import simulate

from .conftest import ENGINES

FETCH = [{"url": "https://api.example.com/item/*", "body": "hello", "limited": False}]


class Run:
    """A run of the project; afterwards its functions can be asked what it left behind."""

    def __init__(self, scenario: Scenario) -> None:
        self.backend = Backend(scenario, scenario.seed)
        self.outcomes = scenario.app_module.install(self.backend, scenario)
        self.horizon = scenario.horizon
        self.answers: dict[str, Any] = {}

    def calls(self, function: str) -> int:
        return sum(edge.calls for edge in self.backend.ledger if edge.function.name == function)

    def errors(self, function: str) -> int:
        return sum(edge.errors for edge in self.backend.ledger if edge.function.name == function)

    def ask(self, at: int, kind: str, function: str, **args: Any) -> None:
        """Let a client call a function; its value is kept under the function's name."""

        def client(ctx: Any, _: int) -> Any:
            call = {"query": ctx.query, "mutation": ctx.run_mutation, "action": ctx.run_action}[
                kind
            ]
            value = yield from call(function, json.dumps(args), True)
            self.answers[function] = json.loads(value)

        self.backend.client(at, client, 0)

    def run(self) -> Run:
        try:
            for _ in self.backend.run([self.horizon]):
                pass
            return self
        finally:
            self.backend.close()


@pytest.fixture
def run(bundle_file: Path) -> Callable[..., Run]:
    def make(**app: Any) -> Run:
        return Run(settings(bundle_file, **app))

    return make


def settings(bundle_file: Path, **app: Any) -> Scenario:
    return scenario_from({
        "app": {"name": "convex", "bundle": str(bundle_file), "javascript": "quickjs",
                "fetch": FETCH, **app},
        "external": {"latency": "100ms", "error_rate": 0},
        "platform": {"latency": {"query": "5ms", "mutation": "5ms", "commit": "20ms"}},
        "traffic": {"organic": {"rate": 0}},
        "horizon": "10m",
        "bin": "10m",
    })  # fmt: skip


SECOND = 1_000_000


def test_what_a_function_throws_is_in_the_result_and_a_finding(bundle_file: Path) -> None:
    clients = {"a": {"function": "notes:throws", "at": ["1s", "2s"]}}
    result = simulate(settings(bundle_file, clients=clients))
    use = result.by_function["notes:throws"]
    assert (use.calls, use.errors, use.thrown) == (2, 2, "Uncaught TypeError: oh no")
    assert result.to_dict()["functions"]["notes:throws"]["thrown"] == use.thrown
    told = 'notes:throws failed in 2 of 2 calls: "Uncaught TypeError: oh no".'
    assert findings(result)[0] == told


def test_a_function_takes_its_own_latency(bundle_file: Path) -> None:
    scenario = settings(bundle_file, clients={"a": {"function": "notes:throws", "at": ["1s"]}})
    own = {"platform.latency.functions": {"notes:thr*": {"mutation": "300ms"}}}
    assert simulate(scenario).by_function["notes:throws"].time_s == 0.005
    assert simulate(scenario.with_(**own)).by_function["notes:throws"].time_s == 0.3


def test_requests_made_together_take_the_time_of_one(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:inParallel", count=5)
    made.ask(0, "action", "actions:oneByOne", count=5)
    made.run()
    answer = made.answers["actions:inParallel"]
    assert (answer["took"], answer["statuses"]) == (100, [200] * 5)
    assert answer["texts"] == ["hello"] * 5
    assert made.answers["actions:oneByOne"] == 500


def test_mutations_sent_together_conflict_and_are_retried(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(30 * SECOND, "action", "actions:counts")
    made.run()
    assert made.answers["actions:counts"] == 4
    assert made.calls("notes:increment") > 4 + 10  # the cron's ten, and attempts that lost
    assert list(made.backend.database.lost) == [
        ("notes:increment", "counters", "notes:increment", "by_id", "document")
    ]


def test_a_result_says_on_which_index_and_how_many_documents_conflicts_were(
    bundle_file: Path,
) -> None:
    scenario = settings(
        bundle_file, clients={"a": {"function": "actions:counts", "at": ["1s", "40s", "80s"]}}
    )
    result = simulate(scenario)
    (pair,) = result.conflict_pairs
    assert (pair.table, pair.index, pair.what) == ("counters", "by_id", "document")
    (counters,) = result.conflict_documents
    assert counters.table == "counters"
    assert counters.conflicts == counters.most == pair.retried + pair.failed > 0
    assert counters.documents == 1
    use = result.by_function["notes:increment"]
    assert sum(use.attempts.values()) == use.calls - use.conflicts_retried


def test_a_call_that_nobody_awaits_is_made(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:leavesBehind")
    made.ask(0, "mutation", "notes:unawaited")
    made.ask(60 * SECOND, "query", "notes:counter", name="left")
    made.run()
    assert made.calls("notes:bump") == 2
    assert made.answers["notes:counter"] == 1


def test_an_error_reaches_the_action_with_its_data(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:catches")
    made.run()
    answer = made.answers["actions:catches"]
    assert answer["data"] == {"code": "NO", "name": "x"}
    assert made.errors("notes:increment") == 1


def test_a_cancelled_job_does_not_run(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "mutation", "notes:scheduleAndCancel")
    made.ask(5 * 60 * SECOND, "query", "notes:jobStates")
    made.run()
    assert made.calls("notes:bump") == 1
    states = {tuple(each) for each in made.answers["notes:jobStates"]}
    assert states == {
        ("notes:bump", "canceled"), ("notes:cancelAll", "success"), ("notes:bump", "success"),
    }  # fmt: skip
    scheduler = made.backend.scheduler
    assert scheduler.created == scheduler.executor.executed + scheduler.cleared + scheduler.pending


def test_an_action_cancels_what_has_not_run(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:scheduleAndCancel")
    made.ask(5 * 60 * SECOND, "query", "notes:jobStates")
    made.run()
    assert made.calls("notes:bump") == 1
    assert made.errors("actions:scheduleAndCancel") == 0
    assert {tuple(each) for each in made.answers["notes:jobStates"]} == {
        ("notes:bump", "success"), ("notes:bump", "canceled"),
    }  # fmt: skip


def test_crons_run_at_their_intervals_and_times(bundle_file: Path) -> None:
    result = simulate(settings(bundle_file).with_(horizon="13h", bin="1h"))
    runs = {name: use.runs for name, use in result.crons.items()}
    assert runs == {"every minute": 13 * 60, "at noon": 1, "at five past": 13}


def test_an_action_sleeps_in_simulated_time(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:sleeps", ms=123_000)
    made.run()
    assert made.answers["actions:sleeps"] == 123_000


def test_actions_call_actions_up_to_a_depth(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:nested", deep=3)
    made.run()
    assert made.answers["actions:nested"] == 3
    deeper = run()
    deeper.ask(0, "action", "actions:nested", deep=9)
    deeper.run()
    assert "actions:nested" not in deeper.answers


def test_storage_has_addresses_and_sizes(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "actions:stores")
    made.run()
    url, size = made.answers["actions:stores"]
    assert url.startswith("https://storage.simulated/")
    assert size == 5


def test_clients_have_the_identity_of_the_scenario(run: Callable[..., Run]) -> None:
    made = run(identity={"subject": "ann"})
    made.ask(0, "query", "notes:whoAmI")
    made.run()
    assert made.answers["notes:whoAmI"] == "ann"


def test_an_http_route_is_a_function(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "action", "http:POST /count", body={"name": "web"})
    made.run()
    assert made.answers["http:POST /count"] == {"status": 201, "body": "1"}


def test_environment_variables_come_from_the_scenario(run: Callable[..., Run]) -> None:
    made = run(env={"SECRET": "s3cret"})
    made.ask(0, "query", "notes:secret")
    made.run()
    assert made.answers["notes:secret"] == "s3cret"


def test_limits_throw_in_the_function(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "mutation", "notes:scheduleMany", count=1001)
    made.ask(0, "mutation", "notes:addMany", owner="a", count=16_001)
    made.run()
    assert made.answers == {}
    assert (made.errors("notes:scheduleMany"), made.errors("notes:addMany")) == (1, 1)
    assert made.calls("notes:bump") == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_code_that_never_ends_runs_into_its_own_time_out(
    run: Callable[..., Run], engine: str
) -> None:
    made = run(javascript=engine, time_limit="300ms")
    for function, kind in (("endless", "mutation"), ("endlessPromises", "query")):
        made.ask(0, kind, f"notes:{function}")
    made.ask(0, "action", "actions:endless")
    made.ask(60 * SECOND, "mutation", "notes:increment", name="after")
    made.run()
    assert [made.errors(f"notes:{name}") for name in ("endless", "endlessPromises")] == [1, 1]
    assert made.answers == {"notes:increment": None}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_code_reaches_nothing_outside(run: Callable[..., Run], engine: str) -> None:
    made = run(javascript=engine)
    made.ask(0, "action", "actions:imports")
    made.run()
    assert made.answers["actions:imports"] == "refused"
    trying = run(javascript=engine)
    trying.ask(0, "action", "actions:escapes")
    with pytest.raises(ScenarioError, match="reach no file"):
        trying.run()


@pytest.mark.parametrize("engine", ENGINES)
def test_memory_is_limited(run: Callable[..., Run], engine: str) -> None:
    made = run(javascript=engine, memory="128MiB", time_limit="60s")
    made.ask(0, "action", "actions:memory")
    with pytest.raises(ScenarioError, match="128 MiB"):
        made.run()


def test_state_that_leaks_between_executions_is_named(bundle_file: Path) -> None:
    scenario = settings(bundle_file, clients={"x": {"function": "notes:leak", "at": ["1s"]}})
    assert "convex/notes.ts: leaked" in simulate(scenario).notes[0]


def test_a_request_that_nothing_answers_names_the_rule_to_write(run: Callable[..., Run]) -> None:
    made = run(fetch=[])
    made.ask(0, "action", "actions:oneByOne", count=1)
    with pytest.raises(ScenarioError) as caught:
        made.run()
    assert "asked for GET https://api.example.com/item/0, and no rule answers" in str(caught.value)
    assert '- {url: "https://api.example.com/item/0", body: {}}' in str(caught.value)


def test_what_is_not_simulated_says_so_when_it_is_called(run: Callable[..., Run]) -> None:
    made = run()
    made.ask(0, "query", "notes:searches")
    with pytest.raises(ScenarioError, match="text search is not simulated"):
        made.run()


def traffic() -> dict[str, Any]:
    calls = [
        ("notes:increment", {"name": "hot"}),
        ("actions:inParallel", {"count": 3}),
        ("actions:counts", {}),
        ("notes:when", {}),
        ("notes:scheduleAndCancel", {}),
    ]
    return {f"c{n}": {"function": function, "args": args, "rate": "2/s"}
            for n, (function, args) in enumerate(calls)}  # fmt: skip


def test_the_same_bytes_on_both_engines(bundle_file: Path) -> None:
    def text(engine: str) -> str:
        scenario = settings(bundle_file, javascript=engine, clients=traffic())
        result: Result = simulate(scenario.with_(horizon="20s", bin="10s"))
        found = result.to_dict()
        found.pop("performance")
        return json.dumps(found)

    assert text("quickjs") == text("node")


@pytest.mark.parametrize("engine", ENGINES)
def test_time_and_chance_are_the_simulations(run: Callable[..., Run], engine: str) -> None:
    made = run(javascript=engine)
    made.ask(0, "query", "notes:when")
    made.run()
    now, luck, text, uuid = made.answers["notes:when"]
    assert now == made.backend.epoch_ms
    assert text == "11/8/2025, 12:00:00 AM"
    assert luck == 0.7927032854073552  # whichever engine and machine
    assert (len(uuid), uuid[14]) == (36, "4")
