"""The runner that changes the code and looks whether a test fails."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from tools.mutation.reach import Reach
from tools.mutation.rooms import _ALSO, _BY_SHARED, _SLOW, rooms
from tools.mutation.table import Sample, keep, page, read_samples
from tools.mutation.trial import LIBRARIES

FIRST = Sample("guards", tried=4, same=1, survived=("a", "b"), seed=1, command="guards --seed 1")
SECOND = replace(FIRST, survived=("c",), seed=2, command="guards --seed 2")


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_that_it_loads_is_installed(library: str) -> None:
    assert importlib.import_module(library)


def test_a_sample_replaces_the_one_of_the_same_room_and_seed(tmp_path: Path) -> None:
    file = tmp_path / "samples.json"
    for sample in (SECOND, FIRST, replace(FIRST, survived=("b",))):
        keep(sample, file)
    assert read_samples(file) == [replace(FIRST, survived=("b",)), SECOND]


def test_only_the_last_sample_of_a_room_names_what_survived() -> None:
    shown = page([FIRST, SECOND], ())
    assert "* `c`" in shown
    assert "* `a`" not in shown


def test_a_change_known_to_change_nothing_does_not_lower_the_share() -> None:
    assert FIRST.share == pytest.approx(1 / 3)
    assert FIRST.without({"a", "b"}).share == 1
    assert "| guards | 4 | 1 | 3 | 0 | 100.0% | 1 |" in page([FIRST], {"a", "b"})


def test_the_tests_that_are_asked_for_a_room_are_there() -> None:
    named = [*_BY_SHARED, *_SLOW, *(test for tests in _ALSO.values() for test in tests)]
    assert [name for name in named if not Path(name).exists()] == []
    for room in rooms(Path.cwd()).values():
        assert room.asked, room.name
    rules = rooms(Path.cwd())["platform/rules"]
    assert set(rules.own_tests) <= set(rules.asked)


def test_a_line_is_asked_of_tests_that_reach_it_and_of_the_rooms_own_if_none_is_seen_to() -> None:
    reach = Reach(
        {"a.py": {1: ["", "other/x.py::x"], 2: ["own/y.py::y"]}},
        {"own/y.py::y": 2.0, "own/z.py::z": 1.0, "other/x.py::x": 0.5, "other/x.py::w": 0.1},
        failed=(),
    )
    own = ["own/z.py::z", "own/y.py::y"]
    assert reach.tests("a.py", 1, ["own"]) == ["other/x.py::x", *own, "other/x.py::w"]
    assert reach.tests("a.py", 2, ["own"]) == ["own/y.py::y"]
    assert reach.tests("a.py", 3, ["own"]) == own
    assert reach.tests("b.py", 1, ["own"]) == own
