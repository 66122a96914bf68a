import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();
crons.interval("count", { minutes: 1 }, internal.events.count, {
  broadcast: "news", kind: "delivered",
});
export default crons;
