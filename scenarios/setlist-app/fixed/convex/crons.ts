import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";
import { addBackgroundCrons } from "./background";

const crons = cronJobs();
crons.interval("refresh-auto-setlists", { hours: 12 }, internal.setlists.refreshMissingAutoSetlists, {
  limit: 20, includeCompleted: false,
});
addBackgroundCrons(crons);

export default crons;
