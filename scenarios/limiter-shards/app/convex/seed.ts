import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

/** Full shards. */
export const fill = internalMutation({
  args: { shards: v.number(), each: v.number() },
  handler: async (ctx, { shards, each }) => {
    for (let shard = 0; shard < shards; shard++) await ctx.db.insert("limits", { shard, left: each });
  },
});
