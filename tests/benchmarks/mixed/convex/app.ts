import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, mutation } from "./_generated/server";

export const fill = internalMutation({
  args: { users: v.number() },
  handler: async (ctx, { users }) => {
    const ids = [];
    for (let n = 0; n < users; n++) ids.push(await ctx.db.insert("users", { name: `user ${n}`, posts: 0 }));
    return ids;
  },
});

export const nothing = internalMutation({ args: {}, handler: async () => {} });

/** A get, a range of five, a patch, an insert and a job. */
export const post = mutation({
  args: { user: v.id("users"), text: v.string() },
  handler: async (ctx, { user, text }) => {
    const row = await ctx.db.get(user);
    const latest = await ctx.db
      .query("posts")
      .withIndex("by_user", (q) => q.eq("user", user))
      .order("desc")
      .take(5);
    await ctx.db.patch(user, { posts: row!.posts + 1 });
    await ctx.db.insert("posts", { user, text });
    await ctx.scheduler.runAfter(0, internal.app.nothing, {});
    return latest.length;
  },
});
