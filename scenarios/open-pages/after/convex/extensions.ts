import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server";

/** The first page of the catalog: every visitor has it open. */
export const listPage = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) =>
    await ctx.db.query("extensions").withIndex("by_rank").order("desc").take(count),
});

/** Puts the catalog in the order of its downloads. */
export const rank = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { extension, downloads } of await ctx.db.query("counts").collect()) {
      await ctx.db.patch(extension, { rank: downloads });
    }
  },
});
