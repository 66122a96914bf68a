import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

export const createFromTicketmaster = internalMutation({
  args: { ticketmasterId: v.string() },
  handler: async (ctx, { ticketmasterId }) => {
    const existing = await ctx.db
      .query("venues")
      .withIndex("by_ticketmaster", (q) => q.eq("ticketmasterId", ticketmasterId))
      .unique();
    return existing?._id ?? (await ctx.db.insert("venues", { ticketmasterId }));
  },
});
