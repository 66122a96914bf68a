"""Results know no reporter; what reports add to them is found when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.views import Viewed, register


class Measured(Viewed):
    pass


def test_a_view_is_computed_from_the_object_by_the_function_it_names() -> None:
    register("Measured", "text", "builtins:repr")
    measured = Measured()
    assert measured.text == repr(measured)
    assert "text" in dir(measured)


def test_what_nobody_registered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Measured' object has no attribute 'chart'"):
        _ = Measured().chart


def test_a_result_is_read_without_any_report() -> None:
    code = "import sim.result, sys; sys.exit(any(m.startswith('sim.report') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
