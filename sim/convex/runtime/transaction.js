// One attempt of a query or mutation: a snapshot, a read set, buffered writes and jobs, limits
// (convex-backend: crates/database/src/{reads,writes}.rs).

let limits = { documentsRead: 32000, documentsWritten: 16000, bytesRead: 1 << 24, bytesWritten: 1 << 24, jobs: 1000, ranges: 4096 };

const REMEDY = "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

let rates = null; // table → organic writes (per µs), spread over its documents
const NOTHING = new Map();
const BY_ID = ["by_id", "document"];
const NO_TABLE = ["by_creation_time", "range"]; // the whole of a table that does not exist yet

class Tx {
  constructor(begin, isMutation) {
    this.begin = begin;
    this.isMutation = isMutation;
    this.ids = new Set(); // documents read by their ids
    this.touched = new Set(); // all documents read: what a transaction's time grows with
    this.exposed = rates === null ? NOTHING : new Map(); // table that organic traffic writes → how many of its documents
    this.intervals = []; // index intervals read
    this.scans = null; // table → documents read by queries over the whole of it
    this.absent = new Set(); // tables read that do not exist yet
    this.writes = new Map(); // id → { table, doc }
    this.jobs = []; // [due ms, path, arguments, id]
    this.cancelled = [];
    this.streams = new Map();
    this.bytesRead = 0;
    this.documentsRead = 0;
    this.bytesWritten = 0;
    this.written = 0;
    this.paginated = false;
    this.sawTime = this.sawIdentity = false; // whether its code looked at them
    this.stamp = 0; // creation time of the last document inserted
    this.turn = Promise.resolve(); // sub-transactions run one after another
    this.nested = 0;
    this.inside = ""; // the function of the sub-transaction that runs
  }

  hasRead(id, size, owner) {
    if (rates !== null && !this.touched.has(id) && owner.name in rates) this.exposed.set(owner, (this.exposed.get(owner) ?? 0) + 1);
    this.touched.add(id);
    this.documentsRead += 1;
    this.bytesRead += size;
    if (this.documentsRead > limits.documentsRead) {
      throw new Error(`Too many documents read in a single function execution (limit: ${limits.documentsRead}). ${REMEDY}`);
    }
    if (this.bytesRead > limits.bytesRead) {
      throw new Error(`Too many bytes read in a single function execution (limit: ${limits.bytesRead} bytes). ${REMEDY}`);
    }
  }

  /** A query has read the whole of a table. */
  scanned({ name }, count) {
    this.scans ??= {};
    this.scans[name] = (this.scans[name] ?? 0) + count;
  }

  /** The JSON text of a document; "null" if there is none. */
  textOf(id) {
    this.ids.add(id);
    const write = this.writes.get(id);
    if (write !== undefined) return write.doc === null ? "null" : JSON.stringify(write.doc);
    const document = documents.get(id);
    const version = document === undefined ? null : versionAt(document, this.begin);
    if (version === null || version.doc === null) return "null";
    this.hasRead(id, version.size, document.table);
    return textOfVersion(version);
  }

  docOf(id) {
    this.ids.add(id);
    const write = this.writes.get(id);
    if (write !== undefined) return write.doc;
    const document = documents.get(id);
    const version = document === undefined ? null : versionAt(document, this.begin);
    if (version === null || version.doc === null) return null;
    this.hasRead(id, version.size, document.table);
    return version.doc;
  }

  write(id, owner, doc) {
    if (!this.isMutation) throw new Error("Can't write to the database in a query. Please consider using a mutation.");
    if (doc !== null) checkDocument(owner, doc);
    const size = doc === null ? 0 : sizeOf(doc);
    this.writes.set(id, { table: owner, doc, size });
    this.written += 1;
    this.bytesWritten += size;
    if (this.written > limits.documentsWritten) {
      throw new Error(`Too many writes in a single function execution (limit: ${limits.documentsWritten})`);
    }
    if (this.bytesWritten > limits.bytesWritten) {
      throw new Error(`Too many bytes written in a single function execution (limit: ${limits.bytesWritten} bytes)`);
    }
  }

  /** Creation times grow within a transaction, as ids do not. */
  creationTime(nowMs) {
    this.stamp = this.stamp >= nowMs ? nextUp(this.stamp) : nowMs;
    return this.stamp;
  }

  savepoint() {
    return { writes: new Map(this.writes), jobs: this.jobs.length, cancelled: this.cancelled.length };
  }

  rollBack(to) {
    this.writes = to.writes;
    this.jobs.length = to.jobs;
    this.cancelled.length = to.cancelled;
  }

  /** The newest write into the read set that the snapshot lacks; else null. */
  lost() {
    for (let n = log.length - 1; n >= logStart && log[n].at > this.begin; n--) {
      if (this.touches(log[n])) return log[n];
    }
    return null;
  }

  /** When that write becomes visible; 0 if there is none. */
  conflict() {
    return this.lost()?.at ?? 0;
  }

  /** The table that organic traffic writes most of what has been read in. */
  mostExposed() {
    let most = "", highest = 0;
    for (const [owner, count] of this.exposed) {
      const rate = (rates[owner.name] * count) / Math.max(1, owner.rows);
      if (rate > highest) [most, highest] = [owner.name, rate];
    }
    return most;
  }

  touches(written) {
    return this.contact(written) !== null;
  }

  /**
   * Where a write meets the read set: the index, and whether a document was read that it changed, or
   * a range that has one more now. Null if it does not.
   */
  contact({ document, was, is }) {
    if (this.ids.has(document.id)) return BY_ID;
    if (this.absent.has(document.table.name)) return NO_TABLE;
    for (const interval of this.intervals) {
      const { index } = interval;
      if (document.table.indexes[index.place] !== index) continue;
      const old = was?.rows[index.place], now = is.rows[index.place];
      if (old !== undefined && interval.holds(old.key)) return [index.name, "document"];
      if (now !== undefined && now !== old && interval.holds(now.key)) return [index.name, "range"];
    }
    return null;
  }

  /** The rate (per µs) at which organic traffic writes what has been read. */
  hazard() {
    let sum = 0;
    for (const [owner, count] of this.exposed) sum += (rates[owner.name] * count) / Math.max(1, owner.rows);
    return sum;
  }
}

const word = new DataView(new ArrayBuffer(8));

/** The next larger double of a positive one. */
function nextUp(x) {
  word.setFloat64(0, x);
  const low = word.getUint32(4);
  if (low === 0xffffffff) word.setUint32(0, word.getUint32(0) + 1);
  word.setUint32(4, low === 0xffffffff ? 0 : low + 1);
  return word.getFloat64(0);
}
