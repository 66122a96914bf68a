import { cronJobs } from "convex/server";
import { api, internal } from "./_generated/api";

const crons = cronJobs();
crons.interval("every minute", { minutes: 1 }, api.notes.increment, { name: "minutes" });
crons.daily("at noon", { hourUTC: 12, minuteUTC: 0 }, api.notes.increment, { name: "noons" });
crons.cron("at five past", "5 * * * *", api.notes.increment, { name: "fives" });
export default crons;
