"""Collects what the benchmarks measure and prints it as Markdown when they are done."""

from __future__ import annotations

import pytest

from tests.benchmarks.report import Report

_REPORT = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_REPORT] = Report()


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Report:
    return pytestconfig.stash[_REPORT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash[_REPORT].lines():
        terminalreporter.write_line(line)
