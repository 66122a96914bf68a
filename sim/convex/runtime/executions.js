// Executions: how functions are found, begin, wait for the simulator, go on, and end.

let epochMs = 0;
let identity = null;
let keepsJobs = false;
let loaded = false;
const unset = new Set(); // variables of the environment that were read and are not there
let broken = null; // what ends the run: something that is not simulated was used
const JOBS = "_scheduled_functions";
const executions = new Map();
let modules = {};
let calls = 0;
let watched = null; // the execution of the message that is being handled

function fatal(message) {
  if (loaded) broken ??= message;
  throw new Error(message);
}

const jobId = () => makeId(table(JOBS).number, ++serials);
const jobDocument = ([due, name, args, id], created) => ({ _id: id, _creationTime: created, name, args: [JSON.parse(args)], scheduledTime: due, state: { kind: "pending" } });

function kindOf(fn) {
  return fn.isMutation ? "Mutation" : fn.isQuery ? "Query" : fn.isHttp ? "HttpAction" : "Action";
}

const functionsFound = new Map(); // path → function, of the modules that were loaded last

function findFunction(path) {
  const known = functionsFound.get(path);
  if (known !== undefined) return known;
  const [module, name = "default"] = path.split(":");
  const fn = modules[module]?.[name];
  if (fn === undefined || fn === null || !(fn.isQuery || fn.isMutation || fn.isAction)) {
    throw new Error(`Could not find function for '${path}'.`);
  }
  functionsFound.set(path, fn);
  return fn;
}

const checkers = new WeakMap(); // function → { args, returns }
function checkersOf(fn) {
  let found = checkers.get(fn);
  if (found === undefined) {
    const read = (text) => { const v = text === undefined ? null : JSON.parse(text()); return v === null || v.type === "any" ? null : inComponent(v, homeOf.get(fn) ?? ""); };
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

/** Ask the simulator for something; it answers at a later simulated time. `kept` stays here. */
function ask(op, payload, kept = null) {
  const id = ++calls, execution = current;
  execution.out.push([id, op, ...payload]);
  return new Promise((resolve, reject) => { execution.waiting.set(id, { resolve, reject, kept }); });
}

function enter(execution, us) {
  current = watched = execution;
  execution.us = us;
  execution.stampMs = epochMs + us / 1000;
  now = Math.floor(execution.stampMs);
}

function begin(id, path, tx, us, a, b, job, identified, deadline = 0) {
  const execution = { id, path, tx, random: null, a, b, out: [], waiting: new Map(), job, identified, deadline, done: null, us: 0, stampMs: 0, beganMs: 0, endless: false, args: "" };
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
const MOST_TIMERS = 1000; // that pass at a time: in between it is asked how long it has taken
let timersPassed = 0;

/** Let the time pass that an action waits for and nothing else; whether it did. */
function passTime() {
  const execution = watched;
  if (execution === null || execution.tx !== null || execution.done !== null) return false;
  const { out, waiting } = execution;
  if (out.length !== 1 || waiting.size !== 1 || out[0][1] !== "timer") return false;
  const [call, , delay] = out[0], us = execution.us + Math.round(delay * 1000);
  if (us > execution.deadline || ++timersPassed > MOST_TIMERS) return false;
  execution.out = [];
  goOn(execution, call, true, "", null, us);
  return true;
}

/** An action's call has been answered: it goes on at `us`. */
function goOn(execution, call, ok, value, data, us) {
  enter(execution, us);
  const waiting = execution.waiting.get(call);
  execution.waiting.delete(call);
  if (waiting === undefined) return;
  if (ok) return waiting.resolve(value);
  const error = new Error(value);
  if (data) error.data = JSON.parse(data);
  waiting.reject(error);
}

/** What an action, client or mock has come to: what it asks for, how it ended, its own time. */
function asked(execution) {
  const { out, done, us } = execution;
  execution.out = [];
  const stuck = done === null && out.length === 0 && execution.waiting.size === 0;
  return [out, stuck ? [false, ENDED, null] : done, us, execution.endless];
}

/** What an attempt did: how it ended, what it read, and if there is something to publish, that. */
function reportOf(execution) {
  const { tx } = execution, ended = (execution.done ??= [false, ENDED, null]);
  const report = [ended, tx.touched.size, tx.bytesRead, null, tx.scans, tx.documentsRead];
  const keeps = execution.job !== "" && keepsJobs;
  if (!tx.isMutation || !ended[0] || (tx.writes.size === 0 && tx.jobs.length === 0 && !keeps)) return report;
  if (keeps) completeJob(tx, execution.job, "success");
  const lost = tx.lost();
  const to = lost === null ? [tx.mostExposed(), "", "", "", ""] : [lost.document.table.name, lost.by, ...tx.contact(lost), lost.document.id];
  report[3] = [tx.written, tx.bytesWritten, lost?.at ?? 0, tx.hazard(), tx.jobs, tx.cancelled, to];
  return report;
}

function publishAll({ tx, path }, visibleAt, keep) {
  if (keep > keepFrom) prune(keep);
  for (const [key, write] of tx.writes) {
    if (write.doc === null && !documents.has(key)) continue; // inserted and deleted in one
    publish(key, write.table, write.doc, visibleAt, write.size, path);
  }
}

/** Whether nothing is left to decide about an attempt, by what the simulator has said of it. */
function isSettled([ended, touched, , changes], { luck, span, small, room }) {
  if (!ended[0]) return true;
  if (touched > small) return false;
  if (changes === null) return true;
  const [, , conflict, hazard, jobs] = changes;
  return conflict === 0 && jobs.length <= room && luck - hazard * span > 0;
}

let reply = () => "null"; // the answer to the message, once the microtasks have been drained
let replyOfStopped = null; // the same of a message that was stopped

const simulator = {
  configure(json) {
    const given = JSON.parse(json);
    epochMs = given.epochMs;
    limits = { ...limits, ...given.limits };
    identity = given.identity;
    keepsJobs = given.keepsJobs;
    cacheLimit = given.queryCache;
    rates = Object.keys(given.rates ?? {}).length ? given.rates : null;
    loaded = true;
    now = epochMs;
    current = null;
    if (keepsJobs) table(JOBS);
  },

  environment(json) {
    globalThis.process.env = new Proxy(JSON.parse(json), {
      get(env, name) {
        if (!(name in env) && typeof name === "string" && name !== "toJSON") unset.add(name);
        return env[name];
      },
    });
  },
  unsetVariables: () => JSON.stringify([...unset].sort()),

  /** A query or one attempt of a mutation, on the snapshot at `us`. */
  transact(id, path, args, us, a, b, job, identified, isMutation) {
    const execution = begin(id, path, new Tx(us, isMutation), us, a, b, job, identified);
    execution.args = args;
    finish(execution, invoke(path, `[${args}]`));
    reply = () => {
      const report = reportOf(execution);
      if (report[3] === null) executions.delete(id);
      return report;
    };
  },

  /**
   * End an attempt, or a query. Published at `visibleAt` if there is nothing to decide any more;
   * then the action whose call it is (0: none) goes on, at `us` if nothing was written. A call below
   * 0 is one whose value nobody looks at.
   */
  settle(id, us, visibleAt, keep, luck, span, small, room, action, call) {
    const execution = executions.get(id), report = reportOf(execution);
    const settled = isSettled(report, { luck, span, small, room });
    if (settled || (action === 0 && report[3] === null)) executions.delete(id);
    if (settled && report[3] !== null) publishAll(execution, visibleAt, keep);
    if (!execution.tx.isMutation) remember(execution, us, luck);
    if (!settled || action === 0) {
      if (call < 0 && report[0][0]) report[0] = [true, ""];
      reply = () => [...report, settled];
      return;
    }
    const [ok, value, data] = report[0], caller = executions.get(action);
    goOn(caller, call, ok, value, data, report[3] === null ? us : visibleAt);
    reply = () => [ok ? [true, ""] : report[0], ...report.slice(1), true, asked(caller)];
  },

  /** The same after it was stopped: because of the attempt itself, or of the action that went on. */
  settleStopped(id, ...terms) {
    if (executions.get(id)?.endless) simulator.settle(id, ...terms);
    else reply = replyOfStopped;
  },

  /** The cache's result for a query's call, and when it is there; then the action that asked (0: none) goes on. */
  cached(path, args, identified, us, action, call) {
    const result = cached(path, args, identified, us);
    if (result === undefined) { reply = () => null; return; }
    const at = Math.max(us, result.ready);
    if (action === 0) { reply = () => [at, call < 0 ? "" : result.value, null]; return; }
    const caller = executions.get(action);
    goOn(caller, call, true, result.value, "", at);
    reply = () => [at, "", asked(caller)];
  },

  /** Clients subscribe to a query's call from now on, known by `id`; or none does any more. */
  subscribe(id, path, args) { subscribed.set(callOf(path, args), { id, result: null }); },
  unsubscribe(path, args) {
    const call = callOf(path, args), { result } = subscribed.get(call);
    subscribed.delete(call);
    if (result !== null) { result.subscription = null; forgetUnused(result); }
  },

  /** Other code, or other variables of its environment, from now on. */
  redeployed(us) { endAll(us); },
  writtenByOthers(id, us, by) { writtenByOthers(id, us, by); },

  act(id, path, args, us, a, b, identified, deadline) {
    const execution = begin(id, path, null, us, a, b, "", identified, deadline);
    finish(execution, path.startsWith("http:") ? callRoute(path, args) : invoke(path, `[${args}]`));
    reply = () => asked(execution);
  },

  /** A client's script: a plain function of a module of the scenario's own. */
  script(id, name, args, us, a, b) {
    const execution = begin(id, name, null, us, a, b, "", true, Infinity);
    finish(execution, callScript(name, JSON.parse(args)));
    reply = () => asked(execution);
  },

  /** An action's call has been answered: it goes on at `us`. */
  resume(id, call, ok, value, data, us) {
    const execution = executions.get(id);
    goOn(execution, call, ok, value, data, us);
    reply = () => asked(execution);
  },

  /** A function of the scenario's own module makes up the answer to an action's request. */
  mock(id, name, action, call, us, a, b) {
    const execution = begin(id, name, null, us, a, b, "", true);
    finish(execution, callScript(name, [executions.get(action).waiting.get(call).kept]));
  },

  /** The answer of a mock, which the action has at `us`. */
  answer(id, name, action, call, status, headers, us) {
    const { out, done } = executions.get(id), execution = executions.get(action);
    executions.delete(id);
    if (done === null || out.length) throw new Error(`the mock ${name} waits: a mock answers at once`);
    if (!done[0]) throw new Error(`the mock ${name} threw: ${done[1]}`);
    simulator.resume(action, call, true, answerOf(JSON.parse(done[1]), status, JSON.parse(headers)), "", us);
  },

  conflict: (id) => executions.get(id).tx.conflict(),

  /** Publish an attempt's writes. */
  commit(id, visibleAt, keep) {
    const execution = executions.get(id);
    executions.delete(id);
    publishAll(execution, visibleAt, keep);
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

/** What a mock returned as an answer: a body, or an object that says more. */
function answerOf(returned, status, headers) {
  let body = returned;
  if (isPlain(returned) && Object.keys(returned).every((key) => ANSWER.has(key))) {
    body = "json" in returned ? returned.json : returned.body;
    status = Math.trunc(returned.status ?? status);
    headers = { ...headers, ...returned.headers };
  }
  const isText = typeof body === "string";
  const text = isText ? body : body === null || body === undefined ? "" : JSON.stringify(body);
  return JSON.stringify({ status, headers: { "content-type": isText ? "text/plain" : "application/json", ...headers }, body: text });
}

const ANSWER = new Set(["status", "headers", "body", "json"]);
const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
