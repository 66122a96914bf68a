import { v } from "convex/values";
import { query } from "./_generated/server";

/** The first page of the catalog: every visitor has it open. */
export const listPage = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) =>
    await ctx.db.query("extensions").withIndex("by_downloads").order("desc").take(count),
});
