/** A mail has been delivered: the mail service calls the webhook. */
export async function delivered(client: any, number: number) {
  const body = { broadcast: "news", kind: "delivered", recipient: `reader ${number}` };
  await client.action("http:POST /delivered", { body });
}
