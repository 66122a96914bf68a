"""`sim scenarios`, `sim settings`, `sim validate` and `sim schema`: what one starts an app with."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.command import sim

MONITOR = Path("scenarios/monitor.yaml").resolve()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pipe(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a text on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


# -- scenarios -------------------------------------------------------------------------------------


def test_the_shipped_scenarios_are_listed_with_a_line_on_each(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("scenarios") == 0
    out = capsys.readouterr().out
    for name in ("shipped:spike", "shipped:monitor", "shipped:budgets/pull-request"):
        assert f"|{name} " in out
    assert "The fix that the incident report describes." in out
    assert sim("scenarios", "--format", "json") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert {each["kind"] for each in files} == {"scenario", "budgets", "claims"}
    assert all(each["description"] for each in files)


def test_copied_scenarios_are_the_same_files_and_nothing_is_overwritten(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    original = MONITOR.parent
    assert sim("scenarios", "--copy", "mine") == 0
    copied = sorted(file.relative_to(here / "mine") for file in (here / "mine").rglob("*.*"))
    assert {Path("monitor_app.py"), Path("budgets/baseline.json")} < set(copied)
    for file in copied:
        assert (here / "mine" / file).read_bytes() == (original / file).read_bytes()
    assert sim("validate", *(str(file) for file in (here / "mine").glob("*.yaml"))) == 0
    (here / "mine" / "spike.yaml").unlink()
    (here / "mine" / "fixed.yaml").write_text("mine")
    capsys.readouterr()
    assert sim("scenarios", "--copy", "mine") == 2
    assert re.search(
        r"is there already \(and \d+ more\): nothing was written", capsys.readouterr().err
    )
    assert (here / "mine" / "fixed.yaml").read_text() == "mine"
    assert not (here / "mine" / "spike.yaml").exists()


def test_a_shipped_scenario_runs_in_any_folder_and_can_be_built_on(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sim("run", "shipped:monitor", "--horizon", "1m", "--quiet") == 0
    assert capsys.readouterr().out.startswith("monitor: 60 s simulated")
    Path("mine.yaml").write_text("extends: shipped:fixed\nhorizon: 1m\n")
    assert sim("run", "mine.yaml") == 0
    assert capsys.readouterr().out.startswith("mine, revision fixed: 60 s simulated")
    pipe("extends: shipped:fixed\nhorizon: 1m\n", monkeypatch)
    assert sim("run", "-") == 0
    assert capsys.readouterr().out.startswith("stdin, revision fixed: 60 s simulated")
    assert os.listdir(here) == ["mine.yaml"]


def test_standard_input_is_read_once(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe("extends: shipped:fixed\n", monkeypatch)
    assert sim("compare", "-", "-") == 2
    message = "error: <stdin>: is empty; a scenario file can be read from it only once\n"
    assert capsys.readouterr().err == message
    pipe("revison: fixed\n", monkeypatch)
    assert sim("run", "-") == 2
    assert capsys.readouterr().err.startswith("error: <stdin>:1:1: the scenario: unknown key")


@pytest.mark.parametrize(
    ("given", "suggested"),
    [
        ("fixed.yaml", "scenarios/fixed.yaml"),
        ("scenarios/fixd.yaml", "scenarios/fixed.yaml"),
        ("scenario/fixed.yaml", "scenarios/fixed.yaml"),
        ("scenarios/fixed", "scenarios/fixed.yaml"),
        ("normal.yml", "shipped:normal"),
    ],
)
def test_a_file_that_is_not_there_brings_the_nearest_name(
    given: str, suggested: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "scenarios").mkdir()
    (here / "scenarios" / "fixed.yaml").write_text("revision: fixed\n")
    (here / ".fixed.yaml").write_text("")
    assert sim("run", given) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error == f"error: {given}: there is no such file; did you mean {suggested!r}?"
    assert hint == "hint: `sim scenarios` lists the scenarios that come with sim"


def test_extending_a_file_that_is_not_there_names_one_near_and_no_hidden_one(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / ".pre-commit-hooks.yaml").write_text("")
    (here / "apps").mkdir()
    (here / "apps" / "fixed.yaml").write_text("revision: fixed\n")
    Path("my-change.yaml").write_text("extends: fixed.yaml\n")
    assert sim("validate", "my-change.yaml") == 2
    message = "extends: there is no file 'fixed.yaml'; did you mean 'apps/fixed.yaml'?"
    assert capsys.readouterr().err == f"error: my-change.yaml:1:1: {message}\n"
    Path("my-change.yaml").write_text("extends: shipped:fxed\n")
    assert sim("validate", "my-change.yaml") == 2
    message = "shipped:fxed: there is no such shipped file; did you mean 'fixed'?"
    assert message in capsys.readouterr().err


# -- settings --------------------------------------------------------------------------------------


def test_a_setting_is_shown_with_unit_default_range_and_source(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim("settings", "traffic.organic.rate") == 0
    out = " ".join(capsys.readouterr().out.split())
    for part in (
        "unit: rate",
        "default: 4000000/day",
        "plausible range: 3.8M..4.2M/day",
        "incident-report.md",
    ):
        assert part in out


@pytest.mark.parametrize(
    ("path", "hint"),
    [("app.clients", "--scenario FILE` shows those of another one"),
     ("mine.yaml", "sim settings --scenario mine.yaml"),
     ("platform.nothing", "")],
)  # fmt: skip
def test_a_setting_that_is_not_there_says_where_else_to_look(
    path: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("extends: shipped:fixed\n")
    assert sim("settings", path) == 2
    error = capsys.readouterr().err
    assert f"unknown setting '{path}'" in error
    assert ("hint: " in error) == bool(hint)
    assert hint in error


def test_all_settings_are_listed_and_those_of_a_section_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim("settings", "--format", "json") == 0
    every = [each["path"] for each in json.loads(capsys.readouterr().out)["settings"]]
    assert sim("settings") == 0
    out = capsys.readouterr().out
    assert all(f"|{path} " in out for path in every)
    assert sim("settings", "app.refresh", "--format", "json") == 0
    some = [each["path"] for each in json.loads(capsys.readouterr().out)["settings"]]
    assert some == [path for path in every if path.startswith("app.refresh.")]


def test_the_settings_of_an_own_app_come_with_the_scenarios_values(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("settings", "app.every", "--scenario", str(MONITOR)) == 0
    assert "unit: duration; default: 5m; value: 2h" in capsys.readouterr().out
    assert sim("settings", "--scenario", str(MONITOR)) == 0
    assert "|app.already_running | count " in capsys.readouterr().out


def test_a_setting_that_is_not_there_brings_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("settings", "app.refresh.limt") == 2
    assert "did you mean 'app.refresh.limit'?" in capsys.readouterr().err
    assert sim("settings", "platfrom") == 2
    assert "did you mean 'platform'?" in capsys.readouterr().err


def test_the_settings_of_an_app_in_typescript_are_shown_as_files_spell_them(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cx.yaml").write_text(
        "app:\n  name: convex\n  root: .\n  memory: 1073741824B\n"
        "  fetch: [{url: 'https://a/*', body: {a: 1}}, {url: 'https://b/*', status: 404}]\n"
        "  clients:\n    visitors: {function: 'a:b', rate: 3/day}\n"
        "    admin: {function: 'c:d', at: [1s]}\n"
    )
    assert sim("settings", "app", "--scenario", "cx.yaml", "--format", "md") == 0
    out = capsys.readouterr().out.replace("\\", "")
    lines = [" ".join(line.replace("|", " ").split()) for line in out.splitlines()]
    for line in (
        "app.memory size 1GiB 1GiB -",
        "app.fetch list of mapping [] 2 items -",
        "app.fetch[].status whole number 200 200; 404 -",
        'app.fetch[].body any - {"a": 1}; - -',
        "app.clients mapping {} admin, visitors -",
    ):
        assert line in lines, line
    assert "None" not in out
    assert sim("settings", "app.clients.<id>.at", "--scenario", "cx.yaml") == 0
    assert 'value: admin: ["1s"]' in capsys.readouterr().out


def test_a_mistake_in_the_settings_of_an_own_app_brings_the_command_for_them(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cx.yaml").write_text("app: {name: convex, root: ., clints: {}}\n")
    assert sim("validate", "cx.yaml") == 2
    assert sim("run", "cx.yaml") == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "hint: `sim settings --scenario cx.yaml app` lists the settings of this app"
    )


def test_a_whole_number_is_asked_for_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("run", "shipped:fixed", "--seed", "x") == 2
    told = "error: Invalid value for '--seed': expected a whole number from 0, not 'x'"
    assert capsys.readouterr().err.splitlines()[0] == told
    assert sim("run", "--help") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "[1 to 10,000]" in out
    assert "<=x" not in out


def test_standard_input_at_a_terminal_is_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        buffer = io.BytesIO(b"seed: x")

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert sim("run", "-") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "reading the scenario from standard input; Ctrl-D ends it"
    assert told[1].startswith("error: <stdin>:1:1: seed: expected a whole number")


# -- validate --------------------------------------------------------------------------------------


def test_every_kind_of_file_is_validated(capsys: pytest.CaptureFixture[str]) -> None:
    files = ("scenarios/fixed.yaml", "scenarios/budgets/pull-request.yaml",
             "scenarios/claims/monitor.yaml", "scenarios/budgets/baseline.json")  # fmt: skip
    assert sim("validate", *files) == 0
    kinds = ("scenario", "budgets file", "claims file", "baseline")
    assert capsys.readouterr().out.splitlines() == [
        f"{file}: valid {kind}" for file, kind in zip(files, kinds, strict=True)
    ]


def test_validating_runs_nothing_of_a_users_app_and_checks_the_rest(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("my_app.py").write_text("raise SystemExit('imported')\n")
    Path("app.yaml").write_text("app: {name: my_app, whatever: 1}\nhorizon: 1h\n")
    assert sim("validate", "app.yaml") == 0
    assert "valid scenario, except for what my_app defines" in capsys.readouterr().out
    Path("app.yaml").write_text("app: {name: my_app}\nhorizon: 1\nplatfrom: {}\n")
    assert sim("validate", "app.yaml") == 2
    errors = capsys.readouterr().err.splitlines()
    assert [error.partition(": ")[2].partition(":")[0] for error in errors] == [
        "app.yaml", "app.yaml"
    ]  # fmt: skip
    assert "horizon: expected a duration" in errors[0]
    assert "unknown key 'platfrom'" in errors[1]


def test_all_problems_of_all_files_are_listed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.yaml").write_text("extends: shipped:fixed\nhorizon: 3\nseed: x\n")
    Path("b.yaml").write_text(
        "extends: shipped:fixed\n"
        "budgets: [{id: b, metric: calls, max: 1, select: {function: 'no:such'}}]\n"
    )
    assert sim("validate", "a.yaml", "none.yaml", "b.yaml", "shipped:spike") == 2
    out, err = capsys.readouterr()
    assert out == "shipped:spike: valid scenario\n"
    places = ("a.yaml:2:1", "a.yaml:3:1", "none.yaml", "b.yaml:2:")
    assert len(err.splitlines()) == len(places)
    assert all(f"error: {place}" in err for place in places)
    assert sim("validate", "a.yaml", "shipped:spike", "--format", "json") == 2
    files = json.loads(capsys.readouterr().out)["files"]
    assert [len(each["problems"]) for each in files] == [2, 0]


# -- schema ----------------------------------------------------------------------------------------


def test_the_printed_schema_accepts_every_shipped_scenario(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    for path in Path("scenarios").glob("*.yaml"):
        validator.validate(YAML(typ="safe").load(path))
    for bad in ({"app": {"refresh": {"limt": 1}}}, {"app": {"name": "setlist", "x": 1}},
                {"population": {"x": 1}}, {"horizon": 3}):  # fmt: skip
        assert not validator.is_valid(bad)


def test_the_schema_of_an_own_app_is_found_beside_one_or_in_a_named_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("schema", "--app", "monitor_app", "--app-path", "scenarios") == 0
    named = capsys.readouterr().out
    monkeypatch.chdir("scenarios")
    assert sim("schema", "--app", "monitor_app") == 0
    assert capsys.readouterr().out == named
    validator = jsonschema.Draft202012Validator(json.loads(named))
    validator.validate(YAML(typ="safe").load(MONITOR))
    assert not validator.is_valid({"app": {"name": "monitor_app", "evry": "1h"}})
