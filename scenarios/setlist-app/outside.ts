// The world outside the app: what the other services answer, and the visitors of the site.
// Nothing here is deployed; the scenarios name these functions.

import world from "./world.json";

const TRACKS_PER_ALBUM = 12;
type Request = { url: string };
type Catalog = { found: boolean; tracks: number };

/** What the music API knows of an artist, by the name that the app searches for. */
function catalogOf(name: string): Catalog {
  const [, kind, number] = /^(artist|import) (\d+)$/.exec(name) ?? [];
  if (kind === undefined) return { found: false, tracks: 0 };
  const known = kind === "artist" ? world.artists : world.imports;
  return known[Number(number) % known.length];
}

const parameter = (request: Request, name: string) => new URL(request.url).searchParams.get(name);
const artistIn = (request: Request) => decodeURIComponent(new URL(request.url).pathname.split("/")[3]);

export function search(request: Request) {
  const name = parameter(request, "q") ?? "";
  return { artists: { items: catalogOf(name).found ? [{ id: encodeURIComponent(name) }] : [] } };
}

/** Studio albums, or a live one that the app leaves out: of artists without importable tracks. */
export function albums(request: Request) {
  const name = artistIn(request);
  const { tracks } = catalogOf(decodeURIComponent(name));
  const offset = Number(parameter(request, "offset"));
  const all = Array.from({ length: Math.ceil(tracks / TRACKS_PER_ALBUM) }, (_, n) => ({
    id: encodeURIComponent(`${name}:${n}`), name: `album ${n}`,
  }));
  if (!all.length) all.push({ id: "live", name: "Live at Home" });
  return { items: all.slice(offset, offset + 50), next: offset + 50 < all.length || null };
}

export function tracks(request: Request) {
  const [name, album] = decodeURIComponent(artistIn(request)).split(":");
  const plain = decodeURIComponent(name);
  const first = Number(album) * TRACKS_PER_ALBUM;
  const count = Math.min(TRACKS_PER_ALBUM, catalogOf(plain).tracks - first);
  const items = Array.from({ length: count }, (_, n) => ({
    id: `${plain}-${first + n}`, name: `track ${first + n}`,
  }));
  return { items };
}

export function events(request: Request) {
  const [, kind, number] = /^(artist|import) (\d+)$/.exec(parameter(request, "keyword") ?? "") ?? [];
  const ids =
    kind === "import"
      ? Array.from({ length: world.import_shows }, (_, n) => `import ${number}-${n}`)
      : world.shows.filter((show) => show.artist === Number(number)).map((show) => show.id).sort();
  return { events: ids.map((id) => ({ id, venue: "venue", date: 1e6 })) };
}

// -- visitors ------------------------------------------------------------------------------------

type Client = {
  query: (path: string, args: object) => Promise<any>;
  mutation: (path: string, args: object) => Promise<any>;
  action: (path: string, args: object) => Promise<any>;
  subscribe: (path: string, args: object) => Promise<any>;
  ids: (table: string) => string[];
};
const unfilled = world.shows.flatMap((show, row) => (show.filled ? [] : [{ ...show, row }]))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** The page of a show that lacked a setlist at the start: it generates one. */
export async function viewPage(client: Client, _number: number, luck: number) {
  const show = unfilled[Math.floor(unfilled.length * luck)];
  const showId = client.ids("shows")[show.row];
  if ((await client.query("setlists:getByShow", { showId })) !== null) return;
  const artistId = client.ids("artists")[show.artist];
  await client.mutation("setlists:autoGenerateSetlist", { showId, artistId });
}

/** Somebody opens the page of any show, and leaves it open. */
export async function readPage(client: Client, _number: number, luck: number) {
  const shows = client.ids("shows");
  await client.subscribe("setlists:getByShow", { showId: shows[Math.floor(shows.length * luck)] });
}

export async function importArtist(client: Client, number: number) {
  await client.action("ticketmaster:triggerFullArtistSync", { name: `import ${number}` });
}
