"use node";

import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { type ActionCtx, internalAction } from "./_generated/server";
import { skipsCatalogSync } from "./guards";
import { fetchCatalog, fetchToken, searchArtist } from "./spotifyApi";

/** The artists of the front page. */
const FEATURED = Array.from({ length: 20 }, (_, number) => `artist ${number}`);
const CASCADE_LIMIT = 10;
const CASCADE_STAGGER = 5 * 1000;

export const syncArtistCatalog = internalAction({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => {
    const artist = await ctx.runQuery(internal.artists.getByIdInternal, { artistId });
    if (!artist || skipsCatalogSync(artist, false, Date.now())) return;
    const mark = (fields: { attemptedAt?: number; status: string }) =>
      ctx.runMutation(internal.artists.updateSyncStatus, { artistId, ...fields });
    try {
      await mark({ attemptedAt: Date.now(), status: "syncing" });
      const token = await fetchToken();
      const spotifyId = await searchArtist(token, artist.name);
      if (!spotifyId) return;
      await ctx.runMutation(internal.artists.updateSpotifyData, { artistId });
      const imported = await importCatalog(ctx, artistId, token, spotifyId);
      await mark({ status: imported ? "completed" : "failed" });
      if (!imported) return;
      // The first shows of the artist, some seconds apart.
      const shows = await ctx.runQuery(internal.shows.getAllByArtistInternal, { artistId });
      for (const [position, show] of shows.slice(0, CASCADE_LIMIT).entries()) {
        const delay = position * CASCADE_STAGGER;
        await ctx.scheduler.runAfter(delay, api.setlists.autoGenerateSetlist, {
          showId: show._id, artistId,
        });
      }
    } catch (error) {
      await ctx.runMutation(internal.errorTracking.logError, {
        operation: "syncArtistCatalog", message: String(error),
      });
    }
  },
});

async function importCatalog(
  ctx: ActionCtx, artistId: Id<"artists">, token: string, spotifyId: string,
): Promise<number> {
  const tracks = await fetchCatalog(token, spotifyId);
  for (const track of tracks) {
    const songId = await ctx.runMutation(internal.songs.create, {
      spotifyId: track.id, title: track.name,
    });
    await ctx.runMutation(internal.artistSongs.create, { artistId, songId });
  }
  return tracks.length;
}

export const refreshArtistBasics = internalAction({
  args: { artistId: v.id("artists"), name: v.string() },
  handler: async (ctx, { artistId, name }) => {
    const token = await fetchToken();
    if (await searchArtist(token, name)) {
      await ctx.runMutation(internal.artists.updateSpotifyData, { artistId });
    }
  },
});

export const refreshAll = internalAction({
  args: {},
  handler: async (ctx) => {
    const token = await fetchToken();
    for (const name of FEATURED) {
      if (await searchArtist(token, name)) {
        await ctx.runMutation(internal.artists.updateSpotifyData, { name });
      }
    }
  },
});
