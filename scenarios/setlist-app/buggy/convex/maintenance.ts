import { internal } from "./_generated/api";
import { internalAction } from "./_generated/server";

export const populateMissingFields = internalAction({
  args: {},
  handler: async (ctx) => {
    const stale = await ctx.runQuery(internal.artists.getStale, {});
    for (const { _id: artistId, name } of stale) {
      await ctx.runAction(internal.ticketmaster.syncArtistShows, { artistId, name });
    }
  },
});
