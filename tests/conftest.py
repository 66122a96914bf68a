"""Settings every test runs under."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

from sim.platform.compiled import prepare
from sim.scenario import scenario_from

# No deadline: a shared machine may be slow for a moment. CI draws the same examples every time, so
# that a submission fails for what it changed; developers keep exploring.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# `nohup` and a shell's `&` start programs that ignore these signals, and so would every program
# that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def compiled_engine() -> None:
    """Compile the engine, or load it, before any test looks at what is printed."""
    prepare(scenario_from({}))
