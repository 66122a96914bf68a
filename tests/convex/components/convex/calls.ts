// How an app and its component `notes` see each other.
import { v } from "convex/values";
import { components } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

export const count = query({
  args: {},
  handler: async (ctx) => [(await ctx.db.query("people").collect()).length, await ctx.runQuery(components.notes.lib.count, {})],
});
export const add = mutation({
  args: { fails: v.optional(v.boolean()), later: v.optional(v.boolean()) },
  handler: async (ctx, args) => {
    await ctx.db.insert("people", { name: "Ada" });
    try {
      return await ctx.runMutation(components.notes.lib.add, { text: "hello", ...args });
    } catch (error) {
      return (error as Error).message;
    }
  },
});
export const addTogether = mutation({
  args: {},
  handler: async (ctx) => {
    await Promise.all([
      ctx.runMutation(components.notes.lib.add, { text: "hello" }),
      ctx.db.insert("people", { name: "Ada" }),
      ctx.runMutation(components.notes.lib.add, { text: "again" }),
      ctx.db.insert("people", { name: "Bob" }),
    ]);
  },
});
export const whose = mutation({
  args: {},
  handler: async (ctx) => {
    const theirs: string = await ctx.runMutation(components.notes.lib.add, { text: "hello" });
    const own = await ctx.db.insert("people", { name: "Ada" });
    return [ctx.db.normalizeId("people", theirs) === null, await ctx.runQuery(components.notes.lib.isOwn, { id: theirs }), await ctx.runQuery(components.notes.lib.isOwn, { id: own })];
  },
});
export const internalOfIt = mutation({
  args: {},
  handler: async (ctx) => { await ctx.runMutation((components as any).notes.lib.hidden, {}); },
});
export const addInAction = action({
  args: {},
  handler: async (ctx): Promise<number> => {
    await ctx.runMutation(components.notes.lib.add, { text: "from an action" });
    return await ctx.runQuery(components.notes.lib.count, {});
  },
});
