import { v } from "convex/values";
import { internalMutation, mutation } from "./_generated/server";

/** Somebody downloads an extension. */
export const record = mutation({
  args: { extension: v.id("extensions") },
  handler: async (ctx, { extension }) => {
    await ctx.db.insert("downloads", { extension, at: Date.now() });
  },
});

/** Adds up the new downloads, beside the documents of the catalog. */
export const count = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id, extension } of await ctx.db.query("downloads").take(500)) {
      const known = await ctx.db
        .query("counts")
        .withIndex("by_extension", (q) => q.eq("extension", extension))
        .unique();
      if (known === null) await ctx.db.insert("counts", { extension, downloads: 1 });
      else await ctx.db.patch(known._id, { downloads: known.downloads + 1 });
      await ctx.db.delete(_id);
    }
  },
});
