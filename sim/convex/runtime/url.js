// URL and URLSearchParams, for the schemes that functions use (WHATWG URL, abridged).

const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21" };
const percent = (text, keep) => [...text].map((c) => (keep.test(c) ? c : [...utf8(c)].map((b) => `%${b.toString(16).toUpperCase().padStart(2, "0")}`).join(""))).join("");
const PATH = /[!$%&'()*+,\-./0-9:;=@A-Z[\\\]^_a-z|~]/, QUERY = /[!$%&()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]/, FORM = /[*\-._0-9A-Za-z]/;
const unquote = (text) => textOf(Uint8Array.from((text.replace(/\+/g, " ").match(/%[0-9a-fA-F]{2}|[^]/gu) ?? []).flatMap((c) => (/^%[0-9a-fA-F]{2}$/.test(c) ? [parseInt(c.slice(1), 16)] : [...utf8(c)]))));
const quote = (text) => percent(text, FORM).replace(/%20/g, "+");

class URLSearchParams {
  #pairs = [];
  #changed;
  constructor(init = "", changed = () => {}) {
    this.#changed = changed;
    if (typeof init === "string") {
      for (const part of init.replace(/^\?/, "").split("&")) {
        if (!part) continue;
        const cut = part.indexOf("=");
        this.#pairs.push(cut < 0 ? [unquote(part), ""] : [unquote(part.slice(0, cut)), unquote(part.slice(cut + 1))]);
      }
    } else if (init && typeof init[Symbol.iterator] === "function") for (const [k, v] of init) this.#pairs.push([String(k), String(v)]);
    else for (const k of Object.keys(init ?? {})) this.#pairs.push([k, String(init[k])]);
  }
  append(k, v) { this.#pairs.push([String(k), String(v)]); this.#changed(); }
  delete(k) { this.#pairs = this.#pairs.filter(([key]) => key !== k); this.#changed(); }
  get(k) { return this.#pairs.find(([key]) => key === k)?.[1] ?? null; }
  getAll(k) { return this.#pairs.filter(([key]) => key === k).map(([, v]) => v); }
  has(k) { return this.#pairs.some(([key]) => key === k); }
  set(k, v) {
    const place = this.#pairs.findIndex(([key]) => key === k);
    if (place < 0) this.#pairs.push([String(k), String(v)]);
    else { this.#pairs = this.#pairs.filter(([key], i) => key !== k || i === place); this.#pairs[place] = [String(k), String(v)]; }
    this.#changed();
  }
  sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#changed(); }
  forEach(each, self) { for (const [k, v] of this.#pairs) each.call(self, v, k, this); }
  *entries() { yield* this.#pairs.map((pair) => [...pair]); }
  *keys() { for (const [k] of this.#pairs) yield k; }
  *values() { for (const [, v] of this.#pairs) yield v; }
  [Symbol.iterator]() { return this.entries(); }
  get size() { return this.#pairs.length; }
  toString() { return this.#pairs.map(([k, v]) => `${quote(k)}=${quote(v)}`).join("&"); }
}

function resolvePath(path, base) {
  const out = path.startsWith("/") ? [] : base.split("/").slice(1, -1);
  const parts = path.replace(/^\//, "").split("/");
  parts.forEach((part, i) => {
    const plain = part.toLowerCase().replace(/%2e/g, ".");
    if (plain === "..") { out.pop(); if (i === parts.length - 1) out.push(""); }
    else if (plain === ".") { if (i === parts.length - 1) out.push(""); }
    else out.push(percent(part, PATH));
  });
  return `/${out.join("/")}`;
}

class URL {
  #parts;
  #params;
  constructor(text, base) {
    const input = String(text).trim(), from = base === undefined ? null : new URL(base);
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(input)?.[1].toLowerCase();
    const invalid = () => new TypeError(base === undefined ? `Invalid URL: ${input}` : `Invalid URL: ${input} (base ${base})`);
    if (scheme === undefined && from === null) throw invalid();
    const p = (this.#parts = { protocol: scheme ? `${scheme}:` : from.protocol, username: "", password: "", hostname: "", port: "", pathname: "", search: "", hash: "" });
    let rest = scheme ? input.slice(scheme.length + 1) : input;
    const cut = (mark) => { const i = rest.indexOf(mark); if (i < 0) return ""; const found = rest.slice(i); rest = rest.slice(0, i); return found; };
    p.hash = percent(cut("#"), /[^\0-\x20"<>`\x7f-\uffff]/).replace(/^#$/, "");
    p.search = percent(cut("?"), QUERY).replace(/^\?$/, "");
    if (p.protocol in PORTS) {
      rest = rest.replace(/\\/g, "/");
      if (scheme || rest.startsWith("//")) {
        const [, authority, path] = /^\/*([^/]*)(.*)$/.exec(rest);
        const at = authority.lastIndexOf("@"), user = at < 0 ? "" : authority.slice(0, at);
        const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
        if (!host || /[\s<>^|%]/.test(host) || Number(port ?? 0) > 65535) throw invalid();
        [p.username, p.password] = [user.split(":")[0], user.split(":").slice(1).join(":")];
        p.hostname = host.toLowerCase();
        p.port = port && String(Number(port)) !== PORTS[p.protocol] ? String(Number(port)) : "";
        p.pathname = resolvePath(path || "/", "/");
      } else {
        for (const key of ["username", "password", "hostname", "port"]) p[key] = from[key];
        p.pathname = rest === "" ? from.pathname : resolvePath(rest, from.pathname);
        if (rest === "" && p.search === "") p.search = from.search;
      }
    } else p.pathname = rest;
  }
  static canParse(text, base) { try { new URL(text, base); return true; } catch { return false; } }
  static parse(text, base) { try { return new URL(text, base); } catch { return null; } }
  get protocol() { return this.#parts.protocol; }
  get username() { return this.#parts.username; }
  get password() { return this.#parts.password; }
  get hostname() { return this.#parts.hostname; }
  set hostname(v) { this.#parts.hostname = String(v).toLowerCase(); }
  get port() { return this.#parts.port; }
  set port(v) { this.#parts.port = String(v); }
  get host() { return this.port ? `${this.hostname}:${this.port}` : this.hostname; }
  set host(v) { [this.#parts.hostname, this.#parts.port = ""] = String(v).split(":"); }
  get origin() { return this.protocol in PORTS ? `${this.protocol}//${this.host}` : "null"; }
  get pathname() { return this.#parts.pathname; }
  set pathname(v) { this.#parts.pathname = resolvePath(`/${String(v).replace(/^\//, "")}`, "/"); }
  get search() { return this.#parts.search; }
  set search(v) { this.#parts.search = v ? `?${percent(String(v).replace(/^\?/, ""), QUERY)}` : ""; this.#params = undefined; }
  get hash() { return this.#parts.hash; }
  set hash(v) { this.#parts.hash = v ? `#${String(v).replace(/^#/, "")}` : ""; }
  get searchParams() {
    return (this.#params ??= new URLSearchParams(this.search, () => { const text = this.#params.toString(); this.#parts.search = text ? `?${text}` : ""; }));
  }
  get href() {
    const user = this.username ? `${this.username}${this.password ? `:${this.password}` : ""}@` : "";
    return `${this.protocol}${this.protocol in PORTS ? `//${user}${this.host}` : ""}${this.pathname}${this.search}${this.hash}`;
  }
  toString() { return this.href; }
  toJSON() { return this.href; }
}
globalThis.URL = URL;
globalThis.URLSearchParams = URLSearchParams;
