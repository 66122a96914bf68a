// Document ids: table number, 16 bytes, checksum, in Crockford's base 32
// (convex-backend: crates/value/src/{id_v6,base32}.rs). Ids of an export keep their meaning.

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const DIGIT_OF = new Map([...ALPHABET].map((c, n) => [c, n]));

function fletcher16(bytes) {
  let a = 0, b = 0;
  for (const byte of bytes) { a = (a + byte) & 255; b = (b + a) & 255; }
  return [a, b];
}

const PAIRS = Array.from({ length: 1024 }, (_, n) => ALPHABET[n >> 5] + ALPHABET[n & 31]);
const heads = new Map(); // table number and the serial's high bits → what all those ids begin with

/** What 2^24 ids of a table have in common: 24 characters, and the checksum of these 15 bytes. */
function headOf(tableNumber, high) {
  const key = tableNumber * 0x100000 + high, found = heads.get(key);
  if (found !== undefined) return found;
  const bytes = [];
  let n = tableNumber;
  while (n >= 128) { bytes.push((n & 127) | 128); n >>>= 7; }
  bytes.push(n);
  for (let i = 0, word = (tableNumber * 0x9e3779b1 + high) | 0; bytes.length < 15; i++) {
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + i;
    bytes.push((word >>> 12) & 255);
  }
  for (let i = 0; i < 3; i++) bytes[14 - i] = (high >> (8 * i)) & 255;
  let text = "", bits = 0, held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) { bits -= 5; text += ALPHABET[(held >> bits) & 31]; }
    held &= 31;
  }
  const [a, b] = fletcher16(bytes), made = { text, a, b };
  heads.set(key, made);
  return made;
}

/** The id of the document number `serial` of a table; table numbers take two bytes. */
function makeId(tableNumber, serial) {
  const head = headOf(tableNumber, Math.floor(serial / 0x1000000));
  const low = Math.imul(serial & 0xffffff, 0x9e3779) & 0xffffff; // a bijection of 24 bits
  const x = low >> 16, y = (low >> 8) & 255, z = low & 255;
  let { a, b } = head;
  a = (a + x) & 255; b = (b + a) & 255;
  a = (a + y) & 255; b = (b + a) & 255;
  a = (a + z) & 255; b = (b + a) & 255;
  return head.text + PAIRS[low >> 14] + PAIRS[(low >> 4) & 1023] + PAIRS[((low & 15) << 6) | (a >> 2)] + PAIRS[((a & 3) << 8) | b];
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
