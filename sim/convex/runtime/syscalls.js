// What the `convex` package asks of the backend through the global `Convex`
// (convex-backend: crates/isolate/src/environment/{udf,action}/{syscall,async_syscall}.rs).

const need = (id, what, name) => {
  if (documents.has(id) || current.tx.writes.has(id) || tableNumberOf(id) !== 0) return id;
  throw new Error(`Invalid argument \`id\` for \`${name}\`: Unable to decode ID: Invalid ID length ${String(id).length}`);
};
const tableOfId = (tx, id) => tx.writes.get(id)?.table ?? documents.get(id)?.table ?? tableOfNumber.get(tableNumberOf(id));

function checkTable(given, owner, name) {
  if (given === undefined || given === null || owner === undefined || tableHere(given) === owner.name) return;
  throw new Error(`Invalid argument \`id\` for \`${name}\`: expected to be an Id<"${given}">, got Id<"${owner.name}"> instead.`);
}

function guardSystem(name, isSystem) {
  if (name[0] === "_" && !isSystem) throw new Error(`System tables like ${name} cannot be accessed with \`db.query\`, \`db.get\` or written to: use \`db.system\`.`);
}

function insert(tx, { table: name, value }) {
  guardSystem(name, false);
  const owner = table(tableHere(name)), id = makeId(owner.number, ++serials);
  tx.write(id, owner, { ...value, _creationTime: tx.creationTime(current.stampMs), _id: id });
  return `{"_id":"${id}"}`;
}

function update(tx, name, verb, { table: given, id, value }, change) {
  need(id, "id", name);
  const owner = tableOfId(tx, id);
  checkTable(given, owner, name);
  if (owner !== undefined) guardSystem(owner.name, false);
  const old = tx.docOf(id);
  if (old === null) throw new Error(`${verb} on nonexistent document ID ${id}`);
  const doc = change(old, value);
  tx.write(id, owner, doc);
  return "null";
}

function merged(old, value) {
  const doc = { ...old };
  for (const key in value) {
    const field = value[key];
    if (field !== null && typeof field === "object" && "$undefined" in field) delete doc[key];
    else doc[key] = field;
  }
  return doc;
}

function replaced(old, value) {
  if (value._id !== undefined && value._id !== old._id) throw new Error(`Provided document ID ${value._id} doesn't match '_id' field ${old._id}`);
  return { ...value, _creationTime: old._creationTime, _id: old._id };
}

/** A function's path in an address: its name, or what a handle stands for. */
function pathOf({ name, functionHandle, reference }) {
  if (typeof functionHandle === "string") return functionHandle.replace(/^function:\/\/;?/, "");
  return name === undefined ? pathInChild(reference) : below(home, name.replace(/\.js(?=:|$)/, ""));
}

function addJob(tx, { ts, args, ...address }) {
  const path = pathOf(address);
  const fn = findFunction(path);
  if (!fn.isMutation && !fn.isAction) throw new Error(`${path} is neither a mutation nor an action: only these can be scheduled`);
  checkArguments(fn, path, [args]);
  if (tx.jobs.length >= limits.jobs) throw new Error(`Too many functions scheduled by this mutation (limit: ${limits.jobs})`);
  const id = jobId();
  const job = [ts * 1000, path, JSON.stringify(args), id];
  tx.jobs.push(job);
  if (keepsJobs) tx.writes.set(id, { table: table(JOBS), doc: jobDocument(job, tx.creationTime(current.stampMs)) });
  return `"${id}"`;
}

function cancelJob(tx, { id }) {
  need(id, "id", "db.cancel_job");
  if (id === current.job) throw new Error("A mutation cannot cancel itself");
  const own = tx.jobs.findIndex((job) => job[3] === id);
  if (own >= 0) tx.jobs.splice(own, 1);
  const doc = tx.docOf(id);
  if (doc === null || doc.state.kind !== "pending") return "null";
  tx.writes.set(id, { table: table(JOBS), doc: { ...doc, state: { kind: "canceled" }, completedTime: current.stampMs } });
  if (own < 0) tx.cancelled.push(id);
  return "null";
}

/** A query or mutation inside a mutation: its writes are undone if it throws. */
function runInside(tx, { udfType, args, ...address }) {
  const path = pathOf(address);
  const run = async () => {
    const fn = findFunction(path), isMutation = fn.isMutation === true;
    if (udfType === "mutation" ? !isMutation : !fn.isQuery) throw new Error(`Trying to execute ${path} as ${udfType}, but it is defined as ${kindOf(fn)}.`);
    if (++tx.nested > 8) { tx.nested -= 1; throw new Error("Cross component call depth limit exceeded"); }
    const before = tx.savepoint(), couldWrite = tx.isMutation, caller = tx.inside;
    tx.isMutation = isMutation;
    tx.inside = path;
    try {
      return await invoke(path, JSON.stringify([args]), fn);
    } catch (error) {
      tx.rollBack(before);
      throw asRejection(error);
    } finally {
      tx.nested -= 1;
      tx.isMutation = couldWrite;
      tx.inside = caller;
    }
  };
  if (tx.nested > 0) return run();
  const turn = tx.turn.then(run);
  tx.turn = turn.catch(silent);
  return turn;
}

const QUERY_ID = '{"queryId":'.length;

/** The next row of a running query: by far the most frequent operation, so its id is not parsed. */
function nextOf(tx, queryId) {
  const running = tx.streams.get(queryId);
  if (running === undefined) throw new Error("in-progress query not found");
  const text = running.next();
  if (text !== null) return `{"value":${text},"done":false}`;
  tx.streams.delete(queryId);
  return '{"value":null,"done":true}';
}

const IN_TRANSACTION = {
  "1.0/get": (tx, { id, table: given, isSystem }) => {
    need(id, "id", "db.get");
    const owner = tableOfId(tx, id);
    if (owner === undefined) return "null";
    guardSystem(owner.name, isSystem);
    checkTable(given, owner, "db.get");
    return tx.textOf(id);
  },
  "1.0/queryPage": (tx, args) => { guardSystemQuery(args.query); return JSON.stringify(queryPage(tx, args)); },
  "1.0/count": (tx, { table: name }) => {
    const running = new Running(tx, { source: { type: "FullTableScan", tableName: name, order: null }, operators: [] });
    let count = 0;
    if (running.rows !== null) for (const _ of running.rows) count += 1;
    return String(count);
  },
  "1.0/insert": insert,
  "1.0/shallowMerge": (tx, args) => update(tx, "db.patch", "Update", args, merged),
  "1.0/replace": (tx, args) => update(tx, "db.replace", "Replace", args, replaced),
  "1.0/remove": (tx, args) => update(tx, "db.delete", "Delete", args, () => null),
  "1.0/schedule": addJob,
  "1.0/cancel_job": cancelJob,
  "1.0/runUdf": runInside,
  "1.0/getTransactionMetrics": (tx) => {
    const room = (used, limit) => ({ used, remaining: limit - used });
    return JSON.stringify({ bytesRead: room(tx.bytesRead, limits.bytesRead), bytesWritten: room(tx.bytesWritten, limits.bytesWritten), databaseQueries: room(tx.intervals.length, limits.ranges), documentsRead: room(tx.documentsRead, limits.documentsRead), documentsWritten: room(tx.written, limits.documentsWritten), functionsScheduled: room(tx.jobs.length, limits.jobs), scheduledFunctionArgsBytes: room(tx.jobs.reduce((n, job) => n + job[2].length, 0), limits.bytesWritten) });
  },
  "1.0/storageDelete": (tx, { storageId }) => {
    if (tx.docOf(storageId) === null) throw new Error(`storage id ${storageId} not found`);
    tx.write(storageId, table(FILES), null);
    return "null";
  },
  "1.0/storageStore": (tx, file) => JSON.stringify(storeFile(tx, file.blob.length * 0.75, file.contentType)),
  "1.0/storageGetUrl": (tx, { storageId }) => (tx.docOf(storageId) === null ? "null" : JSON.stringify(fileUrl(storageId))),
  "1.0/storageGetMetadata": (tx, { storageId }) => {
    const doc = tx.docOf(storageId);
    return JSON.stringify(doc && { storageId, sha256: doc.sha256, size: doc.size, contentType: doc.contentType ?? null });
  },
};

const ANYWHERE = {
  "1.0/getUserIdentity": () => {
    if (current.tx !== null) current.tx.sawIdentity = true;
    return JSON.stringify(current.identified ? identity : null);
  },
  "1.0/storageGenerateUploadUrl": () => JSON.stringify("https://storage.simulated/upload"),
  "1.0/storageGetUrl": ({ storageId }) => JSON.stringify(documents.has(storageId) ? fileUrl(storageId) : null),
  "1.0/storageGetMetadata": ({ storageId }) => {
    const doc = documents.get(storageId)?.versions.at(-1).doc ?? null;
    return JSON.stringify(doc && { storageId, sha256: doc.sha256, size: doc.size, contentType: doc.contentType ?? null });
  },
  "1.0/createFunctionHandle": (args) => JSON.stringify(`function://;${pathOf(args)}`),
  "1.0/getFunctionMetadata": () => {
    const path = current.tx?.inside || current.path;
    return JSON.stringify({ name: home === "" ? path : path.slice(home.length + 1), componentPath: home });
  },
  "1.0/getDeploymentMetadata": () => JSON.stringify({ name: "simulated", region: null, class: "s16" }),
  "1.0/getRequestMetadata": () => JSON.stringify({ ip: null, userAgent: null, requestId: `request${current.id}`, scheduledFunctionId: current.job || null, authToken: null }),
  "1.0/getSnapshotTs": () => JSON.stringify(current.stampMs),
  "1.0/auditLog": () => "null",
};

/** What an action asks of the simulator: the operation's short name and its payload. */
const IN_ACTION = {
  "1.0/actions/query": (args) => ["query", [pathOf(args), JSON.stringify(args.args)]],
  "1.0/actions/mutation": (args) => ["mutation", [pathOf(args), JSON.stringify(args.args)]],
  "1.0/actions/action": (args) => ["action", [pathOf(args), JSON.stringify(args.args)]],
  "1.0/actions/schedule": ({ ts, args, ...address }) => {
    const path = pathOf(address);
    checkArguments(findFunction(path), path, [args]);
    return ["schedule", [ts * 1000, path, JSON.stringify(args), jobId()]];
  },
  "1.0/actions/cancel_job": ({ id }) => ["cancel", [id]],
  "1.0/storageDelete": ({ storageId }) => ["forget", [storageId]],
};

const FILES = "_storage";
const fileUrl = (id) => `https://storage.simulated/${id}`;

function storeFile(tx, size, contentType) {
  const owner = table(FILES), id = makeId(owner.number, ++serials);
  tx.write(id, owner, { _id: id, _creationTime: tx.creationTime(current.stampMs), size: Math.floor(size), sha256: "", ...(contentType ? { contentType } : {}) });
  return id;
}

function guardSystemQuery(query) {
  const name = query.source.type === "FullTableScan" ? query.source.tableName : query.source.indexName.split(".")[0];
  if (name[0] === "_" && name !== JOBS && name !== FILES) throw new Error(`There is no table ${name}`);
  if (name === JOBS && !keepsJobs) fatal("the table _scheduled_functions is read in a way that the bundle does not show: set `app.jobs: kept`");
}

globalThis.Convex = {
  syscall(op, json) {
    if (current === null) throw new Error("Can't use database at import time");
    const args = JSON.parse(json);
    if (op === "1.0/queryStream") {
      const { tx } = current;
      if (tx === null) throw new Error("The database is used in an action");
      guardSystemQuery(args.query);
      const id = tx.streams.size + tx.intervals.length + 1;
      let free = id;
      while (tx.streams.has(free)) free += 1;
      tx.streams.set(free, new Running(tx, args.query));
      return `{"queryId":${free}}`;
    }
    if (op === "1.0/queryCleanup") return String(current.tx.streams.delete(args.queryId));
    if (op === "1.0/db/normalizeId") {
      const owner = tableOfNumber.get(tableNumberOf(args.idString));
      return JSON.stringify({ id: owner?.name === tableHere(args.table) ? args.idString : null });
    }
    if (op === "1.0/requireOperation") return "{}";
    if (op === "1.0/componentArgument") return "{}";
    return fatal(`the operation ${op} is not simulated`);
  },

  asyncSyscall(op, json) {
    try {
      if (current === null) throw new Error("Can't use database at import time");
      const { tx } = current;
      if (op === "1.0/queryStreamNext" && tx !== null) return Promise.resolve(nextOf(tx, Number(json.slice(QUERY_ID, -1))));
      const args = JSON.parse(json);
      if (tx !== null && op in IN_TRANSACTION) return Promise.resolve(IN_TRANSACTION[op](tx, args));
      if (op in ANYWHERE) return Promise.resolve(ANYWHERE[op](args));
      if (tx === null && op in IN_ACTION) return ask(...IN_ACTION[op](args));
      if (/vectorSearch/.test(op)) fatal("ctx.vectorSearch is not simulated");
      return fatal(`the operation ${op} is not simulated${tx === null ? " in an action" : ""}`);
    } catch (error) {
      return Promise.reject(error);
    }
  },

  jsSyscall(op, args) {
    if (op === "storage/storeBlob") return ask("store", [args.blob.size, args.blob.type]).then((text) => JSON.parse(text));
    if (op === "storage/getBlob") {
      const doc = documents.get(args.storageId)?.versions.at(-1).doc ?? null;
      return Promise.resolve(doc && new Blob([new Uint8Array(Math.min(doc.size, 1 << 24))], { type: doc.contentType ?? "" }));
    }
    return fatal(`the operation ${op} is not simulated`);
  },
};
