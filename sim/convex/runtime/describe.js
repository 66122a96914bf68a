// What a bundle holds: functions, schema, crons, routes; and what the simulation loads beside it.

let scripts = {};
let schemaTables = [];
let probes = {};
let afterLoad = new Map();

/** Called by the bundle: an app's modules, its schema, and its components. */
globalThis.__simulate = (given, schema, states, config, known) => {
  modules = given;
  functionsFound.clear();
  components.clear();
  schemaTables = schema === null ? [] : readSchema(schema, "");
  probes = states ?? {};
  appConfig = [config, known];
};

/** Called by the bundle of the scenario's own module: mocks and clients. */
globalThis.__simulateScripts = (given) => { scripts = given; };

/** The tables of a schema; those of a component under its path. */
function readSchema(schema, path) {
  if (typeof schema?.export !== "function") throw new Error("schema.ts: the default export is no schema: `export default defineSchema({...})`");
  const read = JSON.parse(schema.export());
  return read.tables.map((t) => {
    const documentType = inComponent(t.documentType, path);
    return { name: below(path, t.tableName), indexes: [...t.indexes, ...(t.stagedDbIndexes ?? [])], documentType, validator: read.schemaValidation ? documentType : null };
  });
}

/** Make the schema that was loaded last the store's: indexes, validators. */
function applySchema() {
  const changed = new Set();
  for (const { name, indexes, validator } of schemaTables) {
    const owner = table(name), spelled = JSON.stringify(validator);
    if (owner.spelled !== spelled) changed.add(owner);
    owner.validator = validator;
    owner.spelled = spelled;
    for (const { indexDescriptor, fields } of indexes) addIndex(owner, indexDescriptor, fields);
  }
  if (changed.size === 0) return;
  for (const document of documents.values()) {
    if (!changed.has(document.table)) continue;
    const { doc } = document.versions[document.versions.length - 1];
    if (doc !== null) checkDocument(document.table, doc);
  }
}

function routesOf() {
  const router = modules.http?.default;
  return typeof router?.getRoutes === "function" ? router.getRoutes() : [];
}

function callRoute(path, text) {
  const [, method, wanted] = /^http:(\S+) (.*)$/.exec(path);
  const [, , endpoint] = routesOf().find(([p, m]) => m === method && p === wanted);
  const given = JSON.parse(text);
  const request = new Request(new URL(given.path ?? wanted.replace(/\*$/, ""), "https://app.convex.site"), { method, headers: given.headers, body: given.body === undefined ? undefined : typeof given.body === "string" ? given.body : JSON.stringify(given.body) });
  return (async () => {
    const answer = endpoint.invokeHttpAction ? await endpoint.invokeHttpAction(request) : await endpoint(request);
    return JSON.stringify({ status: answer.status, body: await answer.text() });
  })();
}

async function callScript(name, args) {
  const run = scripts[name];
  if (typeof run !== "function") throw new Error(`there is no function ${name} in the module`);
  const value = await run(...args.map((arg) => (arg === "$client" ? client : arg)));
  return JSON.stringify(value ?? null);
}

const reference = (ref) => (typeof ref === "string" ? ref : ref[Symbol.for("functionName")]);
const asks = (op) => async (ref, args = {}) => JSON.parse(await ask(op, [reference(ref), JSON.stringify(args)]));
const idsAtStart = new Map();

/** The ids of a table's documents at the start, oldest first: of what a visitor has a link to. */
function ids(name) {
  let found = idsAtStart.get(name);
  if (found === undefined) {
    const owner = table(name), next = filled(owner, owner.byName.get("by_creation_time")).rows.walk([0, 0], false);
    found = [];
    for (let row = next(); row !== undefined; row = next()) if (row.from === 0) found.push(row.document.id);
    idsAtStart.set(name, found);
  }
  return found;
}
const client = { query: asks("query"), mutation: asks("mutation"), action: asks("action"), subscribe: asks("subscribe"), ids };

const kinds = (fn) => (fn.isQuery === true ? "query" : fn.isMutation === true ? "mutation" : fn.isAction === true ? "action" : "");

function describe() {
  const functions = [];
  for (const [module, exported] of Object.entries(modules)) {
    for (const [name, fn] of Object.entries(exported)) {
      if (fn === null || (typeof fn !== "function" && typeof fn !== "object")) continue;
      const kind = kinds(fn);
      if (kind && typeof fn.exportArgs === "function") functions.push([name === "default" ? module : `${module}:${name}`, kind, fn.isInternal === true || homeOf.has(fn) ? "internal" : "public"]);
    }
  }
  const routes = routesOf().map(([path, method]) => `http:${method} ${path}`);
  const crons = ["", ...components.keys()].flatMap((home) =>
    Object.entries(modules[below(home, "crons")]?.default?.crons ?? {}).map(([name, { name: path, args, schedule }]) =>
      [below(home, name), below(home, path.replace(/\.js(?=:|$)/, "")), JSON.stringify(args[0] ?? {}), schedule]));
  const node = [...components].flatMap(([path, { node }]) => node.map((module) => below(path, module)));
  return JSON.stringify({
    functions, routes, tables: schemaTables.map(({ name, indexes }) => [name, indexes.map((i) => i.indexDescriptor)]),
    crons, node, components: [...components.keys()],
  });
}

/** A rough picture of a module-level variable's value, to notice that it changed. */
function picture(value, depth = 0) {
  if (value === null || typeof value !== "object") return typeof value === "function" ? "function" : String(value);
  if (value instanceof Map || value instanceof Set) return `${value.size} entries`;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `${value.length} items`;
  const keys = Object.keys(value);
  if (depth > 1 || keys.length > 50) return `${keys.length} keys`;
  return keys.map((key) => { try { return `${key}:${picture(value[key], depth + 1)}`; } catch { return key; } }).join(",");
}

const pictures = () => new Map(Object.entries(probes).map(([name, read]) => { try { return [name, picture(read())]; } catch { return [name, ""]; } }));

Object.assign(simulator, {
  describe,
  applySchema: () => { applySchema(); afterLoad = pictures(); },
  functionsOfScripts: () => JSON.stringify(Object.keys(scripts)),

  /** Documents of a table at the start, one JSON text a line; how many. */
  fill(name, text, number) {
    if (number && !tables.has(name)) addTable(name, number);
    const owner = table(name), docs = [];
    let created = epochMs - 1000; // of a document that does not say: it is newer than the one before
    for (const line of text.split("\n")) {
      if (!line.trim()) continue;
      const doc = JSON.parse(line);
      if (doc._id === undefined) doc._id = makeId(owner.number, ++serials);
      doc._creationTime ??= created = nextUp(created);
      docs.push(doc);
    }
    fill(owner, docs);
    return docs.length;
  },

  /** The validator of a function's arguments. */
  argumentsOf: (path) => JSON.stringify(path.startsWith("http:") ? null : checkersOf(findFunction(path)).args),
  /** The validators of tables' documents, whether or not they are enforced. */
  documentTypes: () => JSON.stringify(Object.fromEntries(schemaTables.map(({ name, documentType }) => [name, documentType]))),
  /** The ids of a table's documents at the start, in the order in which they were read in. */
  idsOf: (name) => JSON.stringify([...documents.values()].filter((document) => document.table.name === name).map(({ id }) => id)),
  /** Ids for so many more documents of a table. */
  newIds(name, count) {
    const { number } = table(name);
    return JSON.stringify(Array.from({ length: count }, () => makeId(number, ++serials)));
  },
  /** An id that fits a table and belongs to no document. */
  madeUpId: (name) => JSON.stringify(makeId(table(name).number, 0)),
  /** Go on after something that is not simulated was used. */
  mend: () => { broken = null; current = null; },

  /** Empty every table. */
  clear() {
    documents.clear();
    endAll(0);
    log.length = logStart = 0;
    for (const owner of tables.values()) {
      owner.rows = 0;
      for (const index of owner.indexes) index.rows = null;
    }
  },

  /** How many versions of documents are held. */
  versions: () => { let n = 0; for (const document of documents.values()) n += document.versions.length; return n; },

  /** Names of the module-level variables that no longer hold what they held after loading. */
  leaks: () => JSON.stringify([...pictures()].filter(([name, seen]) => seen !== afterLoad.get(name)).map(([name]) => name)),
});

let line = "";

function handle(name, args) {
  watched = null;
  timersPassed = 0;
  reply = null;
  const value = simulator[name](...args);
  if (reply === null) reply = () => value;
}

/** One message, as text: the name of what to do, then its arguments. */
globalThis.__receive = (text) => { line = text; };
globalThis.__step = () => { const [name, ...args] = JSON.parse(line); handle(name, args); };
globalThis.__call = (name, ...args) => handle(name, args); // the same without text in between
/** After the microtasks: whether more has been begun, which brings new ones. */
globalThis.__goOn = passTime;
globalThis.__answer = () => {
  if (broken !== null) return JSON.stringify({ broken });
  const value = reply();
  const text = value === undefined ? "null" : typeof value === "string" ? value : JSON.stringify(value);
  if (touched.length + exposed.length === 0) return text;
  return `${NEWS}${JSON.stringify([touched.splice(0), exposed.splice(0)])}${NEWS}${text}`;
};
/** Whether the execution of the last message has ended or asks for something. */
globalThis.__settled = () => watched === null || watched.done !== null || watched.out.length > 0;
/** An execution that was stopped because it never ended. */
globalThis.__stopped = () => {
  current = null;
  if (watched === null) return;
  watched.endless = true;
  if (watched.tx !== null) watched.done ??= [false, "Function execution timed out (maximum duration: 1s)", null];
  replyOfStopped = reply;
};
