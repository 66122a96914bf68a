import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

export const logError = internalMutation({
  args: { operation: v.string(), message: v.string() },
  handler: async (ctx, error) => {
    await ctx.db.insert("errors", error);
  },
});
