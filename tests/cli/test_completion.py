"""What a shell is told when somebody presses the tab key."""

from __future__ import annotations

import pytest

from sim.cli.main import run


def completed(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """The completions of the last word of a line, as bash is told: ``type,value``."""
    monkeypatch.setenv("_SIM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    with pytest.raises(SystemExit) as exit_:
        run([])
    assert exit_.value.code == 0
    return capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sim comp", ["plain,compare"]),
        ("sim run scen", ["file,scen"]),
        ("sim run shipped:sp", ["plain,shipped:spike", "plain,shipped:spike-3-days"]),
        ("sim run x.yaml --set app.refresh.e", ["plain,app.refresh.enabled",
                                               "plain,app.refresh.every"]),
        ("sim sweep x.yaml --vary app.refresh.st", ["plain,app.refresh.stagger"]),
        ("sim settings platform.scheduler.p", ["plain,platform.scheduler.parallelism",
                                              "plain,platform.scheduler.per_function_cap",
                                              "plain,platform.scheduler.pass_time"]),
        ("sim run x.yaml --format j", ["plain,json"]),
    ],
)  # fmt: skip
def test_commands_files_settings_and_choices_are_completed(
    line: str, expected: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert completed(line, monkeypatch, capsys) == expected


def test_the_help_says_how_to_switch_it_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--help"]) == 0
    assert 'eval "$(_SIM_COMPLETE=bash_source sim)"' in capsys.readouterr().out
