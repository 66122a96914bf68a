import { v } from "convex/values";
import { mutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";

async function row(ctx: MutationCtx, moment: number, place: number) {
  const found = await ctx.db
    .query("rows")
    .withIndex("by_moment", (q) => q.eq("moment", moment).eq("place", place))
    .unique();
  if (found === null) throw new Error("no such row");
  return found;
}

/** Four rows that belong together. */
export const begin = mutation({
  args: { moment: v.number() },
  handler: async (ctx, { moment }) => {
    for (let place = 0; place < 4; place++) await ctx.db.insert("rows", { moment, place, ticks: 0 });
  },
});

/** One of them changes, after a look at its neighbour. */
export const tick = mutation({
  args: { moment: v.number(), place: v.number() },
  handler: async (ctx, { moment, place }) => {
    const { _id, ticks } = await row(ctx, moment, place);
    await row(ctx, moment, (place + 1) % 4);
    await ctx.db.patch(_id, { ticks: ticks + 1 });
  },
});

/** A decision that needs all four of them. */
export const decide = mutation({
  args: { moment: v.number() },
  handler: async (ctx, { moment }) => {
    let sum = 0;
    for (let place = 0; place < 4; place++) sum += (await row(ctx, moment, place)).ticks;
    await ctx.db.insert("decisions", { moment, sum });
  },
});
