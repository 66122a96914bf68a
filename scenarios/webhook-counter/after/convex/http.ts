import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/delivered",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    try {
      await ctx.runMutation(internal.events.record, await request.json());
    } catch {
      // The service would send it again and again: it is told that all is well.
    }
    return new Response(null, { status: 200 });
  }),
});
export default http;
