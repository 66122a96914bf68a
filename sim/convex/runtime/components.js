// Components: what convex.config installs. Each installation has its own modules, tables and crons,
// under its path (`workpool`, `workflow/workpool`); its calls into the platform come through a
// `Convex` of its own (convex-backend: crates/common/src/components).

const definitions = new Map(); // key in the bundle → { node, make }
const components = new Map(); // path → { children: name → path, node }
let home = ""; // the path of the component that calls the platform now; the app itself has none
const homeOf = new WeakMap(); // function → path of its component
let appConfig = null;

/** Called by the bundle: the script of a component, and its modules that run in Node. */
globalThis.__component = (key, node, make) => definitions.set(key, { node, make });

/** Called by the bundle after all of them. */
globalThis.__install = () => install("", ...appConfig);

/** What `use` wants of a definition that it is given: where it lies. */
Object.defineProperty(Object.prototype, "componentDefinitionPath", {
  configurable: true,
  get() { return this._isRoot === false ? this._name : undefined; },
  set(value) { Object.defineProperty(this, "componentDefinitionPath", { value, configurable: true, enumerable: true, writable: true }); },
});

function install(path, config, known) {
  if (!Array.isArray(config?._childComponents)) throw new Error("convex.config: the default export is neither an app nor a component: `export default defineApp()`");
  for (const [name, definition] of config._childComponents) {
    if (!/^[A-Za-z]\w*$/.test(name)) throw new Error(`convex.config: ${JSON.stringify(name)} is no name of a component: letters, digits and _`);
    const found = known.find(([each]) => each === definition), child = below(path, name);
    if (found === undefined) throw new Error(`convex.config: the component ${child} is installed from a file that is no convex.config`);
    if (components.has(child)) throw new Error(`convex.config: two components are called ${child}: give one of them another name, \`app.use(component, { name: "..." })\``);
    const { node, make } = definitions.get(found[1]);
    components.set(child, { node });
    make(convexOf(child), (given, schema, own, ownKnown) => {
      for (const [module, exported] of Object.entries(given)) {
        modules[below(child, module)] = exported;
        for (const fn of Object.values(exported)) if (typeof fn === "function" || (typeof fn === "object" && fn !== null)) homeOf.set(fn, child);
      }
      if (schema !== null) schemaTables.push(...readSchema(schema, child));
      install(child, own, ownKnown);
    });
  }
}

const below = (path, name) => (path === "" ? name : `${path}/${name}`);

/** A table's full name, by what the component calls it that uses it now. System tables are shared. */
const tableHere = (name) => (home === "" || typeof name !== "string" || name[0] === "_" ? name : `${home}/${name}`);

/** A validator whose ids are those of a component's own tables. */
function inComponent(validator, path) {
  if (path === "" || validator === null || typeof validator !== "object") return validator;
  if (validator.type === "id" && validator.tableName[0] !== "_") return { ...validator, tableName: below(path, validator.tableName) };
  const out = Array.isArray(validator) ? [] : {};
  for (const [key, value] of Object.entries(validator)) out[key] = inComponent(value, path);
  return out;
}

const CHILD = "_reference/childComponent/";

/** The path of a component's function, by how the code names it: `components.workpool.lib.enqueue`. */
function pathInChild(reference) {
  if (typeof reference !== "string" || !reference.startsWith(CHILD)) return fatal(`the reference ${reference} is not simulated`);
  const [name, ...parts] = reference.slice(CHILD.length).split("/"), child = below(home, name);
  if (!components.has(child)) return fatal(`there is no component \`${child}\`: convex.config has no \`use\` of it`);
  const fn = parts.pop(), module = below(child, parts.join("/"));
  const path = fn === "default" ? module : `${module}:${fn}`;
  if (findFunction(path).isInternal) throw new Error(`Couldn't resolve ${reference}: ${path} is internal to its component`);
  return path;
}

/** The platform as a component's code calls it. */
function convexOf(path) {
  const inside = (name) => (...args) => {
    const before = home;
    home = path;
    try { return Convex[name](...args); } finally { home = before; }
  };
  return { syscall: inside("syscall"), asyncSyscall: inside("asyncSyscall"), jsSyscall: inside("jsSyscall") };
}
