// A component with a table of the same name as one of the app's.
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, mutation, query } from "./_generated/server";

export const add = mutation({
  args: { text: v.string(), fails: v.optional(v.boolean()), later: v.optional(v.boolean()) },
  handler: async (ctx, { text, fails, later }) => {
    const id = await ctx.db.insert("people", { text });
    await ctx.db.insert("people", { text: `re: ${text}`, answers: id });
    if (later) await ctx.scheduler.runAfter(1000, internal.lib.hidden, {});
    if (fails) throw new Error("no note");
    return id;
  },
});
export const count = query({ args: {}, handler: async (ctx) => (await ctx.db.query("people").collect()).length });
export const isOwn = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => ctx.db.normalizeId("people", id) !== null,
});
export const hidden = internalMutation({
  args: {},
  handler: async (ctx) => { await ctx.db.insert("people", { text: "hidden" }); },
});
