"""Components from npm run unmodified under an app: values, boundaries, calls that nobody sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.budgets import check
from sim.convex.bundle import bundle_project
from sim.convex.starter import summary
from sim.convex.survey import survey
from sim.result import Result
from sim.scenario import ScenarioError, load_scenario
from sim.simulation import simulate

from .conftest import ENGINES, Direct, bundled, copy_of, packages, scenario_of, written

APP = Path(__file__).parent / "components"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def components(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of an app that uses ten components."""
    folder = tmp_path_factory.mktemp("components")
    root = copy_of(APP, packages("node-components", APP), folder)
    file = folder / "bundle.js"
    file.write_text(bundle_project(root).text(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def apps(components: Path) -> Iterator[dict[str, Direct]]:
    made = {name: Direct(scenario_of(components, javascript=name)) for name in ENGINES}
    yield made
    for each in made.values():
        each.backend.close()


@pytest.fixture(params=ENGINES)
def app(request: pytest.FixtureRequest, apps: dict[str, Direct]) -> Direct:
    return apps[request.param].afresh()


def run(components: Path, function: str, **settings: Any) -> Result:
    """Ten minutes in which a client calls one function after the first."""
    client = {"function": function, "at": ["1m"], "args": settings.pop("args", {})}
    return simulate(scenario_of(components, clients={"c": client}, **settings))


def calls(result: Result) -> dict[str, int]:
    return {name: each.calls for name, each in result.by_function.items() if each.calls}


def test_tables_of_the_same_name_are_apart(app: Direct) -> None:
    app.mutation("calls:add")
    assert app.query("calls:count") == [1, 2]


def test_what_throws_in_a_component_is_undone_and_the_caller_goes_on(app: Direct) -> None:
    assert app.mutation("calls:add", fails=True) == "Uncaught Error: no note"
    assert app.query("calls:count") == [1, 0]


def test_an_app_and_its_component_that_work_at_once_keep_to_their_own_tables(app: Direct) -> None:
    app.mutation("calls:addTogether")
    assert app.query("calls:count") == [2, 4]


def test_an_id_belongs_to_the_table_of_one_component(app: Direct) -> None:
    assert app.mutation("calls:whose") == [True, True, False]


def test_an_internal_function_of_a_component_cannot_be_reached(app: Direct) -> None:
    assert "notes/lib:hidden is internal to its component" in app.error("calls:internalOfIt")


def test_an_aggregate_counts_and_orders(app: Direct) -> None:
    count, most, least = app.mutation("work:score")
    assert (count, most["id"], least) == (3, "p3", 1)


def test_a_sharded_counter_counts(app: Direct) -> None:
    for _ in range(3):
        app.mutation("work:bump")
    assert app.query("work:bumped") == 3


def test_a_rate_limiter_lets_through_what_its_window_allows(app: Direct) -> None:
    assert app.mutation("work:limited") == 5


def test_a_component_calls_and_schedules_under_its_own_path(components: Path) -> None:
    counted = calls(run(components, "calls:add", args={"later": True}))
    assert counted["notes/lib:hidden"] == 1
    assert "notes/lib:add" not in counted  # within its caller's attempt it is no call of its own


def test_calls_of_an_action_into_a_component_are_calls(components: Path) -> None:
    counted = calls(run(components, "calls:addInAction"))
    assert (counted["notes/lib:add"], counted["notes/lib:count"]) == (1, 1)


@pytest.mark.parametrize("javascript", ENGINES)
def test_a_pool_runs_each_job_once(components: Path, javascript: str) -> None:
    result = run(components, "work:enqueue", args={"jobs": 30}, javascript=javascript)
    counted = calls(result)
    assert (counted["work:send"], counted["work:done"], counted["pool/complete:complete"]) == (
        30, 30, 30,
    )  # fmt: skip
    assert counted["pool/batchWorker/loop:loop"] > 3
    assert not any(name.startswith("spare/") for name in counted)


def test_both_engines_count_the_same_calls(components: Path) -> None:
    one, other = (
        calls(run(components, "work:enqueue", args={"jobs": 30}, javascript=name))
        for name in ENGINES
    )
    assert one == other


def test_a_workflow_takes_two_runs_of_its_pool_a_step(components: Path) -> None:
    counted = calls(run(components, "work:follow", args={"count": 5}))
    assert counted["workflow/workpool/worker:runMutationWrapper"] == 10
    assert counted["workflow/pool:onComplete"] == 5
    own = sum(n for name, n in counted.items() if name.startswith("workflow/"))
    said = f"A workflow of five steps makes `{own + counted['work:follow']}` calls there"
    assert said in " ".join((ROOT / "docs" / "your-typescript.md").read_text("utf-8").split())


def test_a_retrier_goes_on_until_its_action_gets_through(components: Path) -> None:
    result = run(components, "work:retry")
    action = result.by_function["work:sometimes"]
    assert (action.calls, action.errors) == (3, 2)


def test_a_cron_that_an_app_registers_runs(components: Path) -> None:
    assert calls(run(components, "work:every"))["work:done"] == 8  # from 2 min to 9 min


def test_presence_goes_away_when_its_heartbeat_stops(components: Path) -> None:
    counted = calls(run(components, "work:beat", args={"user": "ada"}))
    assert counted["presence/batchWorker/loop:loop"] >= 1


def test_a_cron_of_a_component_runs_when_nobody_is_there(components: Path) -> None:
    result = simulate(scenario_of(components))
    assert calls(result)["persistentTextStreaming/lib:cleanupExpiredStreams"] == 10  # 1,440 a day


def test_the_example_of_a_hidden_cron_breaks_its_budget(tmp_path: Path) -> None:
    folder = tmp_path / "hidden-cron"
    shutil.copytree(ROOT / "scenarios" / "hidden-cron", folder,
                    ignore=shutil.ignore_patterns("node_modules"))  # fmt: skip
    (folder / "node_modules").symlink_to(packages("node-components", APP))
    report = check(load_scenario(folder / "idle.yaml"))
    assert report.exit_code == 1
    (budget,) = report.to_dict()["scenarios"][0]["checks"]
    shown = (ROOT / "docs" / "examples.md").read_text("utf-8")
    assert f"calls per month | ≤ 10,000 | {budget['value']:,.0f} |" in shown


def test_what_an_app_is_made_of_tells_its_own_parts_from_those_of_components(
    tmp_path: Path,
) -> None:
    found = survey(copy_of(ROOT / "scenarios" / "hidden-cron" / "app",
                           packages("node-components", APP), tmp_path))  # fmt: skip
    assert list(summary(found)) == [
        "2 functions: 1 query, 1 mutation, 0 actions; 0 of them internal",
        "cron persistentTextStreaming/cleanup expired streams: "
        "persistentTextStreaming/lib:cleanupExpiredStreams every 1min",
        "table answers: no index",
        "component persistentTextStreaming: 8 functions, 2 tables",
    ]


_USES = """\
import { defineApp } from "convex/server";
import notes from "./notes/convex.config";
const app = defineApp();
"""
_CALLS = """\
import { components } from "./_generated/api";
import { mutation } from "./_generated/server";
export const go = mutation({ handler: async (ctx) => {
  await ctx.runMutation((components as any).missing.lib.add, {});
} });
"""


def test_a_component_that_is_not_installed_is_named(node_modules: Path, tmp_path: Path) -> None:
    file = bundled(tmp_path, node_modules, calls=_CALLS)
    message = "there is no component `missing`: convex.config has no `use` of it"
    with pytest.raises(ScenarioError, match=message):
        simulate(scenario_of(file, clients={"c": {"function": "calls:go", "at": ["1m"]}}))


def with_notes(folder: Path, node_modules: Path, uses: str) -> Path:
    root = written(folder, node_modules, calls="export const x = 1;\n")
    (root / "convex" / "convex.config.ts").write_text(_USES + uses, encoding="utf-8")
    notes = root / "convex" / "notes"
    notes.mkdir()
    (notes / "convex.config.ts").write_text(
        'import { defineComponent } from "convex/server";\nexport default defineComponent("n");\n',
        encoding="utf-8",
    )
    return root


def test_a_component_without_generated_code_is_one_error(
    node_modules: Path, tmp_path: Path
) -> None:
    root = with_notes(tmp_path, node_modules, "app.use(notes);\nexport default app;\n")
    with pytest.raises(ScenarioError, match=r"no `_generated`: run `npx convex codegen`"):
        bundle_project(root)


@pytest.mark.parametrize(
    ("uses", "message"),
    [
        ("export default 5;\n", "the default export is neither an app nor a component"),
        ('app.use(notes, { name: "a/b" });\nexport default app;\n',
         'convex.config: "a/b" is no name of a component'),
        ('app.use({ componentDefinitionPath: "x", defaultName: "x" } as any);\n'
         "export default app;\n", "the component x is installed from a file that is no convex"),
    ],
)  # fmt: skip
def test_a_config_that_installs_nothing_sensible_is_one_error(
    node_modules: Path, tmp_path: Path, uses: str, message: str
) -> None:
    root = with_notes(tmp_path, node_modules, uses)
    generated = root / "convex" / "notes" / "_generated"
    generated.mkdir()
    (generated / "api.js").write_text("export const api = {};\n", encoding="utf-8")
    file = tmp_path / "bundle.js"
    file.write_text(bundle_project(root).text(), encoding="utf-8")
    with pytest.raises(ScenarioError, match=message):
        simulate(scenario_of(file))


def test_two_components_of_one_name_are_one_error(node_modules: Path, tmp_path: Path) -> None:
    root = with_notes(
        tmp_path, node_modules, "app.use(notes);\napp.use(notes);\nexport default app;\n"
    )
    generated = root / "convex" / "notes" / "_generated"
    generated.mkdir()
    (generated / "api.js").write_text("export const api = {};\n", encoding="utf-8")
    file = tmp_path / "bundle.js"
    file.write_text(bundle_project(root).text(), encoding="utf-8")
    with pytest.raises(ScenarioError, match="two components are called n: give one of them"):
        simulate(scenario_of(file))
