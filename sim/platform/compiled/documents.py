"""Documents, versions and transactions: what `sim.platform.reference.documents` does."""

from __future__ import annotations

from sim.platform.rules import FUNCTION_IS_FULL, ROOM, visible_from

from .app import copy_row
from .compile import hot, jit
from .layout import FEWEST_KEYS
from .memory import (
    Record,
    Row,
    State,
    absent_row,
    buffered_record,
    document_record,
    document_row,
    effect_record,
    effect_row,
    list_rooms,
    range_record,
    version_record,
    version_row,
    words,
)
from .scheduler import room_for

NUMBER, KEY = 1, 2
"""Inserts of a number, which is added, and of a key, which is appended; 0 is a replaced row."""


@hot
def look(s: State, document: int, time: int) -> Row:
    """`Document.at`: the version visible at ``time``, outside any read set."""
    row = document_row(s, document)
    if row.visible_at <= time:
        return row
    version = document_record(s, document).newest
    while version_record(s, version).visible_at > time:
        version = version_record(s, version).older
    return version_row(s, version)


@hot
def no_row(s: State) -> Row:
    """A row that does not exist."""
    return absent_row(s, 0)


@hot
def read(s: State, document: int) -> Row:
    """`Snapshot.get`."""
    tx = s.tx
    tx.extra_documents += 1
    tx.read_bytes += document_record(s, document).size
    return look(s, document, tx.begin)


@hot
def get(s: State, document: int) -> Row:
    """`Transaction.get` of what the transaction has not written."""
    tx = s.tx
    if tx.reads < s.size.reads:
        words(s.reads)[tx.reads] = document
        tx.reads += 1
    else:
        tx.short = 1
    tx.read_bytes += document_record(s, document).size
    return look(s, document, tx.begin)


@jit
def get_own(s: State, document: int) -> Row:
    """`Transaction.get`, own writes included."""
    row = get(s, document)
    if document_record(s, document).mark == s.tx.number:
        for i in range(s.tx.effects - 1, -1, -1):
            if effect_record(s, i).document == document:
                return effect_row(s, i)
    return row


@jit
def number_own(s: State, document: int) -> int:
    """`Transaction.get` of one number, own writes and inserts included."""
    value = get(s, document).w0
    if document_record(s, document).mark == s.tx.number:
        for i in range(s.tx.effects):
            effect = effect_record(s, i)
            if effect.document == document:
                value = value + effect.w0 if effect.insert else effect.w0
    return int(value)


@hot
def look_up(s: State, document: int, size: int) -> Row:
    """`Transaction.look_up`."""
    row = get(s, document)
    s.tx.read_bytes += size - document_record(s, document).size
    return row


@hot
def read_more(s: State, documents: int, size: int) -> None:
    """`Transaction.read_more`."""
    tx = s.tx
    tx.extra_documents += documents
    tx.read_bytes += size
    tx.large = 1


@jit
def put(s: State, document: int, size: int) -> Row:
    """`Transaction.put`: the buffered row, whose words are still to be set."""
    tx, reads = s.tx, words(s.reads)
    known = tx.reads > 0 and reads[tx.reads - 1] == document
    for i in range(tx.reads):
        if known:
            break
        known = reads[i] == document
    if not known:
        if tx.reads < s.size.reads:
            reads[tx.reads] = document
            tx.reads += 1
        else:
            tx.short = 1
    return _buffer(s, document, size, 0)


@jit
def insert(s: State, document: int, number: int, size: int) -> None:
    """`Transaction.insert` into a number."""
    _buffer(s, document, size, NUMBER).w0 = number


@jit
def insert_key(s: State, index_range: int, key: int, size: int) -> None:
    """`Transaction.insert` into a range: it has one key more."""
    _buffer(s, index_range, size, KEY).w0 = key


@jit
def _buffer(s: State, document: int, size: int, kind: int) -> Row:
    """One more effect; without room for it the transaction runs again, once there is."""
    tx = s.tx
    place = tx.effects
    if place < s.size.effects:
        tx.effects = place + 1
    else:
        tx.short = 1
        place -= 1
    effect = effect_record(s, place)
    effect.document = document
    effect.size = size
    effect.insert = kind
    document_record(s, document).mark = tx.number
    if tx.effects > s.limits.few_writes:
        tx.large = 1
    tx.written_bytes += size
    return effect_row(s, place)


@jit
def schedule(s: State, delay: int, function: int) -> int:
    """`Transaction.schedule`: the buffered job, whose arguments are still to be set; -1: no room.

    What is rejected is counted when the transaction is over, as it may run again for more memory.
    """
    tx = s.tx
    room = room_for(s, tx.jobs, tx.jobs)
    if room != ROOM:
        tx.rejected += 1
        tx.rejected_by_function += room == FUNCTION_IS_FULL
        return -1
    place = tx.jobs
    if place < s.size.tx_jobs:
        tx.jobs = place + 1
    else:
        tx.short = 1
        place -= 1
    job = buffered_record(s, place)
    job.delay = delay
    job.function = function
    return int(place)


@hot
def restart(s: State, begin: int, stamp: int) -> None:
    """`Transaction.restart`."""
    tx = s.tx
    tx.number += 1
    tx.stamp = stamp
    tx.begin = begin
    tx.now_ms = s.app.epoch_ms + begin // 1000
    tx.reads = 0
    tx.effects = 0
    tx.jobs = 0
    tx.read_bytes = 0
    tx.written_bytes = 0
    tx.extra_documents = 0
    tx.large = 0
    tx.short = 0
    tx.rejected = 0
    tx.rejected_by_function = 0


@jit
def write(s: State, document: int, visible_at: int, keep_from: int) -> Row:
    """`Document.write`: the version before joins the history, those nobody reads leave it.

    Gives the document's row, whose words are still to be set.
    """
    d, database = document_record(s, document), s.database
    oldest = d.oldest
    while oldest >= 0:
        version = version_record(s, oldest)
        newer = version.newer
        replaced_at = d.visible_at if newer < 0 else version_record(s, newer).visible_at
        if replaced_at > keep_from:
            break
        version.older = database.free_version
        database.free_version = oldest
        database.free_versions += 1
        oldest = newer
    new = database.free_version
    version = version_record(s, new)
    database.free_version = version.older
    database.free_versions -= 1
    version.visible_at = d.visible_at
    copy_row(s, version_row(s, new), document_row(s, document))
    version.newer = -1
    version.older = -1
    if oldest >= 0:
        version_record(s, oldest).older = -1
        version.older = d.newest
        version_record(s, d.newest).newer = new
    d.oldest = oldest if oldest >= 0 else new
    d.newest = new
    d.visible_at = visible_at
    return document_row(s, document)


@jit
def publish(s: State, now: int, visible_at: int, writer: int) -> int:
    """`Backend.publish`: make the transaction's writes, by a function, the newest versions."""
    database = s.database
    visible_at = visible_from(visible_at, database.visible_at)
    database.visible_at = visible_at
    keep_from = now - database.retention
    for i in range(s.tx.effects):
        effect = effect_record(s, i)
        document = effect.document
        row = write(s, document, visible_at, keep_from)
        document_record(s, document).writer = 2 * (1 + writer) + (effect.insert > 0)
        if effect.insert:
            if effect.insert == NUMBER:
                row.w0 += effect.w0
            else:
                append_key(s, document, effect.w0)
            document_record(s, document).size += effect.size
        else:
            copy_row(s, row, effect_row(s, i))
            document_record(s, document).size = effect.size
    return int(visible_at)


@jit
def append_key(s: State, document: int, key: int) -> None:
    """One more key at the end of a range.

    Its keys have room for a power of two of them. When that is full they move to where there is
    room for twice as many, and stay behind for older versions.
    """
    row, items, database = range_record(s, document), words(s.items), s.database
    number, first = row.w0, row.w1
    if number & (number - 1) == 0 and (number == 0 or number >= FEWEST_KEYS):
        row.w1 = database.keys_used
        database.keys_used += max(FEWEST_KEYS, 2 * number)
        for i in range(number):
            items[row.w1 + i] = items[first + i]
    items[row.w1 + number] = key
    row.w0 = number + 1
    database.keys_in_use += 1
    database.keys_bound = database.keys_used + 4 * database.keys_in_use


# -- lists and sets of keys that a query or mutation works with ----------------------------------


@hot
def list_at(s: State, x: Record, place: int) -> int:
    """Where a list stands that a query makes for an execution."""
    return int((x.number * list_rooms(s) + place) * s.size.list_room)


@hot
def clear_marks(marks: int) -> None:
    """`KeySet.clear`: a key is in the set if its word carries the number of the last clearing."""
    words(marks)[0] += 1


@hot
def mark(marks: int, key: int) -> None:
    """`KeySet.add`."""
    words(marks)[1 + key] = words(marks)[0]


@hot
def is_marked(marks: int, key: int) -> bool:
    """Whether a key is in a set."""
    return bool(words(marks)[1 + key] == words(marks)[0])
