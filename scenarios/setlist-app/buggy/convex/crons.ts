import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";
import { addBackgroundCrons } from "./background";

const crons = cronJobs();
crons.interval("refresh-auto-setlists", { hours: 6 }, internal.setlists.refreshMissingAutoSetlists, {
  limit: 60, includeCompleted: false,
});
crons.interval("backfill-legacy-setlists", { hours: 168 }, internal.setlists.refreshMissingAutoSetlists, {
  limit: 200, includeCompleted: true,
});
addBackgroundCrons(crons);

export default crons;
