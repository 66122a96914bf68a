import { v } from "convex/values";
import { internalMutation, mutation } from "./_generated/server";

/** Somebody downloads an extension. */
export const record = mutation({
  args: { extension: v.id("extensions") },
  handler: async (ctx, { extension }) => {
    await ctx.db.insert("downloads", { extension, at: Date.now() });
  },
});

/** Adds the new downloads to the documents of the catalog. */
export const count = internalMutation({
  args: {},
  handler: async (ctx) => {
    const recorded = await ctx.db.query("downloads").take(500);
    const sums = new Map<string, number>();
    for (const { _id, extension } of recorded) {
      sums.set(extension, (sums.get(extension) ?? 0) + 1);
      await ctx.db.delete(_id);
    }
    for (const extension of new Set(recorded.map((each) => each.extension))) {
      const document = await ctx.db.get(extension);
      if (document === null) continue;
      await ctx.db.patch(extension, { downloads: document.downloads + sums.get(extension)! });
    }
  },
});
