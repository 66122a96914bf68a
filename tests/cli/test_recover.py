"""`sim recover` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import sim

SHORT = ("--horizon", "12m", "--fix-at", "5m", "--pause", "2m", "--window", "2m", "--quiet")


def test_it_says_what_was_enough(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "recover.json"
    code = sim("recover", "scenarios/spike.yaml", *SHORT, "--change", "revision=fixed",
               "--out", str(file))  # fmt: skip
    assert code == 0
    told = capsys.readouterr().out
    assert "metastable: only the fix brings it back" in told
    assert "fixing: enough. Normal again after" in told
    measures = {each["id"]: each for each in json.loads(file.read_text())["measures"]}
    assert measures["fix"]["verdict"] == "enough"
    assert measures["pause"]["verdict"] == "not enough"


def test_a_file_deploys_its_settings_of_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    change = ("--change", "scenarios/fixed.yaml", "--format", "json")
    assert sim("recover", "scenarios/spike.yaml", *SHORT, *change) == 0
    of_file = json.loads(capsys.readouterr().out)
    change = ("--change", "revision=fixed", "--format", "json")
    assert sim("recover", "scenarios/spike.yaml", *SHORT, *change) == 0
    assert json.loads(capsys.readouterr().out)["measures"] == of_file["measures"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--change", "revision=fxied"),
         "--change revision=fxied: revision: unknown revision 'fxied'"),
        (("--change", "population.shows=3"), "population: cannot change while a scenario runs"),
        (("--change", "fixed"), "expected path=value, such as revision=fixed, or a scenario file"),
        (("--change", ".=3"), "expected path=value"),
        (("--change", "scenarios/monitor.yaml"), "is a scenario of another app, 'monitor_app'"),
        (("--change", "scenarios/none.yaml"), "none.yaml"),
        (("--change", "revision=fixed", "--normal", "app.sync.x=1"), "--normal app.sync.x=1: app."),
        (("--change", "revision=fixed", "--tolerance", "much"), "--tolerance much"),
        (("--change", "revision=fixed", "--pause", "long"), "--pause long: expected a duration"),
        (("--change", "revision=fixed", "--pause", "6m"), "the horizon of"),
        ((), "Missing option '--change'"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("recover", "scenarios/spike.yaml", *SHORT, *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""


def test_an_interruption_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiments.recover", interrupted)
    assert sim("recover", "scenarios/spike.yaml", *SHORT, "--change", "revision=fixed") == 130
