import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import { action, internalAction } from "./_generated/server";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

export const inParallel = action({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    const began = Date.now();
    const answers = await Promise.all(
      Array.from({ length: count }, (_, n) => fetch(`https://api.example.com/item/${n}`)),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    return { took: Date.now() - began, statuses: answers.map((a) => a.status), texts };
  },
});
export const oneByOne = action({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    const began = Date.now();
    for (let n = 0; n < count; n++) await fetch(`https://api.example.com/item/${n}`);
    return Date.now() - began;
  },
});
export const counts = action({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(api.notes.increment, { name: "action" });
    await Promise.all([1, 2, 3].map(() => ctx.runMutation(api.notes.increment, { name: "action" })));
    return await ctx.runQuery(api.notes.counter, { name: "action" });
  },
});
export const catches = action({
  args: {},
  handler: async (ctx) => {
    try {
      await ctx.runMutation(api.notes.increment, { name: "x", fail: true });
    } catch (error: any) {
      return { message: error.message, data: error.data };
    }
  },
});
export const leavesBehind = action({
  args: {},
  handler: async (ctx) => { void ctx.runMutation(internal.notes.bump, { name: "left" }); },
});
export const sleeps = action({
  args: { ms: v.number() },
  handler: async (_, { ms }) => { const began = Date.now(); await sleep(ms); return Date.now() - began; },
});
export const endless = internalAction({ args: {}, handler: async () => { for (;;); } });
export const nested = action({
  args: { deep: v.number() },
  handler: async (ctx, { deep }): Promise<number> =>
    deep ? 1 + (await ctx.runAction(api.actions.nested, { deep: deep - 1 })) : 0,
});
export const stores = action({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.storage.store(new Blob(["hello"], { type: "text/plain" }));
    return [await ctx.storage.getUrl(id), (await (ctx.storage as any).getMetadata(id)).size];
  },
});
export const escapes = action({
  args: {},
  handler: async () => {
    const found: string[] = [];
    const tries: Record<string, () => unknown> = {
      eval: () => (0, eval)("1"),
      Function: () => new Function("return 1")(),
      constructor: () => (globalThis as any).constructor.constructor("return process.binding")(),
      convex: () => ((globalThis as any).Convex.syscall.constructor as any)("return process.mainModule")(),
      require: () => (globalThis as any).require("fs").readFileSync("/etc/hostname"),
      binding: () => (process as any).binding("fs"),
      mainModule: () => { if (!(process as any).mainModule) throw new Error("none"); },
    };
    for (const [name, attempt] of Object.entries(tries)) {
      try { attempt(); found.push(name); } catch { /* as it should be */ }
    }
    return found;
  },
});
export const imports = action({
  args: {},
  handler: async () => { const name = "node:" + "fs"; try { await import(name); return "imported"; } catch { return "refused"; } },
});
export const memory = action({
  args: {},
  handler: async () => { const held = []; for (;;) held.push(new Array(100_000).fill(held.length)); },
});

/** Schedules a job, cancels it, and cancels one that has run. */
export const scheduleAndCancel = action({
  args: {},
  handler: async (ctx) => {
    const done = await ctx.scheduler.runAfter(0, internal.notes.bump, { name: "ran" });
    const id = await ctx.scheduler.runAfter(60_000, internal.notes.bump, { name: "cancelled" });
    await sleep(30_000);
    await ctx.scheduler.cancel(id);
    await ctx.scheduler.cancel(done);
  },
});
