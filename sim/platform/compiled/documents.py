"""Documents, versions and transactions: what `sim.platform.reference.documents` does."""

from __future__ import annotations

from .compile import hot, jit
from .memory import (
    Row,
    State,
    buffered_record,
    document_record,
    document_row,
    effect_record,
    effect_row,
    version_record,
    version_row,
    words,
)
from .scheduler import has_room


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
def get(s: State, document: int) -> Row:
    """`Transaction.get`.

    A transaction's own writes need no look: none of the app's reads a document again after
    changing it.
    """
    tx = s.tx
    words(s.reads)[tx.reads] = document
    tx.reads += 1
    tx.read_bytes += document_record(s, document).size
    return look(s, document, tx.begin)


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
    read = tx.reads > 0 and reads[tx.reads - 1] == document
    for i in range(tx.reads):
        if read:
            break
        read = reads[i] == document
    if not read:
        reads[tx.reads] = document
        tx.reads += 1
    return _buffer(s, document, size, 0)


@jit
def patch(s: State, document: int, row: Row) -> Row:
    """`Transaction.put` of a row like the one that was read, to be changed."""
    buffered = put(s, document, document_record(s, document).size)
    copy(buffered, row)
    return buffered


@jit
def insert(s: State, index_range: int, item: int, size: int) -> None:
    """`Transaction.insert`: the range has one item more."""
    _buffer(s, index_range, size, 1).w0 = item


@jit
def _buffer(s: State, document: int, size: int, is_insert: int) -> Row:
    tx = s.tx
    effect = effect_record(s, tx.effects)
    effect.document = document
    effect.size = size
    effect.insert = is_insert
    tx.effects += 1
    if tx.effects > s.limits.few_writes:
        tx.large = 1
    tx.written_bytes += size
    return effect_row(s, tx.effects - 1)


@jit
def copy(target: Row, source: Row) -> None:
    """Set a row's words to another's."""
    target.w0 = source.w0
    target.w1 = source.w1
    target.w2 = source.w2
    target.w3 = source.w3
    target.w4 = source.w4
    target.w5 = source.w5
    target.w6 = source.w6


@jit
def schedule(s: State, delay: int, function: int, a0: int, a1: int) -> bool:
    """`Transaction.schedule`; whether there was room."""
    tx = s.tx
    if not has_room(s, tx.jobs, tx.jobs):
        return False
    job = buffered_record(s, tx.jobs)
    job.delay = delay
    job.function = function
    job.a0 = a0
    job.a1 = a1
    tx.jobs += 1
    return True


@hot
def restart(s: State, begin: int, stamp: int) -> None:
    """`Transaction.restart`."""
    tx = s.tx
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
    copy(version_row(s, new), document_row(s, document))
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
def publish(s: State, now: int, visible_at: int) -> int:
    """`Backend.publish`: make the transaction's writes the newest versions."""
    database = s.database
    visible_at = max(visible_at, database.visible_at)
    database.visible_at = visible_at
    keep_from = now - database.retention
    for i in range(s.tx.effects):
        effect = effect_record(s, i)
        document = effect.document
        row = write(s, document, visible_at, keep_from)
        if effect.insert:
            if document == s.rows.upcoming:
                words(s.upcoming)[row.w0] = effect.w0
            elif document == s.rows.all_shows:
                words(s.all_shows)[row.w0] = effect.w0
            row.w0 += 1
            document_record(s, document).size += effect.size
        else:
            copy(row, effect_row(s, i))
            document_record(s, document).size = effect.size
    return visible_at
