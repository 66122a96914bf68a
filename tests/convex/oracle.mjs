// Runs programs in convex-test: reads them as JSON, writes what every step gave.
import fs from "node:fs";
import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import * as oracle from "./convex/oracle";
import schema from "./convex/schema";

const modules = {
  "./convex/_generated/api.js": async () => ({}),
  "./convex/oracle.ts": async () => oracle,
};
const run = makeFunctionReference("oracle:run"), page = makeFunctionReference("oracle:page");
const answers = [];
for (const { transactions, pages } of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const t = convexTest(schema, modules);
  let ids = [];
  const answer = [];
  for (const ops of transactions) {
    const done = await t.mutation(run, { ops, ids });
    ids = done.ids;
    answer.push(done.results);
  }
  let cursor = null;
  const seen = [];
  for (let n = 0; n < 20; n++) {
    const got = await t.mutation(page, { op: pages, cursor, numItems: pages.size });
    seen.push(...got.page);
    if (got.isDone) break;
    cursor = got.continueCursor;
  }
  answers.push([answer, seen, ids]);
}
process.stdout.write(JSON.stringify(answers));
