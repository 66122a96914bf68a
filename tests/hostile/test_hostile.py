"""A share of the hostile corpus; `make hostile` runs all of it."""

from __future__ import annotations

import pytest

from .cases import Case, corpus
from .judge import complaints

EVERY = 61
"""A prime: the share holds some of every kind of input, damage and command."""
CORPUS = corpus()


def test_the_corpus_is_large_and_has_every_kind() -> None:
    assert len(CORPUS) >= 600
    kinds = {case.id.partition(",")[0] for case in CORPUS}
    assert kinds >= {
        "scenario", "path", "name", "parent", "extends", "budgets", "baseline", "claims", "store",
        "app", "code", "setting", "option", "output",
    }  # fmt: skip


def name(case: Case) -> str:
    """Its id, as a test's name."""
    return case.id.encode("ascii", "replace").decode()


@pytest.mark.parametrize("case", CORPUS[::EVERY], ids=name)
def test_nothing_breaks_hangs_leaks_or_runs(case: Case) -> None:
    assert complaints(case) == []
