import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  answers: defineTable({ question: v.string(), stream: v.string() }),
});
