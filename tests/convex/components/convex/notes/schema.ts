import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  people: defineTable({ text: v.string(), answers: v.optional(v.id("people")) }).index("by_text", ["text"]),
});
