import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  artists: defineTable({
    name: v.string(),
    lastSynced: v.optional(v.number()),
    catalogSyncAttemptedAt: v.optional(v.number()),
    catalogSyncStatus: v.optional(v.string()),
    showCount: v.optional(v.number()),
    trending: v.optional(v.number()),
  }).index("by_name", ["name"]),

  shows: defineTable({
    artistId: v.id("artists"),
    ticketmasterId: v.string(),
    status: v.union(v.literal("upcoming"), v.literal("completed")),
    date: v.number(),
  })
    .index("by_status_and_date", ["status", "date"])
    .index("by_artist", ["artistId", "ticketmasterId"])
    .index("by_ticketmaster", ["ticketmasterId"]),

  setlists: defineTable({
    showId: v.id("shows"),
    songs: v.array(v.string()),
  }).index("by_show", ["showId"]),

  songs: defineTable({
    spotifyId: v.string(),
    title: v.string(),
  }).index("by_spotify", ["spotifyId"]),

  artistSongs: defineTable({
    artistId: v.id("artists"),
    songId: v.id("songs"),
  }).index("by_artist", ["artistId"]),

  venues: defineTable({ ticketmasterId: v.string() }).index("by_ticketmaster", ["ticketmasterId"]),

  errors: defineTable({ operation: v.string(), message: v.string() }),
});
