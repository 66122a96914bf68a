"""Every example of README.md and docs/ runs, and its output is the one shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from sim.cli.main import cli
from tools.docs import (
    ROOT,
    Page,
    Sandbox,
    broken_links,
    examples,
    problems,
    run_page,
    unshown_figures,
)

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
QUOTED = "".join(
    (ROOT / name).read_text("utf-8")
    for name in ("scenarios/claims/incident-report.yaml", "pyproject.toml")
)
"""Figures that are no results of runs: the incident report's, and versions."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_examples_of_a_page_print_what_it_shows(path: Path, sandbox: Sandbox) -> None:
    page = Page.read(path)
    assert "\n\n".join(problems(run_page(page, sandbox))) == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_pages_links_lead_somewhere_and_its_figures_are_shown(path: Path) -> None:
    page = Page.read(path)
    assert "\n".join([*broken_links(page, ROOT), *unshown_figures(page, QUOTED)]) == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_are_in_blocks_that_are_run(path: Path) -> None:
    """A command in a block of another language would be shown and never tried."""
    for block in Page.read(path).blocks:
        if block.language not in ("console", "sh"):
            assert not re.search(r"^(\$ |sim |make |pip )", block.text, re.MULTILINE), block.text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_that_are_not_run_here_are_at_least_spelled_right(
    path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are run by `make docs-test`; here their options and files are looked at."""
    monkeypatch.chdir(sandbox.folder)
    for block in Page.read(path).blocks:
        for example in examples(block) if block.flags & {"slow", "project"} else ():
            words = shlex.split(example.code.replace("\\\n", " "))
            if words == ["echo", "$?"]:
                continue  # the exit code of the command before
            assert words[0] == "sim", example.code
            command = cli.get_command(click.Context(cli), words[1])
            assert command is not None, example.code
            command.make_context(words[1], words[2:])


def test_the_model_and_the_changelog_have_no_broken_links() -> None:
    pages = [Page.read(ROOT / name) for name in ("MODEL.md", "CHANGELOG.md")]
    assert [link for page in pages for link in broken_links(page, ROOT)] == []


def test_the_readme_stays_one_screen_to_start_with() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130
