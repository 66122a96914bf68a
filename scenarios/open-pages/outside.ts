/** A visitor who downloads one of the extensions. */
export async function download(client: any, _number: number, luck: number) {
  const ids = client.ids("extensions");
  await client.mutation("downloads:record", { extension: ids[Math.floor(luck * ids.length)] });
}
