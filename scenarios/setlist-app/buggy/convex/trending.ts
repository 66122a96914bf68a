import { internal } from "./_generated/api";
import { internalAction } from "./_generated/server";

export const update = internalAction({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(internal.artists.updateAllShowCounts, {});
    await ctx.runMutation(internal.artists.updateAllTrending, {});
    await ctx.runMutation(internal.shows.reviewAll, {});
  },
});
