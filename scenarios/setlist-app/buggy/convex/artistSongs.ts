import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

export const create = internalMutation({
  args: { artistId: v.id("artists"), songId: v.id("songs") },
  handler: async (ctx, { artistId, songId }) => {
    const links = await ctx.db
      .query("artistSongs")
      .withIndex("by_artist", (q) => q.eq("artistId", artistId))
      .collect();
    if (links.some((link) => link.songId === songId)) return;
    await ctx.db.insert("artistSongs", { artistId, songId });
  },
});
