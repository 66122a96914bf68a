"""Documents, versions and transactions: what `sim.backend.documents` does."""

from __future__ import annotations

from .compile import hot
from .memory import (
    State,
    buffered_record,
    document_record,
    effect_record,
    executor_record,
    version_record,
    words,
)


@hot
def version_at(s: State, document: int, time: int) -> int:
    """The version visible at ``time``; -1 is the newest one, which the document itself holds."""
    if document_record(s, document).visible_at <= time:
        return -1
    version = document_record(s, document).newest
    while version_record(s, version).visible_at > time:
        version = version_record(s, version).older
    return version


@hot
def word0(s: State, document: int, version: int) -> int:
    """The first word of a version."""
    value: int = document_record(s, document).w0 if version < 0 else version_record(s, version).w0
    return value


@hot
def word1(s: State, document: int, version: int) -> int:
    """The second word of a version."""
    value: int = document_record(s, document).w1 if version < 0 else version_record(s, version).w1
    return value


@hot
def row(s: State, document: int, version: int) -> tuple[int, int, int, int, int]:
    """All words of a version."""
    if version < 0:
        d = document_record(s, document)
        return d.w0, d.w1, d.w2, d.w3, d.w4
    v = version_record(s, version)
    return v.w0, v.w1, v.w2, v.w3, v.w4


@hot
def get(s: State, document: int) -> int:
    """`Transaction.get`: the version read.

    A transaction's own writes need no look: none of the app's reads a document again after
    changing it.
    """
    tx = s.tx
    words(s.reads)[tx.reads] = document
    tx.reads += 1
    tx.read_bytes += document_record(s, document).size
    return version_at(s, document, tx.begin)


@hot
def read_more(s: State, documents: int, size: int) -> None:
    """`Transaction.read_more`."""
    tx = s.tx
    tx.extra_documents += documents
    tx.read_bytes += size
    tx.large = 1


@hot
def put(s: State, document: int, w0: int, w1: int, w2: int, w3: int, w4: int, size: int) -> None:
    """`Transaction.put`."""
    tx = s.tx
    read = tx.reads > 0 and words(s.reads)[tx.reads - 1] == document
    for i in range(tx.reads):
        if read:
            break
        read = words(s.reads)[i] == document
    if not read:
        words(s.reads)[tx.reads] = document
        tx.reads += 1
    _buffer(s, document, w0, w1, w2, w3, w4, size, 0)


@hot
def insert(s: State, index_range: int, item: int, size: int) -> None:
    """`Transaction.insert`: the range has one item more."""
    _buffer(s, index_range, item, 0, 0, 0, 0, size, 1)


@hot
def _buffer(
    s: State, document: int, w0: int, w1: int, w2: int, w3: int, w4: int, size: int, is_insert: int
) -> None:
    tx = s.tx
    effect = effect_record(s, tx.effects)
    effect.document = document
    effect.w0, effect.w1, effect.w2, effect.w3, effect.w4 = w0, w1, w2, w3, w4
    effect.size = size
    effect.insert = is_insert
    tx.effects += 1
    if tx.effects > s.limits.few_writes:
        tx.large = 1
    tx.written_bytes += size


@hot
def schedule(s: State, delay: int, function: int, a0: int, a1: int) -> bool:
    """`Transaction.schedule`; whether there was room."""
    tx, scheduler = s.tx, s.scheduler
    outstanding = scheduler.created - executor_record(s, 0).executed
    if tx.jobs >= scheduler.per_function_cap or tx.jobs >= scheduler.cap - outstanding:
        scheduler.rejected += 1
        return False
    job = buffered_record(s, tx.jobs)
    job.delay, job.function, job.a0, job.a1 = delay, function, a0, a1
    tx.jobs += 1
    return True


@hot
def restart(s: State, begin: int) -> None:
    """`Transaction.restart`."""
    tx = s.tx
    tx.begin = begin
    tx.now_ms = s.app.epoch_ms + begin // 1000
    tx.reads = tx.effects = tx.jobs = 0
    tx.read_bytes = tx.written_bytes = tx.extra_documents = tx.large = 0


@hot
def write(
    s: State, document: int, w0: int, w1: int, w2: int, w3: int, w4: int, visible_at: int,
    keep_from: int,
) -> None:  # fmt: skip
    """`Document.write`: the version before joins the history, those nobody reads leave it."""
    d, database = document_record(s, document), s.database
    oldest = d.oldest
    while oldest >= 0:
        newer = version_record(s, oldest).newer
        replaced_at = d.visible_at if newer < 0 else version_record(s, newer).visible_at
        if replaced_at > keep_from:
            break
        version_record(s, oldest).older = database.free_version
        database.free_version = oldest
        database.free_versions += 1
        oldest = newer
    new = database.free_version
    v = version_record(s, new)
    database.free_version = v.older
    database.free_versions -= 1
    v.visible_at = d.visible_at
    v.w0, v.w1, v.w2, v.w3, v.w4 = d.w0, d.w1, d.w2, d.w3, d.w4
    v.newer = -1
    if oldest < 0:
        v.older = -1
        oldest = new
    else:
        version_record(s, oldest).older = -1
        v.older = d.newest
        version_record(s, d.newest).newer = new
    d.oldest = oldest
    d.newest = new
    d.w0, d.w1, d.w2, d.w3, d.w4 = w0, w1, w2, w3, w4
    d.visible_at = visible_at


@hot
def publish(s: State, now: int, visible_at: int) -> int:
    """`Backend.publish`: make the transaction's writes the newest versions."""
    database = s.database
    visible_at = max(visible_at, database.visible_at)
    database.visible_at = visible_at
    keep_from = now - database.retention
    for i in range(s.tx.effects):
        effect = effect_record(s, i)
        document = effect.document
        if effect.insert:
            items = document_record(s, document).w0
            if document == s.rows.upcoming:
                words(s.upcoming)[items] = effect.w0
            elif document == s.rows.all_shows:
                words(s.all_shows)[items] = effect.w0
            write(s, document, items + 1, 0, 0, 0, 0, visible_at, keep_from)
            document_record(s, document).size += effect.size
        else:
            write(
                s, document, effect.w0, effect.w1, effect.w2, effect.w3, effect.w4,
                visible_at, keep_from,
            )  # fmt: skip
            document_record(s, document).size = effect.size
    return visible_at
