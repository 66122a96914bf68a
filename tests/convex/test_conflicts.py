"""Read sets: documents, and index intervals up to the last row that was looked at."""

from __future__ import annotations

from typing import Any

from .conftest import Direct

Call = tuple[str, dict[str, Any]]


def conflicts(direct: Direct, read: Call, write: Call) -> bool:
    """Whether an attempt loses to a write that is published after its snapshot."""
    direct.now += 10_000
    x, attempt = direct.begin(read[0], direct.now, **read[1])
    assert attempt.ended.ok
    y, other = direct.begin(write[0], direct.now + 10, **write[1])
    assert other.ended.ok
    direct.commit(y, direct.now + 20)
    return direct.conflicts(x)


def lost_on(direct: Direct, read: Call, write: Call) -> tuple[str, str]:
    """The index on which an attempt loses to a write published before it runs, and what it is."""
    direct.now += 10_000
    begin = direct.now
    y, _ = direct.begin(write[0], begin + 10, **write[1])
    direct.commit(y, begin + 20)
    _, attempt = direct.begin(read[0], begin, **read[1])
    assert attempt.changes is not None
    _, _, index, what, _ = attempt.changes.lost_to
    return index, what


def test_two_changes_of_one_document_conflict(direct: Direct) -> None:
    direct.mutation("notes:increment", name="a")
    change = ("notes:increment", {"name": "a"})
    assert conflicts(direct, change, change)


def test_changes_of_two_documents_do_not(direct: Direct) -> None:
    direct.mutation("notes:increment", name="a")
    direct.mutation("notes:increment", name="b")
    assert not conflicts(
        direct, ("notes:increment", {"name": "a"}), ("notes:increment", {"name": "b"})
    )


def test_an_empty_range_that_was_read_conflicts_with_an_insert_into_it(quick: Direct) -> None:
    change = ("notes:increment", {"name": "new"})
    assert conflicts(quick, change, change)


def test_a_read_set_ends_at_the_last_row_consumed(quick: Direct) -> None:
    quick.mutation("notes:addMany", owner="ann", count=5)
    read = ("notes:countFirst", {"owner": "ann", "count": 3})
    beyond = ("notes:add", {"owner": "ann", "text": "late", "rank": 3.5})
    within = ("notes:add", {"owner": "ann", "text": "early", "rank": 0.5})
    assert not conflicts(quick, read, beyond)
    assert conflicts(quick, read, within)


def test_a_range_read_to_its_end_conflicts_with_an_insert_at_its_end(quick: Direct) -> None:
    quick.mutation("notes:addMany", owner="ann", count=2)
    read = ("notes:countFirst", {"owner": "ann", "count": 3})
    assert conflicts(quick, read, ("notes:add", {"owner": "ann", "text": "late", "rank": 9}))
    other = ("notes:add", {"owner": "bob", "text": "elsewhere", "rank": 9})
    assert not conflicts(quick, read, other)


def test_a_change_of_a_field_that_no_index_holds_conflicts_too(quick: Direct) -> None:
    made = quick.mutation("notes:add", owner="ann", text="one", rank=1)
    read = ("notes:countFirst", {"owner": "ann", "count": 5})
    assert conflicts(quick, read, ("notes:edit", {"id": made, "text": "two"}))


def test_what_an_attempt_loses_on_is_an_index_and_a_document_or_a_range(quick: Direct) -> None:
    made = quick.mutation("notes:add", owner="ann", text="one", rank=1)
    edit = ("notes:edit", {"id": made, "text": "two"})
    assert lost_on(quick, edit, edit) == ("by_id", "document")
    quick.mutation("notes:increment", name="old")
    new = ("notes:increment", {"name": "new"})
    assert lost_on(quick, new, new) == ("by_name", "range")


def test_two_inserts_do_not_conflict(quick: Direct) -> None:
    insert = ("notes:add", {"owner": "ann", "text": "x"})
    assert not conflicts(quick, insert, insert)


def test_a_snapshot_is_read_as_it_was(direct: Direct) -> None:
    made = direct.mutation("notes:add", owner="ann", text="old")
    before = direct.now + 5000
    direct.now += 10_000
    direct.mutation("notes:edit", id=made, text="new")
    x = direct.machine.new()
    seen = direct.machine.query(x, "notes:get", f'{{"id": "{made}"}}', before, True)
    assert '"text":"old"' in seen.ended.value


def test_old_versions_go(quick: Direct) -> None:
    made = quick.mutation("notes:add", owner="ann", text="0", rank=0)
    for n in range(100):
        now = quick.now + 2000 + n * 10
        x, _ = quick.begin("notes:edit", now, id=made, text=str(n))
        quick.machine.tell("commit", x, now + 1.0, now - 50.0)
    assert quick.machine.tell("versions") <= 7
