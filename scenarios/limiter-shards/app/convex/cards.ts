import { mutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";

const SHARDS = () => Number(process.env.SHARDS);

async function shard(ctx: MutationCtx, number: number) {
  return await ctx.db
    .query("limits")
    .withIndex("by_shard", (q) => q.eq("shard", number))
    .unique();
}

/** Takes one from the fuller of two shards. */
async function consume(ctx: MutationCtx) {
  const first = Math.floor(Math.random() * SHARDS());
  const second = (first + 1 + Math.floor(Math.random() * (SHARDS() - 1))) % SHARDS();
  const [a, b] = [await shard(ctx, first), await shard(ctx, second)];
  const fuller = (a?.left ?? 0) >= (b?.left ?? 0) ? a : b;
  if (fuller === null || fuller.left < 1) throw new Error("too many cards");
  await ctx.db.patch(fuller._id, { left: fuller.left - 1 });
}

/** A card is created if the rate limit lets it. */
export const create = mutation({
  args: {},
  handler: async (ctx) => {
    await consume(ctx);
    await ctx.db.insert("cards", { title: "new" });
  },
});
