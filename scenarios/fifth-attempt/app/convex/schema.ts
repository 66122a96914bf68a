import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  rows: defineTable({ moment: v.number(), place: v.number(), ticks: v.number() })
    .index("by_moment", ["moment", "place"]),
  decisions: defineTable({ moment: v.number(), sum: v.number() }),
});
