import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation } from "./_generated/server";

/** Keeps an event. */
export const record = internalMutation({
  args: { broadcast: v.string(), kind: v.string(), recipient: v.string() },
  handler: async (ctx, event) => {
    await ctx.db.insert("events", event);
  },
});

/** Counts the events that have come since the last time, a page at a time. */
export const count = internalMutation({
  args: { broadcast: v.string(), kind: v.string() },
  handler: async (ctx, { broadcast, kind }) => {
    const counter = await ctx.db
      .query("counters")
      .withIndex("by_broadcast", (q) => q.eq("broadcast", broadcast).eq("kind", kind))
      .unique();
    const since = counter?.until ?? 0;
    const events = await ctx.db
      .query("events")
      .withIndex("by_broadcast", (q) =>
        q.eq("broadcast", broadcast).eq("kind", kind).gt("_creationTime", since),
      )
      .take(1000);
    if (events.length === 0) return;
    const until = events[events.length - 1]._creationTime;
    const seen = (counter?.count ?? 0) + events.length;
    if (counter === null) await ctx.db.insert("counters", { broadcast, kind, count: seen, until });
    else await ctx.db.patch(counter._id, { count: seen, until });
    if (events.length === 1000) {
      await ctx.scheduler.runAfter(0, internal.events.count, { broadcast, kind });
    }
  },
});
