import { mutation } from "./_generated/server";

export const visit = mutation({
  args: {},
  handler: async (ctx) => {
    const counter = await ctx.db.query("counters").first();
    if (counter === null) await ctx.db.insert("counters", { visits: 1 });
    else await ctx.db.patch(counter._id, { visits: counter.visits + 1 });
  },
});
