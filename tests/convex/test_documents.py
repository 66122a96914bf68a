"""Reading and writing documents, as the `convex` package asks for it."""

from __future__ import annotations

from .conftest import Direct


def test_a_document_is_read_back_with_its_system_fields(direct: Direct) -> None:
    made = direct.mutation("notes:add", owner="ann", text="one", rank=3)
    note = direct.query("notes:get", id=made)
    assert (note["_id"], note["text"], note["rank"]) == (made, "one", 3)
    assert note["_creationTime"] == direct.backend.epoch_ms + 1000


def test_patch_merges_replace_replaces_and_delete_deletes(quick: Direct) -> None:
    made = quick.mutation("notes:add", owner="ann", text="one", rank=3)
    quick.mutation("notes:edit", id=made, text="two")
    assert quick.query("notes:get", id=made)["rank"] == 3
    quick.mutation("notes:clearRank", id=made)
    assert "rank" not in quick.query("notes:get", id=made)
    quick.mutation("notes:rename", id=made, owner="bob")
    note = quick.query("notes:get", id=made)
    assert (note["owner"], note["text"]) == ("bob", "renamed")
    quick.mutation("notes:remove", id=made)
    assert quick.query("notes:get", id=made) is None
    assert quick.error("notes:edit", id=made, text="x") == (
        f"Uncaught Error: Update on nonexistent document ID {made}"
    )


def test_an_index_keeps_the_order_of_values_of_any_type(direct: Direct) -> None:
    two = {"$integer": "AgAAAAAAAAA="}
    for rank in (1.5, -1, None, two, "missing", 0):
        given = {} if rank == "missing" else {"rank": rank}
        direct.mutation("notes:add", owner="ann", text=str(rank), **given)
    texts = direct.query("notes:first", owner="ann", count=9)
    assert texts == ["missing", "None", str(two), "-1", "0", "1.5"]
    assert direct.query("notes:first", owner="ann", count=2, desc=True) == ["1.5", "0"]
    assert direct.query("notes:between", low=-1, high=1.5) == [0, 1.5]


def test_strings_are_ordered_by_their_bytes(direct: Direct) -> None:
    for owner in ("\U0001f600", "\uffff", "z", "é"):
        direct.mutation("notes:add", owner=owner, text="")
    assert direct.query("notes:owners") == ["z", "é", "\uffff", "\U0001f600"]


def test_a_page_goes_on_where_the_last_one_ended(direct: Direct) -> None:
    direct.mutation("notes:addMany", owner="ann", count=5)
    texts, cursor, pages = [], None, 0
    while True:
        page = direct.query("notes:page", cursor=cursor, numItems=2)
        texts += [row["text"] for row in page["page"]]
        pages += 1
        if page["isDone"]:
            break
        cursor = page["continueCursor"]
    assert (texts, pages) == ([f"note {n}" for n in range(5)], 3)


def test_a_filter_is_evaluated_on_every_row(quick: Direct) -> None:
    quick.mutation("notes:addMany", owner="ann", count=9)
    assert quick.query("notes:filtered", text="note 1") == ["note 1", "note 6", "note 7", "note 8"]


def test_an_id_of_another_table_is_refused(quick: Direct) -> None:
    quick.mutation("notes:increment", name="x")
    ids = quick.machine.tell("fill", "others", '{"a": 1}', 0.0)
    assert ids == 1
    why = quick.error("notes:get", id="nonsense")
    assert "ArgumentValidationError: Value does not match validator.\nPath: .id" in why


def test_arguments_documents_and_values_are_validated(quick: Direct) -> None:
    assert quick.error("notes:add", owner="ann") == (
        "Uncaught Error: ArgumentValidationError: Object is missing the required field `text`. "
        "Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\n"
        'Object: {owner: "ann"}\n'
        "Validator: v.object({owner: v.string(), rank: v.optional(v.union(v.float64(), v.int64(), "
        "v.null())), text: v.string()})"
    )
    assert "extra field `more`" in quick.error("notes:add", owner="a", text="b", more=1)
    assert "Path: .rank" in quick.error("notes:add", owner="a", text="b", rank="high")


def test_a_sub_transaction_that_throws_is_undone(direct: Direct) -> None:
    assert direct.mutation("notes:nested") == "Uncaught Error: too bad"
    assert direct.query("notes:counter", name="kept") == 1
    assert direct.query("notes:counter", name="undone") == 0


def test_a_thrown_error_writes_nothing_and_carries_its_data(quick: Direct) -> None:
    _, attempt = quick.begin("notes:increment", 5, name="x", fail=True)
    assert attempt.ended.data == '{"code":"NO","name":"x"}'
    assert quick.query("notes:counter", name="x") == 0
    assert quick.error("notes:throws") == "Uncaught TypeError: oh no"


def test_what_an_action_alone_may_do_is_refused_elsewhere(quick: Direct) -> None:
    assert "Can't use fetch() in queries and mutations." in quick.error("notes:fetchesInQuery")
    assert (
        quick.error("notes:waitsForEver") == "The function waits for something that never happens"
    )


def test_a_function_that_is_not_there_is_named(quick: Direct) -> None:
    assert quick.error("notes:nothing") == (
        "Uncaught Error: Could not find function for 'notes:nothing'."
    )
