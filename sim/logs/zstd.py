"""The package for zstd, which is an extra."""

from __future__ import annotations

from typing import Any

from sim.scenario import fault


def zstandard(file: str) -> Any:
    """The package; raises `ScenarioError`, which names the file, if it is not installed."""
    try:
        import zstandard as found
    except ModuleNotFoundError as error:
        missing = fault(file, "is compressed with zstd, which needs a package more")
        missing.hint = "pip install 'sim[logs]'"
        raise missing from error
    return found
