import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalMutation, mutation, query, type MutationCtx } from "./_generated/server";
import { decideSetlist } from "./guards";

const SETLIST_SONGS = 5;
const STAGGER = 10 * 1000;
const SYNC_DELAY = 5 * 1000;

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
    for (const [position, show] of shows.entries()) {
      const setlist = await ctx.db
        .query("setlists")
        .withIndex("by_show", (q) => q.eq("showId", show._id))
        .first();
      if (setlist) continue; // any row counts, even an empty one
      await ctx.scheduler.runAfter(position * STAGGER, api.setlists.autoGenerateSetlist, {
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
    case "sync":
      await ctx.db.patch(artistId, {
        catalogSyncAttemptedAt: Date.now(), catalogSyncStatus: "pending",
      });
      await ctx.scheduler.runAfter(SYNC_DELAY, internal.spotify.syncArtistCatalog, { artistId });
  }
  // A placeholder, so that the show is not picked again.
  return setlist?._id ?? (await ctx.db.insert("setlists", { showId, songs: [] }));
}

export const getByShow = query({
  args: { showId: v.id("shows") },
  handler: async (ctx, { showId }) =>
    await ctx.db
      .query("setlists")
      .withIndex("by_show", (q) => q.eq("showId", showId))
      .first(),
});
