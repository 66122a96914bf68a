"use node";

import { v } from "convex/values";
import { internal } from "./_generated/api";
import { action, internalAction } from "./_generated/server";

const MAX_EVENTS = 200;
const EVENT_PAUSE = 75;
const SECOND = 1000;

export const syncArtistShows = internalAction({
  args: { artistId: v.id("artists"), name: v.string() },
  handler: async (ctx, { artistId, name }) => {
    const response = await fetch(
      `https://app.ticketmaster.com/discovery/v2/events?keyword=${encodeURIComponent(name)}`,
    );
    if (!response.ok) return;
    const { events } = await response.json();
    for (const event of events.slice(0, MAX_EVENTS)) {
      await ctx.runMutation(internal.venues.createFromTicketmaster, {
        ticketmasterId: event.venue,
      });
      await ctx.runMutation(internal.shows.createFromTicketmaster, {
        artistId, ticketmasterId: event.id, date: event.date,
      });
      await new Promise((done) => setTimeout(done, EVENT_PAUSE));
    }
    await ctx.runQuery(internal.shows.countByArtist, { artistId });
    await ctx.runMutation(internal.artists.updateShowCount, { artistId });
  },
});

/** A user imports an artist: its row, then its shows, catalog, basics and counts. */
export const triggerFullArtistSync = action({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const artistId = await ctx.runMutation(internal.artists.create, { name });
    const { scheduler } = ctx;
    await scheduler.runAfter(0, internal.ticketmaster.syncArtistShows, { artistId, name });
    await scheduler.runAfter(3 * SECOND, internal.spotify.syncArtistCatalog, { artistId });
    await scheduler.runAfter(6 * SECOND, internal.spotify.refreshArtistBasics, { artistId, name });
    await scheduler.runAfter(10 * SECOND, internal.artists.syncCounts, { artistId });
  },
});
