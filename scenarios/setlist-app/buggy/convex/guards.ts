// When a catalog is synced, and what is done for a show without a setlist: every decision of the
// incident in one place. A timestamp that is missing or zero is unset.

const HOUR = 60 * 60 * 1000;
export const GUARD_WINDOW = 1 * HOUR;

type SyncState = {
  lastSynced?: number;
  catalogSyncAttemptedAt?: number;
  catalogSyncStatus?: string;
};

const isRecent = (now: number, at: number | undefined) => !!at && now - at < GUARD_WINDOW;

/** Whether syncArtistCatalog has nothing to do: the artist was synced a short while ago. */
export function skipsCatalogSync(artist: SyncState, hasSongs: boolean, now: number): boolean {
  // An artist without songs is synced whatever lastSynced says: its catalog is still missing.
  return hasSongs && isRecent(now, artist.lastSynced);
}

export type SetlistDecision = "existing" | "fill" | "wait" | "sync";

/** What autoGenerateSetlist does; setlistSongs is null if the show has no setlist. */
export function decideSetlist(
  artistSongs: number,
  setlistSongs: number | null,
  _artist: SyncState | null,
  _now: number,
): SetlistDecision {
  if (setlistSongs) return "existing";
  if (artistSongs > 0) return "fill";
  return "sync";
}
