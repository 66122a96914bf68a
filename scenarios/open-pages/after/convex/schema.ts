import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  extensions: defineTable({ name: v.string(), readme: v.string(), rank: v.number() })
    .index("by_rank", ["rank"]),
  counts: defineTable({ extension: v.id("extensions"), downloads: v.number() })
    .index("by_extension", ["extension"]),
  downloads: defineTable({ extension: v.id("extensions"), at: v.number() }),
});
