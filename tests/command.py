"""The command line, run in this process."""

from __future__ import annotations

import pytest

from sim.cli import main


def sim(*args: str) -> int:
    """Run `sim` with these arguments; its exit code."""
    with pytest.raises(SystemExit) as exit_:
        main(list(args))
    assert isinstance(exit_.value.code, int)
    return exit_.value.code
