import { v } from "convex/values";
import { PersistentTextStreaming, StreamId } from "@convex-dev/persistent-text-streaming";
import { components } from "./_generated/api";
import { mutation, query } from "./_generated/server";

const streaming = new PersistentTextStreaming(components.persistentTextStreaming);

/** A question whose answer is streamed into the component's tables. */
export const ask = mutation({
  args: { question: v.string() },
  handler: async (ctx, { question }) => {
    const stream = await streaming.createStream(ctx);
    return await ctx.db.insert("answers", { question, stream });
  },
});

/** The answer as far as it has come. */
export const answer = query({
  args: { id: v.id("answers") },
  handler: async (ctx, { id }) => {
    const { stream } = (await ctx.db.get(id))!;
    return await streaming.getStreamBody(ctx, stream as StreamId);
  },
});
