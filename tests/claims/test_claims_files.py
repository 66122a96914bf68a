"""Claims files that cannot be used are refused at their line, before anything is simulated."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from sim.claims import claims_schema, load_claims
from sim.scenario import ScenarioError
from sim.scenario.reading import read_document
from tests.command import sim

from .conftest import HEAD, ErrorsOf

KINDS = "measure, together, price, setting, switch, all, untestable"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("titel: T", "c.yaml:1:1: unknown key 'titel'; allowed: title, source, conclusion, "
                     "claims; "
                     "did you mean 'title'?"),
        ("title: T", "c.yaml: claims: a value is needed"),
        (HEAD + "- {quote: Q}", "c.yaml:3:3: claims: item 1: needs an id of letters, digits, "
                                "_ and -"),
        (HEAD + "- {quote: Q, untestable: no}", "c.yaml:3:3: claims: item 1: needs an id of"),
        (HEAD + "- {id: a, quote: Q, untestable: no}\n- {id: a, quote: R, untestable: no}",
         "c.yaml:4:3: claims: item 2: there is another item with the id 'a'"),
        (HEAD + "- {id: a, quote: Q, mesure: {}}",
         "c.yaml:3:21: claims.a: unknown key 'mesure'; allowed: all, measure, price, quote, "
         "reading, revision, scenario, section, setting, switch, together, untestable; did you "
         "mean 'measure'?"),
        ("section: S", f"c.yaml:3:3: claims.a: expected exactly one of {KINDS}"),
        ("untestable: no\nsetting: {path: app.refresh.limit, is: 20}",
         f"c.yaml:3:3: claims.a: expected exactly one of {KINDS}, not setting and untestable"),
        ("measure: {metric: cals, value: 1}",
         "c.yaml:5:13: claims.a.measure.metric: unknown metric 'cals'; did you mean "
         "'calls'?; allowed: calls, "),
        ("measure:\n  metric: calls\n  value: 5MB",
         "c.yaml:7:5: claims.a.measure.value: expected a number of calls, such as 4.4M, not '5MB'"),
        ("measure: {metric: calls, value: 5, at_most: 4}",
         "c.yaml:5:3: claims.a.measure: expected exactly one of value, between, at_most, at_least"),
        ("measure: {metric: calls, between: [5, 4]}", "the lower end is above the upper end"),
        ("measure: {metric: calls, between: 5}", "expected two figures, the lower and the upper"),
        ("measure: {metric: calls, value: 1, factor: 0.5}", "measure.factor: expected at least 1"),
        ("measure: {metric: calls, select: {function: monitor}, value: 1}",
         "c.yaml:5:37: a: unknown function 'monitor'; allowed: "),
        ("measure: {metric: outcomes.filled, value: 1}",
         "c.yaml:5:13: a: unknown outcome 'filled'; allowed: "),
        ("measure: {metric: calls, over: {metric: cron_runs, select: {cron: x}}, value: 1}",
         "c.yaml:5:63: a: unknown cron 'x'; allowed: "),
        ("scenario: fxed\nmeasure: {metric: calls, value: 1}",
         "c.yaml:5:3: a: scenario: unknown scenario 'fxed'; allowed: fixed; did you mean 'fixed'?"),
        ("revision: buggy\nmeasure: {metric: calls, value: 1}",
         "c.yaml:5:3: a: revision: unknown revision 'buggy'; allowed: fixed (the scenarios given)"),
        ("together: {calls: 0, compute: 1 GB-hours}",
         "c.yaml:5:14: a: expected an amount above zero"),
        ("together: {calls: 1, compute: 0 GB-hours}",
         "c.yaml:5:24: a: expected an amount above zero"),
        ("setting: {path: app.refresh.limt, is: 3}",
         "c.yaml:5:13: a: unknown setting 'app.refresh.limt'; allowed: app.refresh.enabled, "
         "app.refresh.every, app.refresh.limit, app.refresh.stagger, app.refresh.inline, "
         "app.refresh.schedules_sync; did you mean "
         "'app.refresh.limit'?"),
        ("setting: {path: app.refresh.limit, at_most: 200s}",
         "c.yaml:5:38: a: 3m20s has another unit than app.refresh.limit, which is 20"),
        ("setting: {path: app.refresh.stagger, between: [0, 7]}",
         "a: 7 has another unit than app.refresh.stagger, which is 10s"),
        ("setting: {path: app.refresh.stagger, gaps_of: app.refresh.every, at_most: 1h}",
         "a: app.refresh.every is 12h, which is not a count"),
        ("setting: {path: app.refresh.limit, is: 20, at_most: 30}",
         "claims.a.setting: give `is` or at_most, not both"),
        ("setting: {path: app.refresh.every, is: 12}",
         "c.yaml:5:38: a: app.refresh.every: expected a duration with its unit"),
        ("switch: {set: {app.refresh.limt: 1}, metric: calls, falls: 5%}",
         "c.yaml:5:3: a: app.refresh: unknown key 'limt'"),
        ("switch: {set: {name: x}, metric: calls, falls: 5%}",
         "claims.a.switch.set: name does not change the system, so it cannot cause anything"),
        ("switch: {set: {budgets.x.max: 1}, metric: calls, falls: 5%}",
         "claims.a.switch.set: budgets.x.max does not change the system"),
        ("switch: {set: {app.refresh.limit: 20}, metric: calls, falls: 5%}",
         "c.yaml:5:12: a: changes nothing: fixed has these values already"),
        ("switch: {set: {app.refresh.limit: 1}, metric: calls}",
         "c.yaml:5:3: claims.a.switch: expected exactly one of falls, rises, stays"),
        ("together: {calls: 5MB, compute: 1}", "c.yaml:5:14: a: expected a number of calls"),
        ("together: {calls: 5, compute: 1, factor: 0}", "together.factor: expected at least 1"),
        ("together: {calls: 5, compute: 1, floors: {x: []}}", "claims.a.together.floors.x: "),
        ("together: {calls: 5, compute: 1, floors: {x: [quer]}}",
         "claims.a.together.floors.x[0]: unknown value 'quer'; allowed: query, mutation, http"),
        ("price: {usage: {}, at_most: $3}", "c.yaml:5:11: a: expected usage, such as {calls: 4M}"),
        ("price: {usage: {calls: 1}, at_most: 3MB}", "expected an amount in $, such as $30"),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_it_is_refused_at_its_place(errors_of: ErrorsOf, text: str, expected: str) -> None:
    assert any(expected in line for line in errors_of(text)), errors_of(text)


def test_every_problem_is_told_at_once(errors_of: ErrorsOf) -> None:
    text = HEAD + (
        "- {id: a, quote: Q, scenario: x, measure: {metric: calls, value: 1}}\n"
        "- {id: b, quote: Q, all: [{setting: {path: nope, is: 1}}]}\n"
    )
    assert [line.partition(": ")[0] for line in errors_of(text)] == ["c.yaml:3:21", "c.yaml:4:38"]


def test_a_file_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("")
    with pytest.raises(ScenarioError, match=r"is empty; a claims file is a mapping of keys"):
        load_claims(file)
    with pytest.raises(ScenarioError, match=r"is a directory, not a claims file$"):
        load_claims(tmp_path)
    with pytest.raises(ScenarioError, match="there is no such file"):
        load_claims(tmp_path / "none.yaml")


def test_two_scenarios_of_one_name_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fixed.yaml").write_text("revision: buggy\n")
    claims = "scenarios/claims/monitor.yaml"
    assert sim("audit", claims, "scenarios/fixed.yaml", str(tmp_path / "fixed.yaml")) == 2
    message = "fixed: is the name of two different scenarios: rename one"
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("file", sorted(Path("scenarios/claims").glob("*.yaml")), ids=str)
def test_the_schema_accepts_the_shipped_files(file: Path) -> None:
    schema = claims_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    listed = {**read_document(file).settings}
    jsonschema.validate(json.loads(json.dumps(listed)), schema)
    assert load_claims(file).claims


def test_the_command_line_writes_nothing_on_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.yaml").write_text("title: T\nclaims: []\n")
    out = tmp_path / "out.md"
    assert sim("audit", str(tmp_path / "c.yaml"), "scenarios/fixed.yaml", "--out", str(out)) == 2
    assert "claims: there are no claims to audit" in capsys.readouterr().err
    assert not out.exists()
    assert sim("audit", str(tmp_path / "c.yaml")) == 2
    assert sim("schema", "--claims") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "sim claims"
