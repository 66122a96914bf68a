import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

/** A catalog whose documents carry their whole readme. */
export const fill = internalMutation({
  args: { extensions: v.number(), readme: v.number() },
  handler: async (ctx, { extensions, readme }) => {
    for (let n = 0; n < extensions; n++) {
      await ctx.db.insert("extensions", {
        name: `extension ${n}`, readme: "x".repeat(readme), downloads: 0,
      });
    }
  },
});
