"""A share of the hostile corpus; `make hostile` runs all of it."""

from __future__ import annotations

import pytest

from .cases import Case, corpus
from .judge import complaints

EVERY = 61
"""A prime: the share holds some of every kind of input, damage and command."""
CORPUS = corpus()


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 600


def name(case: Case) -> str:
    """Its id, as a test's name."""
    return case.id.encode("ascii", "replace").decode()


@pytest.mark.parametrize("case", CORPUS[::EVERY], ids=name)
def test_nothing_breaks_hangs_leaks_or_runs(case: Case) -> None:
    assert complaints(case) == []
