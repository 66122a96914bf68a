import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();
crons.interval("count downloads", { minutes: 5 }, internal.downloads.count, {});
crons.interval("rank the catalog", { hours: 6 }, internal.extensions.rank, {});
export default crons;
