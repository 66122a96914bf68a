// Interprets a list of operations in one transaction: the same here and in convex-test.
import { mutationGeneric as mutation } from "convex/server";
import { v } from "convex/values";

const bounds: Record<string, (q: any, field: string, value: any) => any> = {
  eq: (q, field, value) => q.eq(field, value),
  gt: (q, field, value) => q.gt(field, value),
  gte: (q, field, value) => q.gte(field, value),
  lt: (q, field, value) => q.lt(field, value),
  lte: (q, field, value) => q.lte(field, value),
};

function queryOf(db: any, op: any) {
  let query = db.query("notes");
  if (op.index) {
    query = query.withIndex(op.index, (q: any) =>
      op.range.reduce((range: any, [kind, field, value]: any) => bounds[kind](range, field, value), q),
    );
  }
  if (op.order) query = query.order(op.order);
  if (op.filter) {
    const [kind, field, value] = op.filter;
    query = query.filter((q: any) =>
      kind === "not" ? q.not(q.eq(q.field(field), value)) : bounds[kind](q, q.field(field), value),
    );
  }
  return query;
}

async function perform(db: any, op: any, ids: string[]): Promise<any> {
  const id = ids[op.doc % Math.max(1, ids.length)];
  switch (op.kind) {
    case "insert": ids.push(await db.insert("notes", op.value)); return ids.length;
    case "patch": return (await db.patch(id, op.value)) ?? null;
    case "replace": return (await db.replace(id, op.value)) ?? null;
    case "delete": return (await db.delete(id)) ?? null;
    case "get": return await db.get(id);
    case "collect": return await queryOf(db, op).collect();
    case "take": return await queryOf(db, op).take(op.count);
    case "first": return await queryOf(db, op).first();
    case "unique": return await queryOf(db, op).unique();
  }
}

export const run = mutation({
  args: { ops: v.array(v.any()), ids: v.array(v.string()) },
  handler: async ({ db }, { ops, ids }) => {
    const results = [];
    for (const op of ops) {
      try { results.push(await perform(db, op, ids)); } catch { results.push("an error"); }
    }
    return { results, ids };
  },
});

export const page = mutation({
  args: { op: v.any(), cursor: v.union(v.string(), v.null()), numItems: v.number() },
  handler: async ({ db }, { op, cursor, numItems }) =>
    await queryOf(db, op).paginate({ cursor, numItems }),
});
