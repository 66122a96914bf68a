import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

/** Fills an empty deployment with a world: artists with catalogs and shows, as world.json lists. */
export const fill = internalMutation({
  args: {
    artists: v.array(v.any()),
    shows: v.array(v.any()),
    imports: v.array(v.any()),
    import_shows: v.number(),
  },
  handler: async (ctx, world) => {
    const artistIds = [];
    for (const [number, artist] of world.artists.entries()) {
      const { lastSynced } = artist;
      const name = `artist ${number}`;
      const artistId = await ctx.db.insert("artists", lastSynced ? { name, lastSynced } : { name });
      artistIds.push(artistId);
      for (let track = 0; track < artist.songs; track++) {
        const id = `artist ${number}-${track}`;
        const songId = await ctx.db.insert("songs", { spotifyId: id, title: `track ${track}` });
        await ctx.db.insert("artistSongs", { artistId, songId });
      }
    }
    for (const show of world.shows) {
      const showId = await ctx.db.insert("shows", {
        artistId: artistIds[show.artist],
        ticketmasterId: show.id,
        status: show.upcoming === null ? "completed" : "upcoming",
        date: show.upcoming ?? 0,
      });
      if (show.filled) {
        const songs = ["1", "2", "3", "4", "5"];
        await ctx.db.insert("setlists", { showId, songs });
      }
    }
    await ctx.db.insert("venues", { ticketmasterId: "venue" });
  },
});
