import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  users: defineTable({ name: v.string(), posts: v.number() }),
  posts: defineTable({ user: v.id("users"), text: v.string() }).index("by_user", ["user"]),
});
