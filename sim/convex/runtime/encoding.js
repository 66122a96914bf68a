// Text and bytes: the web's encoders and Node's Buffer, as far as functions use them.

class TextEncoder {
  encoding = "utf-8";
  encode(text = "") {
    const out = [];
    for (const c of String(text)) {
      let p = c.codePointAt(0);
      if (p >= 0xd800 && p < 0xe000) p = 0xfffd;
      if (p < 0x80) out.push(p);
      else if (p < 0x800) out.push(0xc0 | (p >> 6), 0x80 | (p & 63));
      else if (p < 0x10000) out.push(0xe0 | (p >> 12), 0x80 | ((p >> 6) & 63), 0x80 | (p & 63));
      else out.push(0xf0 | (p >> 18), 0x80 | ((p >> 12) & 63), 0x80 | ((p >> 6) & 63), 0x80 | (p & 63));
    }
    return Uint8Array.from(out);
  }
}

const viewOf = (data) => (data instanceof Uint8Array ? data : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data ?? 0));

class TextDecoder {
  constructor(label = "utf-8", { fatal: strict = false } = {}) {
    if (!/^(utf-?8|unicode-1-1-utf-8)$/i.test(label)) fatal(`TextDecoder: the encoding ${label} is not simulated`);
    this.encoding = "utf-8";
    this.fatal = strict;
  }
  decode(data) {
    const b = viewOf(data);
    let out = "";
    for (let i = b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf ? 3 : 0; i < b.length; ) {
      const first = b[i], more = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1;
      let point = more <= 0 ? first : first & (63 >> more), n = 1;
      for (; n <= more && (b[i + n] & 0xc0) === 0x80; n++) point = (point << 6) | (b[i + n] & 63);
      const bad = more < 0 || n <= more || (more === 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) || (more === 3 && (point < 0x10000 || point > 0x10ffff));
      if (bad && this.fatal) throw new TypeError("The encoded data was not valid for encoding utf-8");
      out += bad ? "\ufffd" : String.fromCodePoint(point);
      i += n;
    }
    return out;
  }
}

const utf8 = (text) => new TextEncoder().encode(text);
const textOf = (bytes) => new TextDecoder().decode(bytes);
globalThis.TextEncoder = TextEncoder;
globalThis.TextDecoder = TextDecoder;
globalThis.btoa = (text) => {
  const units = [...String(text)].map((c) => c.charCodeAt(0));
  if (units.some((u) => u > 255)) throw new DOMException("The string contains characters outside of the Latin1 range.", "InvalidCharacterError");
  return base64OfBytes(Uint8Array.from(units));
};
globalThis.atob = (text) => {
  const clean = String(text).replace(/[\t\n\f\r ]/g, "").replace(/={1,2}$/, "");
  if (/[^A-Za-z0-9+/]/.test(clean) || clean.length % 4 === 1) throw new DOMException("The string to be decoded is not correctly encoded.", "InvalidCharacterError");
  return [...bytesOfBase64(clean)].map((b) => String.fromCharCode(b)).join("");
};

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");

class Buffer extends Uint8Array {
  static from(data, encoding) {
    let bytes;
    if (typeof data === "string") {
      if (/^base64(url)?$/.test(encoding)) bytes = bytesOfBase64(data.replace(/-/g, "+").replace(/_/g, "/"));
      else if (encoding === "hex") bytes = fromHex(data);
      else if (/^(latin1|binary|ascii)$/.test(encoding)) bytes = Uint8Array.from(data, (c) => c.charCodeAt(0));
      else bytes = utf8(data);
    } else bytes = data?.type === "Buffer" ? Uint8Array.from(data.data) : Array.isArray(data) ? Uint8Array.from(data) : viewOf(data);
    const out = new Buffer(bytes.length);
    out.set(bytes);
    return out;
  }
  static alloc(size, fill = 0) { return new Buffer(size).fill(typeof fill === "string" ? fill.charCodeAt(0) : fill); }
  static allocUnsafe(size) { return new Buffer(size); }
  static isBuffer(value) { return value instanceof Buffer; }
  static byteLength(data) { return typeof data === "string" ? utf8(data).length : data.byteLength; }
  static concat(parts) {
    const out = new Buffer(parts.reduce((n, part) => n + part.length, 0));
    let place = 0;
    for (const part of parts) { out.set(part, place); place += part.length; }
    return out;
  }
  toString(encoding = "utf8") {
    if (encoding === "base64") return base64OfBytes(this);
    if (encoding === "base64url") return base64OfBytes(this).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    if (encoding === "hex") return toHex(this);
    if (/^(latin1|binary|ascii)$/.test(encoding)) return [...this].map((b) => String.fromCharCode(b)).join("");
    return textOf(this);
  }
  toJSON() { return { type: "Buffer", data: [...this] }; }
  equals(other) { return this.length === other.length && this.every((b, i) => b === other[i]); }
}
globalThis.Buffer = Buffer;

class DOMException extends Error {
  constructor(message = "", name = "Error") { super(message); Object.defineProperty(this, "name", { value: name, configurable: true }); }
}
globalThis.DOMException = DOMException;
