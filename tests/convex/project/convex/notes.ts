import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";

const rank = v.optional(v.union(v.number(), v.int64(), v.null()));

export const add = mutation({
  args: { owner: v.string(), text: v.string(), rank },
  returns: v.id("notes"),
  handler: async (ctx, note) => await ctx.db.insert("notes", note),
});
export const addMany = mutation({
  args: { owner: v.string(), count: v.number() },
  handler: async (ctx, { owner, count }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert("notes", { owner, text: `note ${n}`, rank: n });
  },
});
export const get = query({ args: { id: v.id("notes") }, handler: (ctx, { id }) => ctx.db.get(id) });
export const edit = mutation({
  args: { id: v.id("notes"), text: v.string() },
  handler: async (ctx, { id, text }) => { await ctx.db.patch(id, { text }); },
});
export const clearRank = mutation({
  args: { id: v.id("notes") },
  handler: async (ctx, { id }) => { await ctx.db.patch(id, { rank: undefined }); },
});
export const rename = mutation({
  args: { id: v.id("notes"), owner: v.string() },
  handler: async (ctx, { id, owner }) => { await ctx.db.replace(id, { owner, text: "renamed" }); },
});
export const remove = mutation({
  args: { id: v.id("notes") },
  handler: async (ctx, { id }) => { await ctx.db.delete(id); },
});
export const first = query({
  args: { owner: v.string(), count: v.number(), desc: v.optional(v.boolean()) },
  handler: async (ctx, { owner, count, desc }) => {
    const rows = await ctx.db
      .query("notes")
      .withIndex("by_owner", (q) => q.eq("owner", owner))
      .order(desc ? "desc" : "asc")
      .take(count);
    return rows.map((row) => row.text);
  },
});
/** Reads the first notes of an owner and writes down how many there were. */
export const countFirst = mutation({
  args: { owner: v.string(), count: v.number() },
  handler: async (ctx, { owner, count }) => {
    const rows = await ctx.db
      .query("notes")
      .withIndex("by_owner", (q) => q.eq("owner", owner))
      .take(count);
    await ctx.db.insert("counters", { name: owner, value: rows.length });
    return rows.length;
  },
});
export const between = query({
  args: { low: v.any(), high: v.any() },
  handler: async (ctx, { low, high }) => {
    const rows = await ctx.db
      .query("notes")
      .withIndex("by_rank", (q) => q.gt("rank", low).lte("rank", high))
      .collect();
    return rows.map((row) => row.rank ?? "none");
  },
});
export const filtered = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const rows = await ctx.db
      .query("notes")
      .filter((q) => q.or(q.eq(q.field("text"), text), q.gt(q.field("rank"), 5)))
      .collect();
    return rows.map((row) => row.text);
  },
});
export const page = query({
  args: { cursor: v.union(v.string(), v.null()), numItems: v.number() },
  handler: async (ctx, { cursor, numItems }) =>
    await ctx.db.query("notes").paginate({ cursor, numItems }),
});
export const increment = mutation({
  args: { name: v.string(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { name, fail }) => {
    const row = await ctx.db
      .query("counters")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (row) await ctx.db.patch(row._id, { value: row.value + 1 });
    else await ctx.db.insert("counters", { name, value: 1 });
    if (fail) throw new ConvexError({ code: "NO", name });
  },
});
export const counter = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) =>
    (await ctx.db.query("counters").withIndex("by_name", (q) => q.eq("name", name)).unique())?.value ?? 0,
});
/** One sub-transaction that stays and one that is undone. */
export const nested = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(internal.notes.bump, { name: "kept" });
    try {
      await ctx.runMutation(internal.notes.bumpAndThrow, { name: "undone" });
    } catch (error) {
      return String((error as Error).message);
    }
  },
});
const bumpHandler = async (ctx: any, { name }: { name: string }) => {
  await ctx.db.insert("counters", { name, value: 1 });
};
export const bump = internalMutation({ args: { name: v.string() }, handler: bumpHandler });
export const bumpAndThrow = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, args) => { await bumpHandler(ctx, args); throw new Error("too bad"); },
});
export const whoAmI = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });
export const when = query({ args: {}, handler: async () => [Date.now(), Math.random(), new Date().toLocaleString(), crypto.randomUUID()] });
export const unawaited = mutation({
  args: {},
  handler: async (ctx) => { void ctx.scheduler.runAfter(0, internal.notes.bump, { name: "unawaited" }); },
});
export const scheduleMany = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(n, internal.notes.bump, { name: "job" });
  },
});
export const scheduleAndCancel = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.scheduler.runAfter(60_000, internal.notes.bump, { name: "cancelled" });
    await ctx.db.insert("jobs", { id, what: "cancel me" });
    await ctx.scheduler.runAfter(1_000, internal.notes.cancelAll, {});
    await ctx.scheduler.runAfter(2_000, internal.notes.bump, { name: "ran" });
  },
});
export const cancelAll = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { id } of await ctx.db.query("jobs").collect()) await ctx.scheduler.cancel(id);
  },
});
export const jobStates = query({
  args: {},
  handler: async (ctx) => {
    const jobs = await ctx.db.system.query("_scheduled_functions").collect();
    return jobs.map((job) => [job.name, job.state.kind]);
  },
});
export const throws = mutation({ args: {}, handler: async () => { throw new TypeError("oh no"); } });
export const endless = mutation({ args: {}, handler: async () => { for (;;); } });
export const endlessPromises = query({ args: {}, handler: async () => { for (;;) await Promise.resolve(); } });
export const waitsForEver = query({ args: {}, handler: async () => { await new Promise(() => {}); } });
export const fetchesInQuery = query({ args: {}, handler: async () => { await fetch("https://example.com"); } });
export const searches = query({
  args: {},
  handler: async (ctx) => await (ctx.db.query("notes") as any).withSearchIndex("by_text", (q: any) => q.search("text", "a")).collect(),
});
export const reads = query({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).length });
let leaked = 0;
export const leak = mutation({ args: {}, handler: async () => { leaked += 1; return leaked; } });
export const secret = internalQuery({ args: {}, handler: async () => process.env.SECRET ?? "none" });
export const owners = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("notes").withIndex("by_owner").collect()).map((row) => row.owner),
});
