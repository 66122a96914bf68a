// Time, randomness and timers are the simulation's: nothing here asks the machine.

let now = 0; // epoch milliseconds, of the execution that runs
let current = null; // the execution that runs
const RealDate = Date;

function readNow() {
  if (current !== null && current.tx !== null) current.tx.sawTime = true;
  return now;
}

class SimulatedDate extends RealDate {
  constructor(...parts) {
    if (parts.length) super(...parts);
    else super(readNow());
  }
  static now() {
    return readNow();
  }
}
function DateFunction(...parts) {
  return new.target ? Reflect.construct(SimulatedDate, parts, new.target === DateFunction ? SimulatedDate : new.target) : new SimulatedDate().toString();
}
Object.setPrototypeOf(DateFunction, RealDate);
DateFunction.prototype = SimulatedDate.prototype;
Object.defineProperty(SimulatedDate.prototype, "constructor", { value: DateFunction, writable: true, configurable: true });
DateFunction.now = SimulatedDate.now;
DateFunction.parse = RealDate.parse;
DateFunction.UTC = RealDate.UTC;
Object.defineProperty(DateFunction, "name", { value: "Date" });
Object.defineProperty(DateFunction, "length", { value: 7 });
globalThis.Date = DateFunction;

/** A stream of random numbers: xoshiro128** (Blackman and Vigna), from two 32-bit seeds. */
class Random {
  constructor(a, b) {
    this.s = new Int32Array(4);
    let word = a | 0;
    for (let i = 0; i < 4; i++) {
      word = (word + 0x9e3779b9) | 0;
      let z = word ^ (i & 1 ? b : 0);
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.s[i] = z ^ (z >>> 15) ^ (i & 1 ? 0 : b | 1);
    }
  }

  word() {
    const s = this.s;
    let x = Math.imul(s[1], 5);
    x = Math.imul((x << 7) | (x >>> 25), 9);
    const t = s[1] << 9;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return x >>> 0;
  }

  unit() {
    return (this.word() * 0x200000 + (this.word() >>> 11)) / 0x20000000000000;
  }
}

let loading = new Random(1, 2); // while modules load, outside every execution
const random = () => (current === null ? loading : (current.random ??= new Random(current.a, current.b)));
Math.random = () => random().unit();

function randomBytes(bytes) {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random().word() >>> 24;
  return bytes;
}

function randomUUID() {
  const b = randomBytes(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const onlyInActions = (what) => {
  if (current === null) throw new Error(`Can't use ${what} at import time`);
  if (current.tx !== null) {
    throw new Error(`Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`);
  }
};

function timer(repeats, run, delay, args) {
  onlyInActions(repeats ? "setInterval" : "setTimeout");
  const execution = current;
  const id = (execution.timers = (execution.timers ?? 0) + 1);
  const wait = () => {
    ask("timer", [Math.max(repeats ? 1 : 0, Number(delay) || 0)]).then(() => {
      if (execution.stopped?.has(id)) return;
      if (repeats) wait();
      run(...args);
    });
  };
  wait();
  return id;
}

function stopTimer(id) {
  if (current !== null && typeof id === "number") (current.stopped ??= new Set()).add(id);
}

globalThis.setTimeout = (run, delay, ...args) => timer(false, run, delay, args);
globalThis.setInterval = (run, delay, ...args) => timer(true, run, delay, args);
globalThis.setImmediate = (run, ...args) => timer(false, run, 0, args);
globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = stopTimer;
globalThis.queueMicrotask = (run) => { Promise.resolve().then(run); };
globalThis.performance = { now: () => (current === null ? 0 : now - current.beganMs), timeOrigin: 0, mark() {}, measure() {} };
for (const name of ["WebAssembly", "Atomics", "SharedArrayBuffer", "FinalizationRegistry", "gc", "print"]) delete globalThis[name];
const silent = () => {};
globalThis.console = Object.fromEntries(["log", "info", "warn", "error", "debug", "trace", "table", "group", "groupCollapsed", "groupEnd", "time", "timeEnd", "timeLog", "dir", "assert", "count"].map((name) => [name, silent]));
