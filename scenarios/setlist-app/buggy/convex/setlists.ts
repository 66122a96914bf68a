import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalMutation, mutation, query, type MutationCtx } from "./_generated/server";
import { decideSetlist } from "./guards";

const SETLIST_SONGS = 5;

/** Schedules the setlist of every show that has none. There is no cursor: always the first rows. */
export const refreshMissingAutoSetlists = internalMutation({
  args: { limit: v.number(), includeCompleted: v.boolean() },
  handler: async (ctx, { limit, includeCompleted }) => {
    const shows = includeCompleted
      ? await ctx.db.query("shows").take(limit)
      : await ctx.db
          .query("shows")
          .withIndex("by_status_and_date", (q) => q.eq("status", "upcoming"))
          .take(limit);
    let scheduled = 0;
    for (const show of shows) {
      const setlist = await ctx.db
        .query("setlists")
        .withIndex("by_show", (q) => q.eq("showId", show._id))
        .first();
      if (setlist) continue; // any row counts, even an empty one
      await ctx.scheduler.runAfter(0, api.setlists.autoGenerateSetlist, {
        showId: show._id, artistId: show.artistId,
      });
      scheduled += 1;
    }
    return scheduled;
  },
});

export const autoGenerateSetlist = mutation({
  args: { showId: v.id("shows"), artistId: v.id("artists") },
  handler: generateSetlist,
});

/** The show's setlist from the artist's songs; without any, a sync that will bring some. */
export async function generateSetlist(
  ctx: MutationCtx,
  { showId, artistId }: { showId: Id<"shows">; artistId: Id<"artists"> },
) {
  const setlist = await ctx.db
    .query("setlists")
    .withIndex("by_show", (q) => q.eq("showId", showId))
    .first();
  const links = await ctx.db
    .query("artistSongs")
    .withIndex("by_artist", (q) => q.eq("artistId", artistId))
    .collect();
  const songs = [];
  for (const link of links) {
    const song = await ctx.db.get(link.songId);
    if (song) songs.push(song.title);
  }
  const artist = songs.length ? null : await ctx.db.get(artistId);
  switch (decideSetlist(songs.length, setlist?.songs.length ?? null, artist, Date.now())) {
    case "existing":
      return setlist!._id;
    case "fill": {
      const chosen = songs.slice(0, SETLIST_SONGS);
      if (!setlist) return await ctx.db.insert("setlists", { showId, songs: chosen });
      await ctx.db.patch(setlist._id, { songs: chosen });
      return setlist._id;
    }
    default:
      await ctx.scheduler.runAfter(0, internal.spotify.syncArtistCatalog, { artistId });
      return null;
  }
}

export const getByShow = query({
  args: { showId: v.id("shows") },
  handler: async (ctx, { showId }) =>
    await ctx.db
      .query("setlists")
      .withIndex("by_show", (q) => q.eq("showId", showId))
      .first(),
});
