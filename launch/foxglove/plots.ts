import { z } from "zod";
import type { PageState } from "../../src/operator/snapshot.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { jsonChannel } from "./encoding.ts";

const number = z.number();
const named = { name: z.string() };
/** Whatever of a snapshot is a number that somebody may want to see over time; fields that are not known are left out of a message. */
const plot = <T>(
  topic: string,
  schemaName: string,
  type: z.ZodType<T>,
  of: (state: PageState) => T | undefined,
  { every = 0.1, lossy = true } = {},
): Channel =>
  jsonChannel({ topic, every, lossy }, `onarm.${schemaName}`, type, ({ state, time }) => {
    const message = of(state);
    return message === undefined ? [] : [{ time, message }];
  });

/** Curves, and what a state transition panel draws. SI; names are those of the page's snapshots. */
export const plotChannels = (): readonly Channel[] => [
  plot(
    "/onarm/mode",
    "Mode",
    z.object({ mode: z.string(), reason: z.string(), episode: z.int().optional() }),
    ({ mode, reason, episode }) => ({ mode, reason, episode }),
    { lossy: false },
  ),
  plot(
    "/onarm/tip",
    "Tip",
    z.object({ x: number, y: number, z: number, speed: number.optional() }),
    ({ arm }) => arm && { x: arm.tip[0], y: arm.tip[1], z: arm.tip[2], speed: arm.tipSpeed },
    { every: 1 / 30 },
  ),
  plot(
    "/onarm/reward",
    "Reward",
    z.object({ decoded: number.optional(), uncertainty: number.optional(), given: z.boolean().optional() }),
    ({ reward }) => reward && { decoded: reward.decoded, uncertainty: reward.uncertainty, given: reward.given },
  ),
  plot(
    "/onarm/belief",
    "Belief",
    z.object({ mean: z.array(number), variance: z.array(number), kl: number, offlineKl: number.optional(), episodes: z.int() }),
    ({ belief }) => belief && { ...belief, mean: [...belief.mean], variance: [...belief.variance] },
  ),
  plot(
    "/onarm/counters",
    "Counters",
    z.object({ steps: z.int(), updates: z.int(), stops: z.int(), clamps: z.int() }),
    ({ counters }) => counters,
  ),
  plot(
    "/onarm/margins",
    "Margins",
    z.object({
      margins: z.array(
        z.object({ ...named, of: z.string().optional(), value: number, limit: number, unit: z.string(), used: number }),
      ),
    }),
    ({ margins }) => margins && { margins: [...margins] },
  ),
  plot(
    "/onarm/timing",
    "Timing",
    z.object({
      periodMs: number,
      p99Ms: number,
      maxMs: number,
      lateShare: number,
      stateAgeMs: number.optional(),
      sceneAgeMs: number.optional(),
    }),
    ({ timing }) => timing,
  ),
  plot(
    "/onarm/budgets",
    "Budgets",
    z.object({ budgets: z.array(z.object({ ...named, used: number, limit: number, unit: z.string() })) }),
    ({ budgets }) => budgets && { budgets: [...budgets] },
    { every: 1 },
  ),
  plot(
    "/onarm/curves",
    "Curves",
    z.object({ curves: z.array(z.object({ ...named, group: z.string(), over: z.string(), x: number, y: number })) }),
    ({ series }) => ({
      curves: series.flatMap(({ name, group, over, points }) => {
        const [x, y] = points.at(-1) ?? [];
        return x === undefined || y === undefined ? [] : [{ name, group, over, x, y }];
      }),
    }),
    { every: 1 },
  ),
];
