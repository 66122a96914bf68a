"""JSON is the same everywhere, and read back as it was."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.json_text import json_text

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9,
)  # fmt: skip


def test_it_is_indented_by_two_with_letters_as_they_are_and_a_last_newline() -> None:
    assert json_text({"a": [1], "b": "é≥"}) == '{\n  "a": [\n    1\n  ],\n  "b": "é≥"\n}\n'


@given(PLAIN)
def test_it_is_read_back_as_it_was(data: object) -> None:
    assert json.loads(json_text(data)) == data


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text([value])
