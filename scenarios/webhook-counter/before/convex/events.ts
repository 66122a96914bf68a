import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

/** Keeps an event, and counts it. */
export const record = internalMutation({
  args: { broadcast: v.string(), kind: v.string(), recipient: v.string() },
  handler: async (ctx, event) => {
    await ctx.db.insert("events", event);
    const counter = await ctx.db
      .query("counters")
      .withIndex("by_broadcast", (q) => q.eq("broadcast", event.broadcast).eq("kind", event.kind))
      .unique();
    if (counter === null) {
      await ctx.db.insert("counters", { broadcast: event.broadcast, kind: event.kind, count: 1 });
    } else {
      await ctx.db.patch(counter._id, { count: counter.count + 1 });
    }
  },
});
