"""In which order the engine's libraries are linked."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from sim.platform.compiled.compile import _all_below


@dataclass(eq=False)
class Library:
    """What linking looks at."""

    _linking_libraries: list[Library] = field(default_factory=list)


@given(st.lists(st.sets(st.integers(0, 8)), min_size=9, max_size=9))
def test_a_library_comes_after_all_that_need_it(needs: list[set[int]]) -> None:
    libraries = [Library() for _ in needs]
    for number, wanted in enumerate(needs):  # each needs later ones only: there is no circle
        libraries[number]._linking_libraries = [libraries[n] for n in wanted if n > number]
    order = _all_below(libraries[0])
    assert len(order) == len(set(order))
    assert libraries[0] not in order
    places = {library: place for place, library in enumerate(order)}
    for library in (libraries[0], *order):
        for below in library._linking_libraries:
            assert places.get(library, -1) < places[below]
