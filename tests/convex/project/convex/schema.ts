import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({
    owner: v.string(),
    text: v.string(),
    rank: v.optional(v.union(v.number(), v.int64(), v.null())),
  })
    .index("by_owner", ["owner", "rank"])
    .index("by_rank", ["rank"]),
  counters: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]),
  jobs: defineTable({ id: v.id("_scheduled_functions"), what: v.string() }),
});
