"""Every example of README.md and docs/ runs, and its output is the one shown."""

from __future__ import annotations

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
    outcomes = list(run_page(page, sandbox))
    assert "\n\n".join(problems(outcomes)) == ""
    assert outcomes


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_pages_links_lead_somewhere_and_its_figures_are_shown(path: Path) -> None:
    page = Page.read(path)
    assert "\n".join([*broken_links(page, ROOT), *unshown_figures(page, QUOTED)]) == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_that_take_long_are_at_least_spelled_right(
    path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are run by `make docs-test`; here their options and files are looked at."""
    monkeypatch.chdir(sandbox.folder)
    for block in Page.read(path).blocks:
        for example in examples(block) if "slow" in block.flags else ():
            words = shlex.split(example.code.replace("\\\n", " "))
            assert words[0] == "sim", example.code
            command = cli.get_command(click.Context(cli), words[1])
            assert command is not None, example.code
            command.make_context(words[1], words[2:])


def test_the_model_and_the_changelog_have_no_broken_links() -> None:
    pages = [Page.read(ROOT / name) for name in ("MODEL.md", "CHANGELOG.md")]
    assert [link for page in pages for link in broken_links(page, ROOT)] == []


def test_the_readme_stays_one_screen_to_start_with() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130
