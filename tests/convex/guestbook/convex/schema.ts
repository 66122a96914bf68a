import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  counters: defineTable({ visits: v.number() }),
  messages: defineTable({ author: v.string(), text: v.string() })
    .index("by_author", ["author"])
    .searchIndex("search_text", { searchField: "text" }),
});
