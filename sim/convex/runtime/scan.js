// Queries over index ranges, lazily: the read set holds an interval up to the last row consumed
// (convex-backend: crates/database/src/query/index_range.rs, used_interval).

/** An index range as bounds: a prefix of equal fields, then limits on the next field. */
function boundsOf(index, range) {
  const equal = [];
  let low = null, high = null; // [value, whether the bound itself is inside]
  for (const { type, fieldPath, value } of range) {
    const place = equal.length;
    const expected = index.fields[place] ?? (place === index.fields.length ? "_creationTime" : undefined);
    if (expected !== fieldPath) {
      throw new Error(
        `Tried to query index ${index.label} but the query didn't use the index fields in order. ` +
          `The index fields are: ${JSON.stringify(index.fields)}. The query used the field \`${fieldPath}\` ` +
          "out of order. See https://docs.convex.dev/using/indexes for more information.",
      );
    }
    const bound = decode(value);
    if (type === "Eq") equal.push(bound);
    else if (type === "Gt" || type === "Gte") low = [bound, type === "Gte"];
    else high = [bound, type === "Lte"];
  }
  return { equal, low, high };
}

function comparePrefix(key, equal) {
  for (let i = 0; i < equal.length; i++) {
    const c = compare(key[i], equal[i]);
    if (c) return c;
  }
  return 0;
}

/** Where a key lies: below the range (-1), inside (0) or above (1). */
function side(key, { equal, low, high }) {
  const c = comparePrefix(key, equal);
  if (c) return c < 0 ? -1 : 1;
  const next = key[equal.length];
  if (low !== null) {
    const d = compare(next, low[0]);
    if (d < 0 || (d === 0 && !low[1])) return -1;
  }
  if (high !== null) {
    const d = compare(next, high[0]);
    if (d > 0 || (d === 0 && !high[1])) return 1;
  }
  return 0;
}

const isWhole = ({ equal, low, high }) => equal.length === 0 && low === null && high === null;

/** What a query reads of an index, as far as it has been consumed. */
class Interval {
  constructor(owner, index, bounds, backwards) {
    this.owner = owner;
    this.index = index;
    this.bounds = bounds;
    this.backwards = backwards;
    this.until = null; // the key of the last row consumed
    this.all = false; // consumed to its end
    this.after = null; // a page begins after this key
  }

  holds(key) {
    if (side(key, this.bounds) !== 0) return false;
    const sign = this.backwards ? -1 : 1;
    if (this.after !== null && sign * compareKeys(key, this.after) <= 0) return false;
    return this.all || (this.until !== null && sign * compareKeys(key, this.until) <= 0);
  }
}

/** The source of a query: its index, its bounds and its direction. */
function sourceOf(source) {
  if (source.type === "Search") fatal("text search is not simulated: withSearchIndex cannot be run");
  const full = source.type === "FullTableScan";
  const dot = full ? -1 : source.indexName.indexOf(".");
  const tableName = full ? source.tableName : source.indexName.slice(0, dot);
  const owner = tables.get(tableHere(tableName));
  const indexName = full ? "by_creation_time" : source.indexName.slice(dot + 1);
  if (owner === undefined) {
    if (full) return null; // a table without documents
    throw new Error(`Index ${source.indexName} not found.`);
  }
  const index = owner.byName.get(indexName);
  if (index === undefined) throw new Error(`Index ${source.indexName} not found.`);
  index.label = source.indexName;
  const fields = indexName === "by_id" ? { ...index, fields: ["_id"] } : index;
  filled(owner, index);
  return { owner, index, bounds: boundsOf(fields, source.range ?? []), backwards: source.order === "desc" };
}

/** The rows of a range that a transaction sees, its own writes included; each joins the read set. */
function* rowsOf(tx, { owner, index, bounds, backwards }, after) {
  const interval = new Interval(owner, index, bounds, backwards);
  interval.after = after;
  tx.intervals.push(interval);
  const sign = backwards ? -1 : 1;
  const beyond = (key) => side(key, bounds) !== 0 || (after !== null && sign * compareKeys(key, after) <= 0);
  const own = [];
  for (const [id, write] of tx.writes) {
    if (write.table !== owner || write.doc === null) continue;
    const key = keyOf(index, write.doc);
    if (!beyond(key)) own.push({ key, id, doc: write.doc });
  }
  if (own.length > 1) own.sort((a, b) => sign * compareKeys(a.key, b.key));
  const start = backwards
    ? index.rows.first((key) => (after !== null && compareKeys(key, after) < 0) || (after === null && side(key, bounds) <= 0))
    : index.rows.first((key) => side(key, bounds) < 0 || (after !== null && side(key, bounds) === 0 && compareKeys(key, after) <= 0));
  const next = index.rows.walk(start, backwards);
  let mine = 0;
  for (let row = next(); ; row = next()) {
    if (row !== undefined && side(row.key, bounds) !== 0) row = undefined;
    if (row !== undefined && (row.from > tx.begin || tx.begin >= row.to || tx.writes.has(row.document.id))) continue;
    while (mine < own.length && (row === undefined || sign * compareKeys(own[mine].key, row.key) < 0)) {
      const { key, doc } = own[mine++];
      interval.until = key;
      yield { key, doc, text: null, size: sizeOf(doc) };
    }
    if (row === undefined) break;
    interval.until = row.key;
    const version = versionAt(row.document, tx.begin);
    yield { key: row.key, doc: version.doc, text: textOfVersion(version), size: version.size };
  }
  interval.all = true;
}

/** A query that runs: `next()` gives the JSON text of a document, or null at its end. */
class Running {
  constructor(tx, query, after = null) {
    this.tx = tx;
    const source = sourceOf(query.source);
    this.rows = source === null ? null : rowsOf(tx, source, after);
    this.owner = source === null ? null : source.owner;
    this.operators = query.operators.map((op) => ("filter" in op ? op : { left: op.limit }));
    this.key = null; // of the last row consumed
    this.ended = false;
    this.whole = source !== null && after === null && isWhole(source.bounds);
    this.limit = Math.min(...query.operators.map((op) => op.limit ?? Infinity));
    this.count = 0;
    if (source === null) tx.absent.add(tableHere(query.source.tableName));
  }

  next() {
    if (this.rows === null) return this.end();
    for (;;) {
      for (const op of this.operators) if (op.left === 0) return this.end();
      const { value: row, done } = this.rows.next();
      if (done) {
        const isBounded = this.limit < Infinity && this.count <= this.limit; // by its own limit
        if (this.whole && !isBounded && !this.ended) this.tx.scanned(this.owner, this.count);
        return this.end();
      }
      this.key = row.key;
      this.count += 1;
      this.tx.hasRead(row.doc._id, row.size, this.owner);
      if (this.passes(row.doc)) return row.text ?? JSON.stringify(row.doc);
    }
  }

  passes(doc) {
    for (const op of this.operators) {
      if (op.filter === undefined) op.left -= 1;
      else if (!truth(doc, op.filter)) return false;
    }
    return true;
  }

  end() {
    this.ended = true;
    return null;
  }
}

/** One page of a paginated query (crates/isolate/src/environment/udf/async_syscall.rs, queryPage). */
function queryPage(tx, { query, cursor, endCursor, pageSize, maximumRowsRead }) {
  if (tx.paginated) throw new Error("This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.");
  tx.paginated = true;
  if (cursor === END) return { page: [], isDone: true, continueCursor: END, splitCursor: null, pageStatus: null };
  const after = cursor === null ? null : keyOfCursor(cursor);
  const last = endCursor === null || endCursor === END || endCursor === undefined ? null : keyOfCursor(endCursor);
  const running = new Running(tx, query, after);
  running.whole = false; // a page has its own limit
  const sign = query.source.order === "desc" ? -1 : 1;
  const page = [];
  let key = after;
  const read = tx.documentsRead;
  for (;;) {
    if (endCursor === null || endCursor === undefined) {
      if (page.length >= pageSize) break;
      if (maximumRowsRead !== null && maximumRowsRead !== undefined && tx.documentsRead - read >= maximumRowsRead) break;
    }
    if (last !== null && key !== null && sign * compareKeys(key, last) >= 0) break;
    const text = running.next();
    if (text === null) return { page, isDone: true, continueCursor: endCursor ?? END, splitCursor: null, pageStatus: null };
    if (last !== null && sign * compareKeys(running.key, last) > 0) break;
    page.push(JSON.parse(text));
    key = running.key;
  }
  const continueCursor = endCursor ?? (key === null ? cursor ?? START : cursorOfKey(key));
  return { page, isDone: false, continueCursor, splitCursor: null, pageStatus: null };
}

const END = '["end"]', START = "[]";

const cursorOfKey = (key) => JSON.stringify(key.map(encode));

function keyOfCursor(cursor) {
  try {
    const key = JSON.parse(cursor).map(decode);
    return key.length ? key : null;
  } catch {
    throw new Error("InvalidCursor: Failed to parse cursor");
  }
}
