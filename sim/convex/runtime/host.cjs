// The Node process: reads messages, runs them in a context without files, network or processes.
// A frame is its length (4 bytes, little-endian) and text; an answer begins with R (result),
// E (error) or T (stopped: it did not end).
"use strict";
const fs = require("node:fs"), vm = require("node:vm");

const context = vm.createContext(vm.constants?.DONT_CONTEXTIFY ?? Object.create(null), {
  microtaskMode: "afterEvaluate",
  codeGeneration: { strings: false, wasm: false },
});
const step = new vm.Script("__step()"), drain = new vm.Script("0");
const evaluate = (source, filename) => new vm.Script(source, { filename }).runInContext(context);
let entry = null; // functions of the context; only text goes in and out

let chunk = Buffer.allocUnsafe(1 << 16), start = 0, end = 0; // what has been read and not been taken

/** So many bytes from the input; valid until the next reading. */
function read(size) {
  if (end - start < size) {
    const room = size > chunk.length ? Buffer.allocUnsafe(size) : chunk;
    chunk.copy(room, 0, start, end);
    [chunk, start, end] = [room, 0, end - start];
  }
  while (end < start + size) {
    let got;
    try { got = fs.readSync(0, chunk, end, chunk.length - end, null); }
    catch (error) { if (error.code === "EAGAIN" || error.code === "EINTR") continue; throw error; }
    if (got === 0) process.exit(0);
    end += got;
  }
  start += size;
  return chunk.subarray(start - size, start);
}

function write(kind, text) {
  const size = Buffer.byteLength(text) + 1, frame = Buffer.allocUnsafe(4 + size);
  frame.writeUInt32LE(size, 0);
  frame.write(kind + text, 4);
  for (let at = 0; at < frame.length; ) {
    try { at += fs.writeSync(1, frame, at); }
    catch (error) { if (error.code !== "EAGAIN" && error.code !== "EINTR") throw error; }
  }
}

function load(text) {
  const [filename, source] = JSON.parse(text);
  evaluate(source, filename);
  if (entry === null) {
    const { __receive: receive, __answer: answer, __stopped: stopped, __goOn: goOn } = context;
    entry = { receive, answer, stopped, goOn };
    evaluate("for (const name of ['__receive', '__answer', '__stopped', '__goOn']) delete globalThis[name];", "host");
  }
}

const describe = (error) => {
  try { return `${error?.message ?? error}\n${error?.stack ?? ""}`; } catch { return "an error that cannot be read"; }
};

function serve() {
  for (;;) {
    const text = read(read(4).readUInt32LE(0)).toString();
    let kind = "R", answer = "null";
    try {
      if (text[0] === "L") load(text.slice(1));
      else {
        for (const line of text.split("\n")) {
          entry.receive(line);
          step.runInContext(context);
          while (entry.goOn()) drain.runInContext(context);
        }
        answer = entry.answer();
      }
    } catch (error) {
      kind = "E";
      answer = describe(error);
    }
    write(kind, answer);
  }
}

// An interrupt ends whatever runs; the loop goes on. The outer context runs none of the app's code.
const outer = vm.createContext({ serve });
for (;;) {
  try { vm.runInContext("serve()", outer, { breakOnSigint: true }); }
  catch (error) {
    if (error?.code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    try { entry?.stopped(); } catch { /* stopped once more */ }
    write("T", "");
  }
}
