"""A folder in which the examples of pages are run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs import Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A copy of the files that pages name."""
    folder = tmp_path / "repository"
    folder.mkdir()
    return Sandbox.make(folder)
