import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  limits: defineTable({ shard: v.number(), left: v.number() }).index("by_shard", ["shard"]),
  cards: defineTable({ title: v.string() }),
});
