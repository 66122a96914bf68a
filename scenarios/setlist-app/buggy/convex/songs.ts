import { v } from "convex/values";
import { internalMutation, internalQuery } from "./_generated/server";

export const getByArtistInternal = internalQuery({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => {
    const links = await ctx.db
      .query("artistSongs")
      .withIndex("by_artist", (q) => q.eq("artistId", artistId))
      .collect();
    return await Promise.all(links.map((link) => ctx.db.get(link.songId)));
  },
});

export const create = internalMutation({
  args: { spotifyId: v.string(), title: v.string() },
  handler: async (ctx, song) => {
    const existing = await ctx.db
      .query("songs")
      .withIndex("by_spotify", (q) => q.eq("spotifyId", song.spotifyId))
      .unique();
    return existing?._id ?? (await ctx.db.insert("songs", song));
  },
});
