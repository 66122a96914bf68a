// A small use of each component.
import { v } from "convex/values";
import { ActionRetrier } from "@convex-dev/action-retrier";
import { DirectAggregate } from "@convex-dev/aggregate";
import { Crons } from "@convex-dev/crons";
import { PersistentTextStreaming } from "@convex-dev/persistent-text-streaming";
import { Presence } from "@convex-dev/presence";
import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { ShardedCounter } from "@convex-dev/sharded-counter";
import { WorkflowManager } from "@convex-dev/workflow";
import { Workpool } from "@convex-dev/workpool";
import { components, internal } from "./_generated/api";
import { internalAction, internalMutation, mutation, query } from "./_generated/server";

const pool = new Workpool(components.pool, { maxParallelism: 10 });
const retrier = new ActionRetrier(components.actionRetrier, { initialBackoffMs: 250, base: 2, maxFailures: 4 });
const scores = new DirectAggregate<{ Key: number; Id: string }>(components.aggregate);
const counter = new ShardedCounter(components.shardedCounter, { defaultShards: 16 });
const crons = new Crons(components.crons);
const streaming = new PersistentTextStreaming(components.persistentTextStreaming);
const presence = new Presence(components.presence);
const workflow = new WorkflowManager(components.workflow);
const limiter = new RateLimiter(components.rateLimiter, {
  send: { kind: "fixed window", rate: 5, period: MINUTE },
});

export const send = internalAction({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ctx.runMutation(internal.work.done, { name });
  },
});
export const done = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => { await ctx.db.insert("people", { name, done: true }); },
});
export const enqueue = mutation({
  args: { jobs: v.number() },
  handler: async (ctx, { jobs }) => {
    for (let n = 0; n < jobs; n++) await pool.enqueueAction(ctx, internal.work.send, { name: `n${n}` });
  },
});

export const sometimes = internalAction({
  args: {},
  handler: async (ctx) => {
    if ((await ctx.runQuery(internal.work.tries, {})) < 2) {
      await ctx.runMutation(internal.work.done, { name: "try" });
      throw new Error("not yet");
    }
    await ctx.runMutation(internal.work.done, { name: "through" });
  },
});
export const tries = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("people").collect()).length,
});
export const retry = mutation({ args: {}, handler: async (ctx) => { await retrier.run(ctx, internal.work.sometimes, {}); } });

export const score = mutation({
  args: {},
  handler: async (ctx) => {
    for (const key of [3, 1, 2]) await scores.insert(ctx, { key, id: `p${key}` });
    return [await scores.count(ctx), await scores.max(ctx), (await scores.at(ctx, 0)).key];
  },
});
export const bump = mutation({ args: {}, handler: async (ctx) => { await counter.inc(ctx, "visits"); } });
export const bumped = query({ args: {}, handler: async (ctx) => counter.count(ctx, "visits") });

export const every = mutation({
  args: {},
  handler: async (ctx) => { await crons.register(ctx, { kind: "interval", ms: 60_000 }, internal.work.done, { name: "cron" }, "each minute"); },
});

export const steps = workflow.define({
  args: { count: v.number() },
  handler: async (step, { count }): Promise<void> => {
    for (let n = 0; n < count; n++) await step.runMutation(internal.work.done, { name: `step ${n}` });
  },
});
export const follow = mutation({
  args: { count: v.number() },
  handler: async (ctx, args) => { await workflow.start(ctx, internal.work.steps, args); },
});

export const stream = mutation({ args: {}, handler: async (ctx) => { await streaming.createStream(ctx); } });
export const beat = mutation({
  args: { user: v.string() },
  handler: async (ctx, { user }) => { await presence.heartbeat(ctx, "room", user, `session of ${user}`, 10_000); },
});
export const limited = mutation({
  args: {},
  handler: async (ctx) => {
    const oks: boolean[] = [];
    for (let n = 0; n < 7; n++) oks.push((await limiter.limit(ctx, "send")).ok);
    return oks.filter((ok) => ok).length;
  },
});
