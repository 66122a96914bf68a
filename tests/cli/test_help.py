"""`sim --help` and the help of every command: whole, grouped, with examples that work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from sim.cli.command import EXIT_CODES, Command
from sim.cli.commands import COMMANDS
from sim.cli.main import cli
from sim.scenario import SHIPPED, located
from tests.command import sim

NAMES = [name for group in COMMANDS.values() for name in group]


def command(name: str) -> Command:
    """A command of `sim`."""
    found = cli.get_command(click.Context(cli), name)
    assert isinstance(found, Command)
    return found


def examples(name: str) -> list[list[str]]:
    """The arguments of the examples in a command's help."""
    whole = command(name).examples.replace("\\\n", " ")
    words = [shlex.split(line.split("|")[-1].split(">")[0]) for line in whole.strip().splitlines()]
    return [each[1:] for each in words if each[0] == "sim"]


def test_the_commands_are_listed_by_what_one_wants_and_none_is_cut(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim("--help") == 0
    out = capsys.readouterr().out
    titles = [f"{group}:" for group in COMMANDS]
    assert [line for line in out.splitlines() if line in titles] == titles
    for group in COMMANDS.values():
        for name, summary in group.items():
            assert re.search(rf"^  {name} +{re.escape(summary)}$", out, flags=re.MULTILINE)
    assert "..." not in out.removeprefix("Usage: sim [OPTIONS] [COMMAND] [ARGS]...")


def test_without_arguments_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim() == 0
    assert capsys.readouterr().out.startswith("Usage: sim [OPTIONS] [COMMAND]")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_examples_and_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim(name, "--help") == 0
    out = capsys.readouterr().out
    codes = out[out.index("Exit codes:\n") :]
    for code in {**EXIT_CODES, **command(name).exits}:
        assert re.search(rf"^  {code} +\S", codes, flags=re.MULTILINE)
    assert "Examples:\n  sim" in out or "Examples:\n  " in out
    assert max(map(len, out[: out.index("Examples:")].splitlines())) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_a_call_that_the_command_takes(name: str) -> None:
    calls = examples(name)
    assert calls
    for first, *args in calls:
        context = command(first).make_context("sim", args)
        assert context.params
    assert any(first == name for first, *_ in calls)


def test_the_files_of_the_examples_come_with_sim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [word for name in NAMES for args in examples(name) for word in args]
    shipped = [word for word in words if word.startswith(SHIPPED) and word != "shipped:NAME"]
    assert len(shipped) > 30
    assert all(located(word).is_file() for word in shipped)


def test_a_command_that_is_not_there_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("comapre") == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error == "error: No such command 'comapre'. Did you mean 'compare'?"
    assert hint == "hint: sim --help"


def test_the_metrics_are_listed_where_others_point_to(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.metrics import METRICS

    assert sim("check", "--help") == 0
    out = capsys.readouterr().out
    assert all(re.search(rf"^  {name} +\S", out, flags=re.MULTILINE) for name in METRICS)
