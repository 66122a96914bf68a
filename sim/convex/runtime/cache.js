// The query cache, and subscriptions: results are valid until something is written into their read
// sets (convex-backend: crates/application/src/cache/mod.rs, crates/sync/src/worker.rs).

let cacheLimit = 0; // bytes of results that are kept; 0: there is no cache
let cacheBytes = 0;
const cache = new Map(); // key → result, least recently used first
const readers = new Map(); // table → results that have read it and are still of use
const subscribed = new Map(); // call of a query that clients subscribe to → { id, result }
const touched = []; // [id of a subscribed call, when, function]: its read set was written into
const exposed = []; // [id of a subscribed call, when]: organic traffic will write what it has read
const NEWS = "\u0001"; // around both, before the answer to the message that brought them about
const TIME_SERVES = 2e6; // µs that a result serves which looked at the time: a query's limit and a second
const OVERHEAD = 500; // bytes that an entry takes beside its value, roughly

const callOf = (path, args) => `${path} ${args}`;
const keyOfResult = (call, who) => `${who} ${call}`;
const ANYBODY = "*"; // of a query that did not look at who called it
const identityOf = (identified) => (identified && identity !== null ? "client" : "nobody");

/** The tables that a read set has to do with. */
function tablesOf({ ids, intervals, absent }) {
  const found = new Set(absent);
  for (const { owner } of intervals) found.add(owner.name);
  for (const id of ids) {
    const name = (documents.get(id)?.table ?? tableOfNumber.get(tableNumberOf(id)))?.name;
    if (name !== undefined) found.add(name);
  }
  return found;
}

/**
 * A query has run: its result serves others until `until`, and is there from `ready` on. `luck` is a
 * draw from the exponential distribution of mean 1: organic traffic writes what it has read then.
 */
function remember(execution, ready, luck) {
  const { tx, path, args, identified, done } = execution;
  const call = callOf(path, args), subscription = identified ? subscribed.get(call) : undefined;
  const keeps = cacheLimit > 0 && done[0];
  if (!keeps && subscription === undefined) return;
  const result = {
    tx, ready, value: done[1], key: keyOfResult(call, tx.sawIdentity ? identityOf(identified) : ANYBODY), until: Infinity,
    by: "", others: tx.exposed.size === 0 ? Infinity : tx.begin + luck / tx.hazard(), size: OVERHEAD + done[1].length + call.length, tables: null, kept: false, subscription: null,
  };
  for (let n = log.length - 1; n >= logStart && log[n].at > tx.begin; n--) {
    if (tx.touches(log[n])) [result.until, result.by] = [log[n].at, log[n].by];
  }
  if (result.until === Infinity) {
    result.tables = tablesOf(tx);
    for (const name of result.tables) {
      if (!readers.has(name)) readers.set(name, new Set());
      readers.get(name).add(result);
    }
  }
  if (keeps) keep(result);
  if (subscription !== undefined) follow(subscription, result);
}

function keep(result) {
  const before = cache.get(result.key);
  if (before !== undefined) evict(before);
  cache.set(result.key, result);
  result.kept = true;
  cacheBytes += result.size;
  while (cacheBytes > cacheLimit) evict(cache.values().next().value);
}

function evict(result) {
  cache.delete(result.key);
  result.kept = false;
  cacheBytes -= result.size;
  forgetUnused(result);
}

/** Let a subscribed call be told when what this result has read is written. */
function follow(subscription, result) {
  const before = subscription.result;
  if (before !== null && before !== result) { before.subscription = null; forgetUnused(before); }
  if (result.until < Infinity) {
    subscription.result = null;
    touched.push([subscription.id, result.until, result.by]);
    return;
  }
  subscription.result = result;
  result.subscription = subscription;
  if (rates !== null) exposed.push([subscription.id, result.others < Infinity ? Math.ceil(result.others) : 0]);
}

/** Organic traffic has written what a subscribed call has read. */
function writtenByOthers(id, at, by) {
  for (const { id: own, result } of subscribed.values()) if (own === id && result !== null) end(result, at, by);
}

function forgetUnused(result) {
  if (result.kept || result.subscription !== null || result.tables === null) return;
  for (const name of result.tables) readers.get(name).delete(result);
}

/** Something has been written: whatever has read it is over from then on. */
function invalidate(written) {
  const results = readers.get(written.document.table.name);
  if (results === undefined) return;
  for (const result of results) if (result.tx.touches(written)) end(result, written.at, written.by);
}

function end(result, at, by) {
  const { subscription } = result;
  [result.until, result.by] = [at, by];
  if (subscription !== null) {
    touched.push([subscription.id, at, by]);
    subscription.result = result.subscription = null;
  }
  for (const name of result.tables) readers.get(name).delete(result);
  result.tables = null;
}

/** What the cache has for a call at `us`; undefined if it must run. */
function cached(path, args, identified, us) {
  const call = callOf(path, args);
  for (const who of [ANYBODY, identityOf(identified)]) {
    const result = cache.get(keyOfResult(call, who));
    if (result === undefined) continue;
    if (us >= Math.min(result.until, result.others) || (result.tx.sawTime && us > result.tx.begin + TIME_SERVES)) { evict(result); continue; }
    cache.delete(result.key); // it is the one used last now
    cache.set(result.key, result);
    const subscription = identified ? subscribed.get(call) : undefined;
    if (subscription !== undefined && subscription.result !== result) follow(subscription, result);
    return result;
  }
  return undefined;
}

/** Other code is deployed: every result is over, and every subscribed query runs again. */
function endAll(at) {
  for (const { result } of subscribed.values()) if (result !== null) end(result, at, "deployment");
  for (const result of [...cache.values()]) evict(result);
}
