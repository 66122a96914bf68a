// Validators of arguments, return values and documents, in their JSON form, with the platform's
// messages (convex-backend: crates/common/src/schemas/validator.rs).

function spellValidator(v) {
  switch (v.type) {
    case "id": return `v.id("${v.tableName}")`;
    case "number": return "v.float64()";
    case "bigint": return "v.int64()";
    case "literal": return `v.literal(${spell(decode(v.value))})`;
    case "array": return `v.array(${spellValidator(v.value)})`;
    case "union": return `v.union(${v.value.map(spellValidator).join(", ")})`;
    case "record": return `v.record(${spellValidator(v.keys)}, ${spellValidator(v.values.fieldType)})`;
    case "object": {
      const fields = Object.keys(v.value).sort().map((name) => {
        const { fieldType, optional } = v.value[name];
        const inner = spellValidator(fieldType);
        return `${name}: ${optional ? `v.optional(${inner})` : inner}`;
      });
      return `v.object({${fields.join(", ")}})`;
    }
    default: return `v.${v.type}()`;
  }
}

const isObject = (json) => {
  if (json === null || typeof json !== "object" || Array.isArray(json)) return false;
  for (const key in json) return key[0] !== "$";
  return true;
};

/** The table of a document, one that the transaction has just inserted included. */
const tableOfDocument = (id) => (documents.get(id) ?? current?.tx?.writes.get(id))?.table;

/** A validator as a function of a value's JSON form; `mismatch` says why one does not match. */
const checkOf = (v) => (v.check ??= compiled(v));

function compiled(v) {
  switch (v.type) {
    case "any": return () => true;
    case "string": return (json) => typeof json === "string";
    case "boolean": return (json) => typeof json === "boolean";
    case "null": return (json) => json === null;
    case "number": return (json) => typeof json === "number" || mismatch(json, v) === "";
    case "literal": return (json) => json === v.value || mismatch(json, v) === "";
    case "id": return (json) => {
      const owner = typeof json === "string" ? tableOfDocument(json) : undefined;
      return owner === undefined ? idMismatch(json, v, "") === "" : owner.name === v.tableName;
    };
    case "union": {
      const checks = v.value.map(checkOf);
      return (json) => { for (const check of checks) if (check(json)) return true; return false; };
    }
    case "array": {
      const check = checkOf(v.value);
      return (json) => { if (!Array.isArray(json)) return false; for (const item of json) if (!check(item)) return false; return true; };
    }
    case "object": return compiledObject(v.value);
    default: return (json) => mismatch(json, v) === "";
  }
}

function compiledObject(fields) {
  const checks = new Map(Object.entries(fields).map(([name, { fieldType }]) => [name, checkOf(fieldType)]));
  const required = Object.keys(fields).filter((name) => !fields[name].optional);
  return (json, system) => {
    if (!isObject(json)) return false;
    for (const name of required) if (!Object.hasOwn(json, name)) return false;
    for (const name in json) {
      const check = checks.get(name);
      if (check === undefined ? system !== true || !SYSTEM.has(name) : !check(json[name])) return false;
    }
    return true;
  };
}

const SYSTEM = new Set(["_id", "_creationTime"]);

/** Whether a value's JSON form matches a validator. */
const matches = (json, v) => checkOf(v)(json);

const at = (path) => (path ? `Path: ${path}` : "");

function noMatch(json, v, path) {
  return `Value does not match validator.\n${at(path)}\nValue: ${spell(decode(json))}\nValidator: ${spellValidator(v)}`;
}

/** Why a value's JSON form does not match a validator; "" if it does. */
function mismatch(json, v, path = "") {
  const special = json !== null && typeof json === "object" && !Array.isArray(json) ? Object.keys(json) : [];
  const tag = special.length === 1 && special[0][0] === "$" ? special[0] : "";
  switch (v.type) {
    case "any": return "";
    case "null": return json === null ? "" : noMatch(json, v, path);
    case "number": return typeof json === "number" || tag === "$float" ? "" : noMatch(json, v, path);
    case "bigint": return tag === "$integer" ? "" : noMatch(json, v, path);
    case "bytes": return tag === "$bytes" ? "" : noMatch(json, v, path);
    case "boolean": return typeof json === "boolean" ? "" : noMatch(json, v, path);
    case "string": return typeof json === "string" ? "" : noMatch(json, v, path);
    case "literal": return literalMismatch(json, v, path);
    case "id": return idMismatch(json, v, path);
    case "union": return v.value.some((one) => matches(json, one)) ? "" : noMatch(json, v, path);
    case "array": {
      if (!Array.isArray(json)) return noMatch(json, v, path);
      for (let i = 0; i < json.length; i++) {
        const why = mismatch(json[i], v.value, `${path}[${i}]`);
        if (why) return why;
      }
      return "";
    }
    case "record": {
      if (json === null || typeof json !== "object" || Array.isArray(json) || tag) return noMatch(json, v, path);
      for (const key in json) {
        const why = mismatch(key, v.keys, path) || mismatch(json[key], v.values.fieldType, `${path}.${key}`);
        if (why) return why;
      }
      return "";
    }
    case "object": {
      if (json === null || typeof json !== "object" || Array.isArray(json) || tag) return noMatch(json, v, path);
      return objectMismatch(json, v, path);
    }
    default: throw new Error(`a validator of the type ${v.type} is not known`);
  }
}

function literalMismatch(json, v, path) {
  if (compare(decode(json), decode(v.value)) === 0) return "";
  const where = path ? `\n${at(path)}` : "";
  return `\`${spell(decode(json))}\` does not match literal validator \`${spellValidator(v)}\`.${where}`;
}

function idMismatch(json, v, path) {
  const number = tableNumberOf(json);
  if (number === 0) return noMatch(json, v, path);
  const found = tableOfNumber.get(number);
  if (found?.name === v.tableName) return "";
  const from = found === undefined || found.name[0] === "_" ? "a system table" : `table \`${found.name}\``;
  const where = path ? `\n${at(path)}` : "";
  return `Found ID "${json}" from ${from}, which does not match the table name in validator \`v.id("${v.tableName}")\`.${where}`;
}

function objectMismatch(json, v, path) {
  for (const name in v.value) {
    const { fieldType, optional } = v.value[name];
    if (!Object.hasOwn(json, name)) {
      if (optional) continue;
      return `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n${at(path)}\nObject: ${spell(decode(json))}\nValidator: ${spellValidator(v)}`;
    }
    const why = mismatch(json[name], fieldType, `${path}.${name}`);
    if (why) return why;
  }
  for (const name in json) {
    if (Object.hasOwn(v.value, name)) continue;
    return `Object contains extra field \`${name}\` that is not in the validator.\n${at(path)}\nObject: ${spell(decode(json))}\nValidator: ${spellValidator(v)}`;
  }
  return "";
}

/** Throw if a document does not match its table's validator. */
function checkDocument(owner, doc) {
  if (owner.validator === null || owner.validator.type === "any") return;
  if (checkOf(owner.validator)(doc, true)) return;
  const { _id, _creationTime, ...fields } = doc;
  const why = mismatch(fields, owner.validator);
  if (why) throw new Error(`Failed to insert or update a document in table "${owner.name}" because it does not match the schema: ${why}`);
}
