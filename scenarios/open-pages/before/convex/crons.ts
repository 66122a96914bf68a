import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();
crons.interval("count downloads", { minutes: 5 }, internal.downloads.count, {});
export default crons;
