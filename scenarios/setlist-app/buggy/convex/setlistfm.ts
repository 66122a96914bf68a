"use node";

import { internal } from "./_generated/api";
import { internalAction } from "./_generated/server";

export const scan = internalAction({
  args: {},
  handler: async (ctx) => {
    await ctx.runQuery(internal.artists.getStale, {});
    await fetch("https://api.setlist.fm/rest/1.0/search/setlists");
  },
});
