// SHA-1, SHA-256, SHA-384/512 and HMAC over bytes: what signatures and cache keys are made with.

const rotl = (x, n) => (x << n) | (x >>> (32 - n));
const rotr = (x, n) => (x >>> n) | (x << (32 - n));

/** The message, a one, zeros and its length in bits, in blocks. */
function padded(bytes, block) {
  const tail = block / 8, size = Math.ceil((bytes.length + 1 + tail) / block) * block;
  const out = new Uint8Array(size);
  out.set(bytes);
  out[bytes.length] = 128;
  const view = new DataView(out.buffer);
  view.setUint32(size - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(size - 4, (bytes.length << 3) >>> 0);
  return view;
}

function sha1(bytes) {
  const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0], w = new Int32Array(80), view = padded(bytes, 64);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 80; i++) w[i] = rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    let [a, b, c, d, e] = h;
    for (let i = 0; i < 80; i++) {
      const f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
      const k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      [e, d, c, b, a] = [d, c, rotl(b, 30), a, (rotl(a, 5) + f + e + k + w[i]) | 0];
    }
    [a, b, c, d, e].forEach((x, i) => { h[i] = (h[i] + x) | 0; });
  }
  return wordsToBytes(h);
}

function wordsToBytes(words) {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => view.setInt32(4 * i, word));
  return new Uint8Array(view.buffer);
}

const PRIMES = [];
for (let n = 2n; PRIMES.length < 80; n++) if (PRIMES.every((p) => n % p)) PRIMES.push(n);
/** The first `bits` bits of the fraction of the square or cube root of a prime. */
function rootBits(prime, degree, bits) {
  const scaled = prime << BigInt(degree * bits);
  let low = 0n, high = 1n << BigInt(bits + 5);
  while (low < high) { const m = (low + high + 1n) >> 1n; if (m ** BigInt(degree) <= scaled) low = m; else high = m - 1n; }
  return low & ((1n << BigInt(bits)) - 1n);
}
let constants256 = null, constants512 = null;

function sha256(bytes) {
  constants256 ??= { k: PRIMES.slice(0, 64).map((p) => Number(rootBits(p, 3, 32)) | 0), h: PRIMES.slice(0, 8).map((p) => Number(rootBits(p, 2, 32)) | 0) };
  const { k } = constants256, h = [...constants256.h], w = new Int32Array(64), view = padded(bytes, 64);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = (w[i - 16] + (rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3)) + w[i - 7] + (rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10))) | 0;
    }
    let [a, b, c, d, e, f, g, z] = h;
    for (let i = 0; i < 64; i++) {
      const t = (z + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const u = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [z, g, f, e, d, c, b, a] = [g, f, e, (d + t) | 0, c, b, a, (t + u) | 0];
    }
    [a, b, c, d, e, f, g, z].forEach((x, i) => { h[i] = (h[i] + x) | 0; });
  }
  return wordsToBytes(h);
}

function sha512(bytes, short = false) {
  const M = (1n << 64n) - 1n, rot = (x, n) => ((x >> n) | (x << (64n - n))) & M;
  constants512 ??= { k: PRIMES.map((p) => rootBits(p, 3, 64)), h: PRIMES.slice(0, 8).map((p) => rootBits(p, 2, 64)), short: PRIMES.slice(8, 16).map((p) => rootBits(p, 2, 64)) };
  const { k } = constants512, h = short ? [...constants512.short] : [...constants512.h], w = [], view = padded(bytes, 128);
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(at + 8 * i);
    for (let i = 16; i < 80; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = (w[i - 16] + (rot(x, 1n) ^ rot(x, 8n) ^ (x >> 7n)) + w[i - 7] + (rot(y, 19n) ^ rot(y, 61n) ^ (y >> 6n))) & M;
    }
    let [a, b, c, d, e, f, g, z] = h;
    for (let i = 0; i < 80; i++) {
      const t = (z + (rot(e, 14n) ^ rot(e, 18n) ^ rot(e, 41n)) + ((e & f) ^ (~e & M & g)) + k[i] + w[i]) & M;
      const u = ((rot(a, 28n) ^ rot(a, 34n) ^ rot(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c))) & M;
      [z, g, f, e, d, c, b, a] = [g, f, e, (d + t) & M, c, b, a, (t + u) & M];
    }
    [a, b, c, d, e, f, g, z].forEach((x, i) => { h[i] = (h[i] + x) & M; });
  }
  const out = new DataView(new ArrayBuffer(64));
  h.forEach((x, i) => out.setBigUint64(8 * i, x));
  return new Uint8Array(out.buffer).slice(0, short ? 48 : 64);
}

const HASHES = { "SHA-1": [sha1, 64], "SHA-256": [sha256, 64], "SHA-384": [(b) => sha512(b, true), 128], "SHA-512": [(b) => sha512(b), 128] };

function hashOf(name) {
  const plain = String(name?.name ?? name).toUpperCase().replace(/^SHA(\d)/, "SHA-$1");
  if (!(plain in HASHES)) fatal(`crypto: ${plain} is not simulated; there are ${Object.keys(HASHES).join(", ")} and HMAC`);
  return HASHES[plain];
}

function hmac(name, key, message) {
  const [hash, block] = hashOf(name), pad = new Uint8Array(block);
  pad.set(key.length > block ? hash(key) : key);
  const join = (mask, tail) => { const all = new Uint8Array(block + tail.length); all.set(pad.map((b) => b ^ mask)); all.set(tail, block); return hash(all); };
  return join(0x5c, join(0x36, message));
}

const secrets = new WeakMap();
const subtle = {
  async digest(name, data) { return hashOf(name)[0](viewOf(data)).buffer; },
  async importKey(format, data, algorithm, extractable, usages) {
    const name = String(algorithm?.name ?? algorithm).toUpperCase();
    if (format !== "raw" || name !== "HMAC") fatal(`crypto.subtle.importKey: ${format} keys for ${name} are not simulated; raw keys for HMAC are`);
    const key = { type: "secret", algorithm: { name, hash: algorithm.hash }, extractable, usages };
    secrets.set(key, Uint8Array.from(viewOf(data)));
    return key;
  },
  async sign(_, key, data) { return hmac(key.algorithm.hash, secrets.get(key), viewOf(data)).buffer; },
  async verify(_, key, signature, data) {
    const made = hmac(key.algorithm.hash, secrets.get(key), viewOf(data)), given = viewOf(signature);
    return made.length === given.length && made.every((b, i) => b === given[i]);
  },
};
for (const name of ["encrypt", "decrypt", "generateKey", "deriveKey", "deriveBits", "exportKey", "wrapKey", "unwrapKey"]) {
  subtle[name] = () => fatal(`crypto.subtle.${name} is not simulated`);
}
globalThis.crypto = { subtle, randomUUID, getRandomValues: (view) => { randomBytes(viewOf(view)); return view; } };
