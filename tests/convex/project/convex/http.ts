import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/count", method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { name } = await request.json();
    await ctx.runMutation(api.notes.increment, { name });
    return new Response(String(await ctx.runQuery(api.notes.counter, { name })), { status: 201 });
  }),
});
export default http;
