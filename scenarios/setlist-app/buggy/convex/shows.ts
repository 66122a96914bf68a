import { v } from "convex/values";
import { api } from "./_generated/api";
import { internalMutation, internalQuery } from "./_generated/server";
import { generateSetlist } from "./setlists";

const ENOUGH_SONGS = 5;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** When the setlist of a show that still lacks songs is tried again. */
const SEEDING_DELAYS = [0, 10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE];

export const getAllByArtistInternal = internalQuery({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) =>
    await ctx.db
      .query("shows")
      .withIndex("by_artist", (q) => q.eq("artistId", artistId))
      .collect(),
});

export const countByArtist = internalQuery({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => {
    const shows = await ctx.db
      .query("shows")
      .withIndex("by_artist", (q) => q.eq("artistId", artistId))
      .collect();
    return shows.length;
  },
});

/** A new show gets its setlist at once; an existing one that lacks songs is seeded again. */
export const createFromTicketmaster = internalMutation({
  args: { artistId: v.id("artists"), ticketmasterId: v.string(), date: v.number() },
  handler: async (ctx, { artistId, ticketmasterId, date }) => {
    await ctx.db.patch(artistId, {});
    const existing = await ctx.db
      .query("shows")
      .withIndex("by_ticketmaster", (q) => q.eq("ticketmasterId", ticketmasterId))
      .unique();
    if (!existing) {
      const showId = await ctx.db.insert("shows", {
        artistId, ticketmasterId, status: "upcoming", date,
      });
      await generateSetlist(ctx, { showId, artistId });
      return;
    }
    const showId = existing._id;
    const setlist = await ctx.db
      .query("setlists")
      .withIndex("by_show", (q) => q.eq("showId", showId))
      .first();
    if ((setlist?.songs.length ?? 0) >= ENOUGH_SONGS) return;
    for (const delay of SEEDING_DELAYS) {
      await ctx.scheduler.runAfter(delay, api.setlists.autoGenerateSetlist, {
        showId, artistId,
      });
    }
  },
});

/** Looks at every show and finds nothing to change. */
export const reviewAll = internalMutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.query("shows").collect();
  },
});
