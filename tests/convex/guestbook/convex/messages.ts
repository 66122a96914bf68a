import { v } from "convex/values";
import { action, internalMutation, mutation, query } from "./_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => await ctx.db.query("messages").order("desc").take(20),
});

export const find = query({
  args: {},
  handler: async (ctx) =>
    await ctx.db
      .query("messages")
      .withSearchIndex("search_text", (q) => q.search("text", "hello"))
      .take(5),
});

export const send = mutation({
  args: { author: v.string(), text: v.string() },
  handler: async (ctx, message) => {
    await ctx.db.insert("messages", message);
  },
});

export const clear = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id } of (await ctx.db.query("messages").order("desc").take(1000)).slice(100)) {
      await ctx.db.delete(_id);
    }
  },
});

export const weather = action({
  args: {},
  handler: async () => {
    const key = process.env.WEATHER_KEY;
    const response = await fetch(`https://api.weather.example/now?key=${key}`);
    if (!response.ok) throw new Error(`the weather service says ${response.status}`);
    return await response.json();
  },
});
