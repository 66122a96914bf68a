import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  extensions: defineTable({
    name: v.string(),
    readme: v.string(),
    downloads: v.number(),
  }).index("by_downloads", ["downloads"]),
  downloads: defineTable({ extension: v.id("extensions"), at: v.number() }),
});
