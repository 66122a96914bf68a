// Node's own modules for "use node" files: the harmless ones work, the others load and fail when used.

class EventEmitter {
  #on = new Map();
  on(name, run) { (this.#on.get(name) ?? this.#on.set(name, []).get(name)).push(run); return this; }
  addListener(name, run) { return this.on(name, run); }
  once(name, run) { const one = (...args) => { this.off(name, one); run(...args); }; return this.on(name, one); }
  off(name, run) { this.#on.set(name, (this.#on.get(name) ?? []).filter((each) => each !== run)); return this; }
  removeListener(name, run) { return this.off(name, run); }
  removeAllListeners(name) { if (name === undefined) this.#on.clear(); else this.#on.delete(name); return this; }
  emit(name, ...args) { const runs = [...(this.#on.get(name) ?? [])]; for (const run of runs) run.apply(this, args); return runs.length > 0; }
  listenerCount(name) { return (this.#on.get(name) ?? []).length; }
  setMaxListeners() { return this; }
}
EventEmitter.EventEmitter = EventEmitter;

const hasher = (finish) => { const parts = []; const made = { update(data, encoding) { parts.push(Buffer.from(data, encoding)); return made; }, digest(encoding) { const out = Buffer.from(finish(Buffer.concat(parts))); return encoding ? out.toString(encoding) : out; } }; return made; };
const nodeCrypto = {
  createHash: (name) => hasher(hashOf(name)[0]),
  createHmac: (name, key) => hasher((bytes) => hmac(name, Buffer.from(key), bytes)),
  randomBytes: (size) => randomBytes(Buffer.alloc(size)),
  randomInt: (low, high) => (high === undefined ? Math.floor(Math.random() * low) : low + Math.floor(Math.random() * (high - low))),
  randomUUID, getRandomValues: globalThis.crypto.getRandomValues, webcrypto: globalThis.crypto, subtle,
  timingSafeEqual: (a, b) => Buffer.from(a).equals(Buffer.from(b)),
};
const nodePath = {
  sep: "/", delimiter: ":",
  join: (...parts) => nodePath.normalize(parts.filter(Boolean).join("/")),
  normalize: (path) => { const out = []; for (const part of path.split("/")) { if (part === "..") out.pop(); else if (part && part !== ".") out.push(part); } return (path.startsWith("/") ? "/" : "") + out.join("/") || "."; },
  resolve: (...parts) => nodePath.normalize(`/${parts.join("/")}`),
  basename: (path, end = "") => { const name = path.split("/").pop(); return name.endsWith(end) ? name.slice(0, name.length - end.length) : name; },
  dirname: (path) => path.split("/").slice(0, -1).join("/") || ".",
  extname: (path) => /\.[^./]*$/.exec(path)?.[0] ?? "",
  isAbsolute: (path) => path.startsWith("/"),
};
nodePath.posix = nodePath;
const nodeUtil = {
  promisify: (run) => (...args) => new Promise((done, fail) => run(...args, (error, value) => (error ? fail(error) : done(value)))),
  inspect: Object.assign((value) => { try { return JSON.stringify(value); } catch { return String(value); } }, { custom: Symbol.for("nodejs.util.inspect.custom") }), format: (...parts) => parts.map(String).join(" "),
  inherits: (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype), deprecate: (run) => run,
  isDeepStrictEqual: (a, b) => JSON.stringify(a) === JSON.stringify(b), TextEncoder, TextDecoder, types: {},
};

globalThis.process = {
  env: {}, argv: ["node"], version: "v20.0.0", versions: { node: "20.0.0" }, platform: "linux", arch: "x64", pid: 1, release: { name: "node" },
  nextTick: (run, ...args) => queueMicrotask(() => run(...args)), cwd: () => "/", on() { return this; }, once() { return this; }, off() { return this; }, emitWarning() {},
  emit() {}, exit() { fatal("process.exit was called"); }, hrtime: Object.assign(() => [0, 0], { bigint: () => BigInt(Math.floor(now)) * 1000000n }), uptime: () => 0, memoryUsage: () => ({ heapUsed: 0, rss: 0 }), stdout: { write() {}, isTTY: false }, stderr: { write() {}, isTTY: false },
};
const nodeModules = {
  crypto: nodeCrypto, path: nodePath, util: nodeUtil, events: EventEmitter, process: globalThis.process,
  buffer: { Buffer, Blob, File, constants: { MAX_LENGTH: 2 ** 31 } }, url: { URL, URLSearchParams, fileURLToPath: (url) => new URL(url).pathname, pathToFileURL: (path) => new URL(`file://${path}`), parse: (text) => new URL(text) },
  timers: globalThis, "timers/promises": { setTimeout: (ms, value) => new Promise((done) => { setTimeout(() => done(value), ms); }) },
  async_hooks: { AsyncLocalStorage: class { run(store, run, ...args) { this.store = store; try { return run(...args); } finally { this.store = undefined; } } getStore() { return this.store; } }, AsyncResource: class {} },
  querystring: { stringify: (o) => new URLSearchParams(o).toString(), parse: (text) => Object.fromEntries(new URLSearchParams(text)) },
  assert: Object.assign((ok, message) => { if (!ok) throw new Error(message ?? "assertion failed"); }, { strict: {}, equal() {}, ok() {} }),
};

/** What stands for a module that is not simulated: it can be imported, derived from, not used. */
function absent(name) {
  const use = () => { if (current === null && !loaded) return absent(name); return fatal(`${name} is not simulated: functions reach no file, no network and no other process`); };
  return new Proxy(function () {}, {
    get: (target, key) => (key === "__esModule" ? false : key === "prototype" ? target.prototype : key === Symbol.toPrimitive ? () => name : typeof key === "symbol" || key === "then" ? undefined : absent(`${name}.${String(key)}`)),
    set: () => true, apply: use, construct: use,
  });
}
const absentModules = new Map();
globalThis.require = (name) => {
  const plain = name.replace(/^node:/, "");
  if (plain in nodeModules) return nodeModules[plain];
  if (!absentModules.has(plain)) absentModules.set(plain, absent(`the module "${plain}"`));
  return absentModules.get(plain);
};
