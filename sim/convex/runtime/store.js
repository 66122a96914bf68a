// The store: tables of documents with versions, ordered indexes over all versions, and a log of
// what was written. Times are when a version becomes visible (µs since the scenario's start).

const FIRST_TABLE = 10001;
const tables = new Map(); // name → table
const tableOfNumber = new Map();
const documents = new Map(); // id → { id, table, versions }
const log = []; // { at, document, was, is }, by time
let logStart = 0; // entries before it are pruned
let serials = 0;
let keepFrom = 0;

function table(name) {
  let found = tables.get(name);
  if (found === undefined) {
    let number = FIRST_TABLE + tables.size;
    while (tableOfNumber.has(number)) number += 1;
    found = addTable(name, number);
  }
  return found;
}

function addTable(name, number) {
  const made = { name, number, rows: 0, indexes: [], byName: new Map(), validator: null };
  tables.set(name, made);
  tableOfNumber.set(number, made);
  addIndex(made, "by_creation_time", ["_creationTime"]);
  addIndex(made, "by_id", []);
  return made;
}

/** An index of a table. It has no rows until it is first read: most are not read at all. */
function addIndex(owner, name, fields) {
  const old = owner.byName.get(name);
  if (old !== undefined && old.fields.join() === fields.join()) return;
  const paths = fields.map((field) => field.split("."));
  const index = { name, fields, paths, place: owner.indexes.length, rows: null };
  if (old !== undefined) { index.place = old.place; owner.indexes[old.place] = index; }
  else owner.indexes.push(index);
  owner.byName.set(name, index);
}

/** An index with rows for all versions of its table's documents. */
function filled(owner, index) {
  if (index.rows !== null) return index;
  const rows = [];
  for (const document of documents.values()) {
    if (document.table !== owner) continue;
    for (let n = 0; n < document.versions.length; n++) {
      const version = document.versions[n];
      version.rows[index.place] = undefined;
      if (version.doc === null) continue;
      const row = { key: keyOf(index, version.doc), document, from: version.from, to: document.versions[n + 1]?.from ?? Infinity };
      version.rows[index.place] = row;
      rows.push(row);
    }
  }
  index.rows = new Sorted();
  index.rows.fill(rows.sort((a, b) => compareKeys(a.key, b.key)));
  return index;
}

/** A field's comparable value; undefined if it is not there. */
function fieldOf(doc, path) {
  let value = doc;
  for (const part of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return decode(value);
}

/** The key of a document in an index; the creation time and the id tell equal ones apart. */
function keyOf(index, doc) {
  const key = [];
  for (const path of index.paths) key.push(fieldOf(doc, path));
  if (index.name !== "by_creation_time" && index.name !== "by_id") key.push(doc._creationTime);
  key.push(doc._id);
  return key;
}

/** The version of a document that is visible at a time; null if there is none. */
function versionAt(document, time) {
  const versions = document.versions;
  for (let n = versions.length - 1; n >= 0; n--) {
    if (versions[n].from <= time) return versions[n];
  }
  return null;
}

/** The JSON text of a version: made when it is first read. */
const textOfVersion = (version) => (version.text ??= JSON.stringify(version.doc));

/** Make a version the newest one of a document, visible from `at` on; `doc` null deletes it; `by` is the function. */
function publish(id, owner, doc, at, size = doc === null ? 0 : sizeOf(doc), by = "") {
  let document = documents.get(id);
  if (document === undefined) documents.set(id, (document = { id, table: owner, versions: [] }));
  const versions = document.versions, was = versions.length === 0 ? null : versions[versions.length - 1];
  const is = { from: at, doc, text: null, size, rows: [] };
  for (const index of owner.indexes) {
    if (index.rows === null) continue;
    const old = was === null ? undefined : was.rows[index.place];
    if (doc === null) { if (old !== undefined) old.to = at; continue; }
    const key = keyOf(index, doc);
    if (old !== undefined && compareKeys(old.key, key) === 0) { is.rows[index.place] = old; continue; }
    if (old !== undefined) old.to = at;
    const row = { key, document, from: at, to: Infinity };
    is.rows[index.place] = row;
    index.rows.add(row);
  }
  owner.rows += (doc === null ? 0 : 1) - (was === null || was.doc === null ? 0 : 1);
  versions.push(is);
  const written = { at, document, was, is, by };
  log.push(written);
  invalidate(written);
}

/** Documents in one go: of a table without documents, visible from the start. */
function fill(owner, docs) {
  for (const doc of docs) {
    if (documents.has(doc._id)) throw new Error(`two documents with the _id ${doc._id}`);
    documents.set(doc._id, { id: doc._id, table: owner, versions: [{ from: 0, doc, text: null, size: sizeOf(doc), rows: [] }] });
  }
  owner.rows += docs.length;
  for (const index of owner.indexes) index.rows = null;
}

/** Let go of versions that no snapshot from `time` on can see. */
function prune(time) {
  keepFrom = time;
  while (logStart < log.length && log[logStart].at <= time) {
    const { document, was, is } = log[logStart++];
    if (was !== null) {
      for (const index of document.table.indexes) {
        const row = index.rows === null ? undefined : was.rows[index.place];
        if (row !== undefined && row !== is.rows[index.place]) index.rows.remove(row);
      }
      document.versions.splice(0, document.versions.indexOf(is));
    }
    if (is.doc === null && document.versions.length === 1) documents.delete(document.id);
  }
  if (logStart > 1024) { log.splice(0, logStart); logStart = 0; }
}
