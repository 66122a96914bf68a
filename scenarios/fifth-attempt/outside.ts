const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Eight ticks of four rows within a second and a half, and a decision among them. */
async function moment(client: any, number: number, luck: number, decide: () => Promise<unknown>) {
  await client.mutation("core:begin", { moment: number });
  const ticks = Array.from({ length: 8 }, async (_, n) => {
    await wait(((luck * 7919 * (n + 1)) % 1) * 1500);
    await client.mutation("core:tick", { moment: number, place: n % 4 });
  });
  await Promise.allSettled([...ticks, decide()]);
}

/** The decision is called once: five attempts. */
export async function once(client: any, number: number, luck: number) {
  const decide = () => client.mutation("core:decide", { moment: number });
  await moment(client, number, luck, decide);
}

/** Called again two seconds later if it has failed: a sixth attempt, when the rows are quiet. */
export async function again(client: any, number: number, luck: number) {
  await moment(client, number, luck, async () => {
    try {
      await client.mutation("core:decide", { moment: number });
    } catch {
      await wait(2000);
      await client.mutation("core:decide", { moment: number });
    }
  });
}
