import type { Crons } from "convex/server";
import { internal } from "./_generated/api";

/** The crons that the fix did not touch. */
export function addBackgroundCrons(crons: Crons) {
  const { artists, maintenance, setlistfm, shows, spotify, trending } = internal;
  crons.interval("update-trending", { hours: 4 }, trending.update, {});
  crons.interval("check-completed-shows", { hours: 2 }, shows.reviewAll, {});
  crons.interval("daily-cleanup", { hours: 24 }, shows.reviewAll, {});
  crons.interval("setlistfm-scan", { minutes: 30 }, setlistfm.scan, {});
  crons.interval("sync-engagement-counts", { hours: 1 }, shows.reviewAll, {});
  crons.interval("update-artist-show-counts", { hours: 2 }, artists.updateAllShowCounts, {});
  crons.interval("update-artist-trending", { hours: 4 }, artists.updateAllTrending, {});
  crons.interval("update-show-trending", { hours: 4 }, shows.reviewAll, {});
  crons.interval("auto-transition-shows", { hours: 2 }, shows.reviewAll, {});
  crons.interval("populate-missing-fields", { hours: 1 }, maintenance.populateMissingFields, {});
  crons.interval("spotify-refresh", { hours: 12 }, spotify.refreshAll, {});
}
