import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation, internalQuery } from "./_generated/server";

const DAY = 24 * 60 * 60 * 1000;
const STALE_ARTISTS = 10;

export const getByIdInternal = internalQuery({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => await ctx.db.get(artistId),
});

/** The first artists without upcoming shows, or that were not synced within a day. */
export const getStale = internalQuery({
  args: {},
  handler: async (ctx) => {
    const upcoming = await ctx.db
      .query("shows")
      .withIndex("by_status_and_date", (q) => q.eq("status", "upcoming"))
      .collect();
    const touring = new Set(upcoming.map((show) => show.artistId));
    const stale = [];
    for await (const artist of ctx.db.query("artists")) {
      if (!touring.has(artist._id) || Date.now() - (artist.lastSynced ?? 0) > DAY) {
        stale.push({ _id: artist._id, name: artist.name });
        if (stale.length === STALE_ARTISTS) break;
      }
    }
    return stale;
  },
});

export const create = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) =>
    await ctx.db.insert("artists", { name, lastSynced: Date.now() }),
});

/** What the music API said of the artist; lastSynced is written even if nothing was imported. */
export const updateSpotifyData = internalMutation({
  args: { artistId: v.optional(v.id("artists")), name: v.optional(v.string()) },
  handler: async (ctx, { artistId, name }) => {
    const artist = artistId
      ? await ctx.db.get(artistId)
      : await ctx.db
          .query("artists")
          .withIndex("by_name", (q) => q.eq("name", name!))
          .unique();
    if (artist) await ctx.db.patch(artist._id, { lastSynced: Date.now() });
  },
});

/** Writes the arguments that are given, and only those. */
export const updateSyncStatus = internalMutation({
  args: {
    artistId: v.id("artists"),
    attemptedAt: v.optional(v.number()),
    status: v.optional(v.string()),
  },
  handler: async (ctx, { artistId, attemptedAt, status }) => {
    await ctx.db.patch(artistId, {
      ...(attemptedAt === undefined ? {} : { catalogSyncAttemptedAt: attemptedAt }),
      ...(status === undefined ? {} : { catalogSyncStatus: status }),
    });
  },
});

export const updateShowCount = internalMutation({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => {
    const shows = await ctx.db
      .query("shows")
      .withIndex("by_artist", (q) => q.eq("artistId", artistId))
      .collect();
    await ctx.db.patch(artistId, { showCount: shows.length, lastSynced: Date.now() });
  },
});

/** Whole-table jobs: every artist in one transaction. */
export const updateAllTrending = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const artist of await ctx.db.query("artists").collect()) {
      await ctx.db.patch(artist._id, { trending: artist.trending ?? 0 });
    }
  },
});

export const updateAllShowCounts = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const artist of await ctx.db.query("artists").collect()) {
      await ctx.db.patch(artist._id, { showCount: artist.showCount ?? 0 });
    }
  },
});

export const syncCounts = internalAction({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => {
    await ctx.runQuery(internal.shows.countByArtist, { artistId });
    await ctx.runMutation(internal.artists.updateShowCount, { artistId });
  },
});
