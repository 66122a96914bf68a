// Document ids: table number, 16 bytes, checksum, in Crockford's base 32
// (convex-backend: crates/value/src/{id_v6,base32}.rs). Ids of an export keep their meaning.

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const DIGIT_OF = new Map([...ALPHABET].map((c, n) => [c, n]));

function fletcher16(bytes) {
  let a = 0, b = 0;
  for (const byte of bytes) { a = (a + byte) & 255; b = (b + a) & 255; }
  return [a, b];
}

/** The id of the document number `serial` of a table. */
function makeId(tableNumber, serial) {
  const bytes = [];
  let n = tableNumber;
  while (n >= 128) { bytes.push((n & 127) | 128); n >>>= 7; }
  bytes.push(n);
  // Sixteen bytes that look like an id's: the serial, scattered by a bijection of 32-bit numbers.
  let word = serial | 0;
  for (let i = 0; i < 4; i++) {
    word = (word + 0x9e3779b9) | 0;
    let z = word;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    z ^= z >>> 16;
    bytes.push(z & 255, (z >>> 8) & 255, (z >>> 16) & 255, z >>> 24);
  }
  bytes.push(...fletcher16(bytes));
  let out = "", bits = 0, held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) { bits -= 5; out += ALPHABET[(held >> bits) & 31]; }
    held &= 31;
  }
  return bits ? out + ALPHABET[(held << (5 - bits)) & 31] : out;
}

/** The number of the table that an id belongs to; 0 if it is no id. */
function tableNumberOf(id) {
  if (typeof id !== "string" || id.length < 31 || id.length > 37) return 0;
  const bytes = [];
  let bits = 0, held = 0;
  for (const c of id) {
    const digit = DIGIT_OF.get(c);
    if (digit === undefined) return 0;
    held = ((held << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; bytes.push((held >> bits) & 255); }
  }
  let number = 0, at = 0;
  for (; at < 5; at++) {
    number |= (bytes[at] & 127) << (7 * at);
    if (bytes[at] < 128) break;
  }
  const body = at + 17;
  const [a, b] = fletcher16(bytes.slice(0, body));
  return bytes.length === body + 2 && bytes[body] === a && bytes[body + 1] === b ? number : 0;
}
