import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  events: defineTable({ broadcast: v.string(), kind: v.string(), recipient: v.string() })
    .index("by_broadcast", ["broadcast", "kind"]),
  counters: defineTable({ broadcast: v.string(), kind: v.string(), count: v.number() })
    .index("by_broadcast", ["broadcast", "kind"]),
});
