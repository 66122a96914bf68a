// The web's classes that functions and their packages use: events, blobs, streams, requests.

class Event { constructor(type, init = {}) { this.type = type; Object.assign(this, init); this.defaultPrevented = false; } preventDefault() { this.defaultPrevented = true; } stopPropagation() {} }
class CustomEvent extends Event {}
class MessageEvent extends Event {}
class EventTarget {
  #listeners = new Map();
  addEventListener(type, run, options) { (this.#listeners.get(type) ?? this.#listeners.set(type, []).get(type)).push({ run, once: options?.once === true }); }
  removeEventListener(type, run) { this.#listeners.set(type, (this.#listeners.get(type) ?? []).filter((each) => each.run !== run)); }
  dispatchEvent(event) {
    event.target ??= this;
    for (const { run, once } of [...(this.#listeners.get(event.type) ?? [])]) {
      if (once) this.removeEventListener(event.type, run);
      if (typeof run === "function") run.call(this, event); else run.handleEvent(event);
    }
    this[`on${event.type}`]?.(event);
    return !event.defaultPrevented;
  }
}
class AbortSignal extends EventTarget {
  aborted = false; reason = undefined;
  throwIfAborted() { if (this.aborted) throw this.reason; }
  static abort(reason) { const c = new AbortController(); c.abort(reason); return c.signal; }
  static timeout(ms) { const c = new AbortController(); setTimeout(() => c.abort(new DOMException("The operation timed out.", "TimeoutError")), ms); return c.signal; }
  static any(signals) { const c = new AbortController(); for (const s of signals) { if (s.aborted) c.abort(s.reason); else s.addEventListener("abort", () => c.abort(s.reason)); } return c.signal; }
}
class AbortController {
  signal = new AbortSignal();
  abort(reason = new DOMException("This operation was aborted", "AbortError")) {
    if (this.signal.aborted) return;
    this.signal.aborted = true; this.signal.reason = reason;
    this.signal.dispatchEvent(new Event("abort"));
  }
}

class ReadableStream {
  constructor(source = {}) {
    this.chunks = []; this.done = false; this.failed = null; this.locked = false; this.source = source;
    this.controller = { enqueue: (c) => this.chunks.push(c), close: () => { this.done = true; }, error: (e) => { this.failed = e; }, desiredSize: 1 };
    this.started = Promise.resolve(source.start?.(this.controller));
  }
  async pull() {
    await this.started;
    for (;;) {
      if (this.chunks.length) return { value: this.chunks.shift(), done: false };
      if (this.failed) throw this.failed;
      if (this.done || !this.source.pull) return { value: undefined, done: true };
      await this.source.pull(this.controller);
    }
  }
  getReader() { this.locked = true; return { read: () => this.pull(), releaseLock: () => { this.locked = false; }, cancel: async () => { this.done = true; this.chunks = []; }, closed: this.started }; }
  async *[Symbol.asyncIterator]() { for (let r = await this.pull(); !r.done; r = await this.pull()) yield r.value; }
  async cancel() { this.done = true; this.chunks = []; }
  tee() { const all = (async () => { const out = []; for await (const c of this) out.push(c); return out; })(); const copy = () => new ReadableStream({ async start(c) { for (const chunk of await all) c.enqueue(chunk); c.close(); } }); return [copy(), copy()]; }
  pipeThrough({ readable, writable }) { this.pipeTo(writable); return readable; }
  async pipeTo(writable) { const w = writable.getWriter(); for await (const c of this) await w.write(c); await w.close(); }
}
class WritableStream { constructor(sink = {}) { this.sink = sink; } getWriter() { const { sink } = this; return { write: async (c) => sink.write?.(c), close: async () => sink.close?.(), abort: async () => {}, releaseLock() {}, ready: Promise.resolve(), closed: Promise.resolve() }; } }
class TransformStream {
  constructor({ transform = (c, out) => out.enqueue(c), flush } = {}) {
    let out;
    this.readable = new ReadableStream({ start(c) { out = c; } });
    const wake = []; this.readable.source.pull = () => new Promise((done) => { wake.push(done); });
    const told = () => { for (const done of wake.splice(0)) done(); };
    this.writable = new WritableStream({ async write(c) { await transform(c, out); told(); }, async close() { await flush?.(out); out.close(); told(); } });
  }
}

async function bytesOfBody(body) {
  if (body === null || body === undefined) return new Uint8Array(0);
  if (typeof body === "string") return utf8(body);
  if (body instanceof Blob) return body.bytesHeld;
  if (body instanceof URLSearchParams) return utf8(body.toString());
  if (body instanceof FormData) return body.encoded().bytes;
  if (typeof body[Symbol.asyncIterator] === "function") {
    const parts = [];
    for await (const chunk of body) parts.push(typeof chunk === "string" ? utf8(chunk) : viewOf(chunk));
    return Buffer.concat(parts);
  }
  return viewOf(body);
}
const partBytes = (part) => (part instanceof Blob ? part.bytesHeld : typeof part === "string" ? utf8(part) : viewOf(part));
class Blob {
  constructor(parts = [], { type = "" } = {}) { this.bytesHeld = Buffer.concat(parts.map(partBytes)); this.type = type; this.size = this.bytesHeld.length; }
  async text() { return textOf(this.bytesHeld); }
  async arrayBuffer() { return Uint8Array.from(this.bytesHeld).buffer; }
  async bytes() { return Uint8Array.from(this.bytesHeld); }
  slice(from, to, type) { return new Blob([this.bytesHeld.slice(from, to)], { type }); }
  stream() { const { bytesHeld } = this; return new ReadableStream({ start(c) { c.enqueue(bytesHeld); c.close(); } }); }
}
class File extends Blob { constructor(parts, name, options) { super(parts, options); this.name = name; this.lastModified = options?.lastModified ?? now; } }
class FormData {
  #pairs = [];
  append(k, v, name) { this.#pairs.push([k, v instanceof Blob ? (name || !(v instanceof File) ? new File([v], name ?? "blob", { type: v.type }) : v) : String(v)]); }
  set(k, v, name) { this.delete(k); this.append(k, v, name); }
  delete(k) { this.#pairs = this.#pairs.filter(([key]) => key !== k); }
  get(k) { return this.#pairs.find(([key]) => key === k)?.[1] ?? null; }
  getAll(k) { return this.#pairs.filter(([key]) => key === k).map(([, v]) => v); }
  has(k) { return this.#pairs.some(([key]) => key === k); }
  *entries() { yield* this.#pairs; }
  *keys() { for (const [k] of this.#pairs) yield k; }
  *values() { for (const [, v] of this.#pairs) yield v; }
  forEach(each) { for (const [k, v] of this.#pairs) each(v, k, this); }
  [Symbol.iterator]() { return this.entries(); }
  encoded() {
    const boundary = "----simulated-form-boundary", parts = [];
    for (const [k, v] of this.#pairs) {
      const file = v instanceof Blob ? `; filename="${v.name}"\r\nContent-Type: ${v.type || "application/octet-stream"}` : "";
      parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${k}"${file}\r\n\r\n`, v, "\r\n");
    }
    return { boundary, bytes: Buffer.concat([...parts, `--${boundary}--\r\n`].map(partBytes)) };
  }
}

class Headers {
  #map = new Map();
  constructor(init) { const pairs = init == null ? [] : typeof init[Symbol.iterator] === "function" ? init : Object.entries(init); for (const [k, v] of pairs) this.append(k, v); }
  append(k, v) { const key = String(k).toLowerCase(), old = this.#map.get(key); this.#map.set(key, old === undefined ? String(v) : `${old}, ${v}`); }
  set(k, v) { this.#map.set(String(k).toLowerCase(), String(v)); }
  get(k) { return this.#map.get(String(k).toLowerCase()) ?? null; }
  has(k) { return this.#map.has(String(k).toLowerCase()); }
  delete(k) { this.#map.delete(String(k).toLowerCase()); }
  getSetCookie() { return this.has("set-cookie") ? [this.get("set-cookie")] : []; }
  *entries() { for (const k of [...this.#map.keys()].sort()) yield [k, this.#map.get(k)]; }
  *keys() { for (const [k] of this.entries()) yield k; }
  *values() { for (const [, v] of this.entries()) yield v; }
  forEach(each) { for (const [k, v] of this.entries()) each(v, k, this); }
  [Symbol.iterator]() { return this.entries(); }
}
class Body {
  bodyUsed = false;
  hold(body) {
    this.held = body ?? null;
    if (!this.headers.has("content-type")) {
      const type = typeof body === "string" ? "text/plain;charset=UTF-8" : body instanceof URLSearchParams ? "application/x-www-form-urlencoded;charset=UTF-8" : body instanceof FormData ? `multipart/form-data; boundary=${body.encoded().boundary}` : body instanceof Blob && body.type ? body.type : "";
      if (type) this.headers.set("content-type", type);
    }
  }
  get body() { if (this.held === null) return null; if (this.held instanceof ReadableStream) return this.held; const { held } = this; return (this.stream ??= new ReadableStream({ async start(c) { c.enqueue(await bytesOfBody(held)); c.close(); } })); }
  async bytes() { if (this.bodyUsed) throw new TypeError("Body is unusable: Body has already been read"); this.bodyUsed = this.held !== null; return bytesOfBody(this.stream ?? this.held); }
  async text() { return textOf(await this.bytes()); }
  async json() { return JSON.parse(await this.text()); }
  async arrayBuffer() { return Uint8Array.from(await this.bytes()).buffer; }
  async blob() { return new Blob([await this.bytes()], { type: this.headers.get("content-type") ?? "" }); }
  async formData() { if (this.held instanceof FormData) return this.held; const out = new FormData(); for (const [k, v] of new URLSearchParams(await this.text())) out.append(k, v); return out; }
}
class Request extends Body {
  constructor(input, init = {}) {
    super();
    const from = input instanceof Request ? input : null;
    this.url = from ? from.url : new URL(String(input)).href;
    this.method = (init.method ?? from?.method ?? "GET").toUpperCase();
    this.headers = new Headers(init.headers ?? from?.headers);
    this.signal = init.signal ?? from?.signal ?? new AbortSignal();
    for (const [k, v] of [["redirect", "follow"], ["credentials", "same-origin"], ["cache", "default"], ["mode", "cors"]]) this[k] = init[k] ?? from?.[k] ?? v;
    this.hold(init.body ?? from?.held);
  }
  clone() { return new Request(this); }
}
class Response extends Body {
  constructor(body, init = {}) {
    super();
    this.status = init.status ?? 200; this.statusText = init.statusText ?? ""; this.headers = new Headers(init.headers);
    this.ok = this.status >= 200 && this.status < 300; this.url = init.url ?? ""; this.redirected = false; this.type = "default";
    this.hold(body);
  }
  static json(data, init = {}) { return new Response(JSON.stringify(data), { ...init, headers: { "content-type": "application/json", ...Object.fromEntries(new Headers(init.headers)) } }); }
  static redirect(url, status = 302) { return new Response(null, { status, headers: { location: String(url) } }); }
  static error() { return new Response(null, { status: 500 }); }
  clone() { return new Response(this.held, this); }
}

function structuredClone(value, seen = new Map()) {
  if (value === null || typeof value !== "object") { if (typeof value === "function" || typeof value === "symbol") throw new DOMException(`${String(value)} could not be cloned.`, "DataCloneError"); return value; }
  if (seen.has(value)) return seen.get(value);
  if (value instanceof RealDate) return new DateFunction(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return new value.constructor(value);
  const out = value instanceof Map ? new Map() : value instanceof Set ? new Set() : value instanceof Error ? new value.constructor(value.message) : Array.isArray(value) ? [] : {};
  seen.set(value, out);
  if (value instanceof Map) for (const [k, v] of value) out.set(structuredClone(k, seen), structuredClone(v, seen));
  else if (value instanceof Set) for (const v of value) out.add(structuredClone(v, seen));
  else for (const k of Object.keys(value)) out[k] = structuredClone(value[k], seen);
  return out;
}

async function fetch(input, init) {
  onlyInActions("fetch()");
  const request = new Request(input, init);
  request.signal.throwIfAborted();
  const body = textOf(await request.bytes());
  const headers = Object.fromEntries(request.headers);
  const answer = JSON.parse(await ask("fetch", [request.method, request.url], { method: request.method, url: request.url, body, headers }));
  request.signal.throwIfAborted();
  return new Response([101, 204, 205, 304].includes(answer.status) ? null : answer.body, { status: answer.status, headers: answer.headers, url: request.url });
}
class MessagePort extends EventTarget { postMessage() { fatal("MessagePort is not simulated"); } start() {} close() {} }
class MessageChannel { port1 = new MessagePort(); port2 = new MessagePort(); }
Object.assign(globalThis, { Event, CustomEvent, MessageEvent, EventTarget, AbortSignal, AbortController, ReadableStream, WritableStream, TransformStream, Blob, File, FormData, Headers, Request, Response, structuredClone, fetch, MessagePort, MessageChannel });
for (const name of ["WebSocket", "XMLHttpRequest", "Worker", "BroadcastChannel", "EventSource"]) {
  globalThis[name] = class { constructor() { fatal(`${name} is not simulated`); } };
}
