// The music API: a token, the search, albums and their tracks. A request that is refused looks
// like an empty answer; nothing waits for a Retry-After.

const API = "https://api.spotify.com/v1";
const PAGE_PAUSE = 350;
const BATCH_PAUSE = 2000;
const ALBUMS_PER_BATCH = 10;
const ALBUMS_PER_PAGE = 50;
const NOT_STUDIO = /live|compilation|soundtrack|karaoke|tribute/i;

type Album = { id: string; name: string };
export type Track = { id: string; name: string };

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const get = (token: string, path: string) =>
  fetch(`${API}${path}`, { headers: { Authorization: `Bearer ${token}` } });

export async function fetchToken(): Promise<string> {
  const response = await fetch("https://accounts.spotify.com/api/token", {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  if (!response.ok) throw new Error(`no access token: ${response.status}`);
  return (await response.json()).access_token;
}

/** The artist's id there; null if there is none, or if the search was refused. */
export async function searchArtist(token: string, name: string): Promise<string | null> {
  const response = await get(token, `/search?type=artist&q=${encodeURIComponent(name)}`);
  if (!response.ok) return null;
  return (await response.json()).artists.items[0]?.id ?? null;
}

async function fetchAlbums(token: string, artist: string): Promise<Album[]> {
  const albums: Album[] = [];
  for (let offset = 0; ; offset += ALBUMS_PER_PAGE) {
    const response = await get(token, `/artists/${artist}/albums?limit=50&offset=${offset}`);
    if (!response.ok) return albums; // the listing ends with what it has
    await sleep(PAGE_PAUSE);
    const page = await response.json();
    albums.push(...page.items.filter((album: Album) => !NOT_STUDIO.test(album.name)));
    if (!page.next) return albums;
  }
}

async function fetchTracks(token: string, album: Album): Promise<Track[]> {
  const response = await get(token, `/albums/${album.id}/tracks?limit=50`);
  return response.ok ? (await response.json()).items : [];
}

/** Every track of the studio albums; an album whose request fails counts as empty. */
export async function fetchCatalog(token: string, artist: string): Promise<Track[]> {
  const albums = await fetchAlbums(token, artist);
  const tracks: Track[] = [];
  for (let first = 0; first < albums.length; first += ALBUMS_PER_BATCH) {
    if (first) await sleep(BATCH_PAUSE);
    const batch = albums.slice(first, first + ALBUMS_PER_BATCH);
    const pages = await Promise.all(batch.map((album) => fetchTracks(token, album)));
    await sleep(PAGE_PAUSE);
    tracks.push(...pages.flat());
  }
  return tracks;
}
