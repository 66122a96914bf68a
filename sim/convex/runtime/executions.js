// Executions: how functions are found, begin, wait for the simulator, go on, and end.

let epochMs = 0;
let identity = null;
let keepsJobs = false;
let loaded = false;
let broken = null; // what ends the run: something that is not simulated was used
const JOBS = "_scheduled_functions";
const executions = new Map();
let modules = {};
let calls = 0;

function fatal(message) {
  if (loaded) broken ??= message;
  throw new Error(message);
}

const jobId = () => makeId(table(JOBS).number, ++serials);
const jobDocument = ([due, name, args, id], created) => ({ _id: id, _creationTime: created, name, args: [JSON.parse(args)], scheduledTime: due, state: { kind: "pending" } });

function kindOf(fn) {
  return fn.isMutation ? "Mutation" : fn.isQuery ? "Query" : fn.isHttp ? "HttpAction" : "Action";
}

function findFunction(path) {
  const [module, name = "default"] = path.split(":");
  const fn = modules[module]?.[name];
  if (fn === undefined || fn === null || !(fn.isQuery || fn.isMutation || fn.isAction)) {
    throw new Error(`Could not find function for '${path}'.`);
  }
  return fn;
}

const checkers = new WeakMap(); // function → { args, returns }
function checkersOf(fn) {
  let found = checkers.get(fn);
  if (found === undefined) {
    const read = (text) => { const v = text === undefined ? null : JSON.parse(text()); return v === null || v.type === "any" ? null : v; };
    checkers.set(fn, (found = { args: read(fn.exportArgs), returns: read(fn.exportReturns) }));
  }
  return found;
}

const MOST_ARGUMENTS = 16 << 20;

function checkArguments(fn, path, args) {
  if (args.length !== 1 || args[0] === null || typeof args[0] !== "object") throw new Error("ArgumentValidationError: expected one object of arguments");
  const { args: validator } = checkersOf(fn);
  if (validator !== null && !matches(args[0], validator)) {
    throw new Error(`ArgumentValidationError: ${mismatch(args[0], validator)}`);
  }
}

/** Run a function's handler; the JSON text of its value. */
async function invoke(path, text, fn = findFunction(path), args = JSON.parse(text)) {
  if (text.length > MOST_ARGUMENTS) throw new Error(`Arguments for ${path} are too large (actual: ${text.length} bytes, limit: 16 MiB)`);
  checkArguments(fn, path, args);
  const value = await (fn.isMutation ? fn.invokeMutation(text) : fn.isQuery ? fn.invokeQuery(text) : fn.invokeAction(`request${current.id}`, text));
  if (value.length > MOST_ARGUMENTS) throw new Error("Function return value is too large (limit: 16 MiB)");
  const { returns } = checkersOf(fn);
  if (returns !== null) {
    const json = JSON.parse(value);
    if (!matches(json, returns)) throw new Error(`ReturnsValidationError: ${mismatch(json, returns)}`);
  }
  return value;
}

/** An error as its caller gets it. */
function asRejection(error) {
  const out = new Error(described(error));
  if (error?.data !== undefined) out.data = typeof error.data === "string" ? JSON.parse(error.data) : error.data;
  return out;
}

function described(error) {
  if (!(error instanceof Error)) return `Uncaught ${spell(error)}`;
  const message = String(error.message);
  return message.startsWith("Uncaught ") ? message : `Uncaught ${error.name || "Error"}: ${message}`;
}

/** Ask the simulator for something; it answers at a later simulated time. */
function ask(op, payload) {
  const id = ++calls, execution = current;
  execution.out.push([id, op, ...payload]);
  return new Promise((resolve, reject) => { execution.waiting.set(id, { resolve, reject }); });
}

function enter(execution, us) {
  current = execution;
  execution.stampMs = epochMs + us / 1000;
  now = Math.floor(execution.stampMs);
}

function begin(id, path, tx, us, a, b, job, identified) {
  const execution = { id, path, tx, random: null, a, b, out: [], waiting: new Map(), job, identified, done: null, stampMs: 0, beganMs: 0 };
  executions.set(id, execution);
  enter(execution, us);
  execution.beganMs = now;
  return execution;
}

function finish(execution, promise) {
  promise.then(
    (value) => { execution.done = [true, value]; },
    (error) => {
      const data = error?.data;
      execution.done = [false, described(error), data === undefined ? null : typeof data === "string" ? data : JSON.stringify(data)];
    },
  );
}

const ENDED = "The function waits for something that never happens";

const simulator = {
  configure(json) {
    const given = JSON.parse(json);
    epochMs = given.epochMs;
    limits = { ...limits, ...given.limits };
    identity = given.identity;
    keepsJobs = given.keepsJobs;
    loaded = true;
    now = epochMs;
    current = null;
    if (keepsJobs) table(JOBS);
  },

  environment(json) {
    globalThis.process.env = JSON.parse(json);
  },

  /** A query or one attempt of a mutation, on the snapshot at `us`. */
  transact(id, path, args, us, a, b, job, identified, isMutation) {
    const tx = new Tx(us, isMutation);
    const execution = begin(id, path, tx, us, a, b, job, identified);
    finish(execution, invoke(path, `[${args}]`));
  },

  act(id, path, args, us, a, b, identified) {
    const execution = begin(id, path, null, us, a, b, "", identified);
    if (path.startsWith("http:")) return finish(execution, callRoute(path, args));
    finish(execution, invoke(path, `[${args}]`));
  },

  /** A client's script, or the answer of a mock: plain functions of a module of the scenario's own. */
  script(id, name, args, us, a, b) {
    const execution = begin(id, name, null, us, a, b, "", true);
    finish(execution, callScript(name, JSON.parse(args)));
  },

  /** An action's call has been answered: it goes on at `us`. */
  resume(id, call, ok, value, data, us) {
    const execution = executions.get(id);
    if (execution === undefined) return;
    enter(execution, us);
    const waiting = execution.waiting.get(call);
    execution.waiting.delete(call);
    if (waiting === undefined) return;
    if (ok) return waiting.resolve(value);
    const error = new Error(value);
    if (data) error.data = JSON.parse(data);
    waiting.reject(error);
  },

  /** The value of another execution answers an action's call, without leaving the engine. */
  pass(id, call, from, us) {
    const { tx, done: ended } = executions.get(from), execution = executions.get(id);
    const done = ended ?? [false, ENDED, null];
    executions.delete(from);
    execution.passed = [done[0] ? [true, ""] : done, tx.touched.size, tx.bytesRead];
    simulator.resume(id, call, done[0], done[1], done[2] ?? "", us);
  },

  /** What an execution has come to, after its microtasks have been drained. */
  take(id) {
    const execution = executions.get(id);
    if (broken !== null) return JSON.stringify({ broken });
    if (execution === undefined) return "null";
    const { tx, out, done } = execution;
    execution.out = [];
    if (tx === null) {
      const stuck = done === null && out.length === 0 && execution.waiting.size === 0;
      const answer = [out, stuck ? [false, ENDED, null] : done];
      if (execution.passed !== undefined) answer.push(execution.passed);
      execution.passed = undefined;
      return JSON.stringify(answer);
    }
    const ended = (execution.done ??= [false, ENDED, null]);
    if (tx.isMutation && ended[0] && (tx.writes.size || tx.jobs.length || (execution.job !== "" && keepsJobs))) {
      if (execution.job !== "" && keepsJobs) completeJob(tx, execution.job, "success");
      return JSON.stringify([ended, tx.touched.size, tx.bytesRead, tx.written, tx.bytesWritten, tx.conflict(), [...tx.tablesRead()], tx.jobs, tx.cancelled]);
    }
    executions.delete(id);
    return JSON.stringify([ended, tx.touched.size, tx.bytesRead]);
  },

  conflict: (id) => executions.get(id).tx.conflict(),

  /** Publish an attempt's writes. */
  commit(id, visibleAt, keep) {
    const { tx } = executions.get(id);
    executions.delete(id);
    if (keep > keepFrom) prune(keep);
    for (const [key, write] of tx.writes) {
      if (write.doc === null && !documents.has(key)) continue; // inserted and deleted in one
      publish(key, write.table, write.doc, visibleAt, write.size);
    }
  },

  drop: (id) => { executions.delete(id); },

  /** A write outside transactions of the app: of a job's row, or of a stored file. */
  writeJob(id, due, path, args, us) {
    if (keepsJobs) publish(id, table(JOBS), jobDocument([due, path, args, id], epochMs + us / 1000), us);
  },
  markJob(id, kind, us, message) {
    if (!keepsJobs) return;
    const doc = documents.get(id)?.versions.at(-1).doc ?? null;
    if (doc === null) return;
    const over = kind === "inProgress" ? {} : { completedTime: epochMs + us / 1000 };
    publish(id, table(JOBS), { ...doc, ...over, state: kind === "failed" ? { kind, error: message } : { kind } }, us);
  },
  jobState: (id) => documents.get(id)?.versions.at(-1).doc?.state.kind ?? "",
  storeFile(size, contentType, us) {
    const owner = table(FILES), id = makeId(owner.number, ++serials);
    publish(id, owner, { _id: id, _creationTime: epochMs + us / 1000, size, sha256: "", ...(contentType ? { contentType } : {}) }, us);
    return JSON.stringify(id);
  },
  forgetFile(id, us) {
    if (documents.get(id)?.versions.at(-1).doc) publish(id, table(FILES), null, us);
  },
  count: (name) => tables.get(name)?.rows ?? 0,
};

function completeJob(tx, id, kind) {
  const doc = documents.get(id)?.versions.at(-1).doc ?? null;
  if (doc === null) return;
  tx.ids.add(id);
  tx.writes.set(id, { table: table(JOBS), doc: { ...doc, state: { kind }, completedTime: current.stampMs } });
}
