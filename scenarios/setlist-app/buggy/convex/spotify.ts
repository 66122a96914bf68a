"use node";

import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { type ActionCtx, internalAction } from "./_generated/server";
import { skipsCatalogSync } from "./guards";
import { fetchCatalog, fetchToken, searchArtist } from "./spotifyApi";

/** The artists of the front page. */
const FEATURED = Array.from({ length: 20 }, (_, number) => `artist ${number}`);

export const syncArtistCatalog = internalAction({
  args: { artistId: v.id("artists") },
  handler: async (ctx, { artistId }) => {
    const artist = await ctx.runQuery(internal.artists.getByIdInternal, { artistId });
    const songs = await ctx.runQuery(internal.songs.getByArtistInternal, { artistId });
    if (!artist || skipsCatalogSync(artist, songs.length > 0, Date.now())) return;
    try {
      const token = await fetchToken();
      const spotifyId = await searchArtist(token, artist.name);
      if (!spotifyId) return;
      await ctx.runMutation(internal.artists.updateSpotifyData, { artistId });
      await importCatalog(ctx, artistId, token, spotifyId);
      // Every show of the artist that has no setlist yet, one after another.
      const shows = await ctx.runQuery(internal.shows.getAllByArtistInternal, { artistId });
      for (const show of shows) {
        const setlist = await ctx.runQuery(api.setlists.getByShow, { showId: show._id });
        if (setlist) continue;
        await ctx.runMutation(api.setlists.autoGenerateSetlist, {
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
