// Convex values: from their JSON form to what can be compared, their order, size and spelling.
// (convex-backend: crates/value/src/{json,sorting,size}; convex-js: src/values)

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_OF = new Map([...BASE64].map((c, n) => [c, n]));

function bytesOfBase64(text) {
  const bytes = [];
  let bits = 0, held = 0;
  for (const c of text) {
    const n = BASE64_OF.get(c);
    if (n === undefined) continue;
    held = ((held << 6) | n) & 0xffffff;
    bits += 6;
    if (bits >= 8) { bits -= 8; bytes.push((held >> bits) & 255); }
  }
  return Uint8Array.from(bytes);
}

function base64OfBytes(bytes) {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += BASE64[n >> 18] + BASE64[(n >> 12) & 63];
    out += i + 1 < bytes.length ? BASE64[(n >> 6) & 63] : "=";
    out += i + 2 < bytes.length ? BASE64[n & 63] : "=";
  }
  return out;
}

// A string beyond the basic plane has been seen: UTF-16 order may differ from UTF-8 order.
let beyondBasicPlane = false;
const HIGH_UNITS = /[\ud800-\uffff]/;

/** The comparable form of a value's JSON form. */
function decode(json) {
  if (typeof json === "string") {
    if (!beyondBasicPlane && HIGH_UNITS.test(json)) beyondBasicPlane = true;
    return json;
  }
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(decode);
  const keys = Object.keys(json);
  if (keys.length === 1 && keys[0][0] === "$") {
    const inner = json[keys[0]];
    if (keys[0] === "$integer") return new DataView(bytesOfBase64(inner).buffer).getBigInt64(0, true);
    if (keys[0] === "$float") return new DataView(bytesOfBase64(inner).buffer).getFloat64(0, true);
    if (keys[0] === "$bytes") return bytesOfBase64(inner);
    if (keys[0] === "$undefined") return undefined;
  }
  const out = Object.create(null);
  for (const key of keys) out[key] = decode(json[key]);
  return out;
}

/** The JSON form of a comparable value. */
function encode(value) {
  if (typeof value === "bigint") {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, value, true);
    return { $integer: base64OfBytes(new Uint8Array(view.buffer)) };
  }
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    return { $float: base64OfBytes(new Uint8Array(view.buffer)) };
  }
  if (value === undefined) return { $undefined: true };
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return { $bytes: base64OfBytes(value) };
  if (Array.isArray(value)) return value.map(encode);
  return Object.fromEntries(Object.keys(value).map((key) => [key, encode(value[key])]));
}

function rankOf(value) {
  switch (typeof value) {
    case "undefined": return 0;
    case "bigint": return 2;
    case "number": return 3;
    case "boolean": return 4;
    case "string": return 5;
  }
  if (value === null) return 1;
  if (value instanceof Uint8Array) return 6;
  return Array.isArray(value) ? 7 : 8;
}

const bitsOf = (x) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) - 1n : bits;
};

function compareStrings(a, b) {
  if (!beyondBasicPlane) return a < b ? -1 : 1;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i), y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800) x = x >= 0xe000 ? x - 0x800 : x + 0x2000; // surrogates come last in UTF-8
    if (y >= 0xd800) y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    return x - y;
  }
  return a.length - b.length;
}

/** Convex's order of values of any types. */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    if (a < b) return -1;
    if (a > b) return 1;
    if (Object.is(a, b)) return 0;
    const x = bitsOf(a), y = bitsOf(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a === b) return 0;
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  const rank = rankOf(a), other = rankOf(b);
  if (rank !== other) return rank - other;
  if (rank < 5) return a < b ? -1 : a > b ? 1 : 0;
  if (rank === 8) return compareObjects(a, b);
  for (let i = 0; i < a.length && i < b.length; i++) {
    const c = compare(a[i], b[i]);
    if (c) return c;
  }
  return a.length - b.length;
}

function compareObjects(a, b) {
  const left = Object.keys(a).sort(compareStrings), right = Object.keys(b).sort(compareStrings);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const c = compare(left[i], right[i]) || compare(a[left[i]], b[right[i]]);
    if (c) return c;
  }
  return left.length - right.length;
}

/** The order of two index keys. */
function compareKeys(a, b) {
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i++) {
    const c = compare(a[i], b[i]);
    if (c) return c;
  }
  return a.length - b.length;
}

function utf8Length(text) {
  let bytes = text.length;
  if (!beyondBasicPlane && !/[^\0-\x7f]/.test(text)) return bytes;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x80) bytes += c < 0x800 ? 1 : c >= 0xd800 && c < 0xdc00 ? 1 : c >= 0xdc00 && c < 0xe000 ? 1 : 2;
  }
  return bytes;
}

/** Bytes of a value's JSON form, as transactions are metered (crates/value/src/size.rs). */
function sizeOf(json) {
  switch (typeof json) {
    case "string": return 2 + utf8Length(json);
    case "number": return 9;
    case "boolean": return 1;
  }
  if (json === null || json === undefined) return 1;
  let size = 2;
  if (Array.isArray(json)) {
    for (const item of json) size += sizeOf(item);
    return size;
  }
  for (const key in json) {
    if (key === "$integer" || key === "$float") return 9;
    if (key === "$bytes") return 2 + Math.floor((json[key].length * 3) / 4);
    size += key.length + 1 + sizeOf(json[key]);
  }
  return size;
}

/** A value as error messages spell it. */
function spell(value) {
  if (value === undefined) return "undefined";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(value);
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `b"${base64OfBytes(value)}"`;
  if (Array.isArray(value)) return `[${value.map(spell).join(", ")}]`;
  return `{${Object.keys(value).sort().map((key) => `${key}: ${spell(value[key])}`).join(", ")}}`;
}
