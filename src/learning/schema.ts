import { z } from "zod";
import { OnarmError } from "../domain/errors.ts";

// What the configs of several algorithms have in common, judged the same everywhere.
const width = z.number().int().positive().max(4096);
const widths = z.array(width);
const positive = z.number().positive();

/** Nets of an algorithm with a latent z. */
export const netsSchema = z.strictObject({
  latent: width,
  encoder: widths,
  decoder: widths,
  policy: widths,
  critic: widths,
  decoderSees: z.enum(["state-action", "next-state"]).optional(),
  decoders: z.number().int().positive().max(16).optional(),
  gated: z.boolean().optional(),
  gatedDecoder: z.boolean().optional(),
});
/** Nets of an algorithm without: nothing encodes, nothing decodes. */
export const blindNets = {
  latent: z.literal(0),
  encoder: z.array(width).max(0),
  decoder: z.array(width).max(0),
  policy: widths,
  critic: widths,
};
export { width };

/** What each algorithm has. */
export const common = {
  learningRate: positive,
  averaging: z.number().min(0).lt(1),
  metaBatch: z.number().int().positive(),
  batch: z.number().int().positive(),
  sharedShare: z.number().min(0).max(1).optional(),
  init: z.enum(["released", "fan-in"]),
};
export const values = { discount: z.number().min(0).lt(1), rewardScale: positive, polyak: z.number().gt(0).max(1) };
export const actionBound = z.number().gt(0).lt(1);
export const awac = { temperature: positive, weighting: z.enum(["batch", "task"]), actionBound };

export const contextSchema = z
  .strictObject({
    count: z.number().int().positive(),
    least: z.number().int().positive(),
    episodes: z.union([z.number().int().positive(), z.literal("any")]),
  })
  .refine((rule) => rule.least <= rule.count, { error: "least must not be above count" });

/** An online phase (OnlineConfig). */
export const online = {
  latentPeriod: z.union([z.number().int().positive(), z.literal("episode")]),
  sampleActions: z.boolean(),
  priorEpisodes: z.number().int().min(0),
  posteriorEpisodes: z.number().int().min(0),
  tasksPerRound: z.number().int().positive(),
  onlineShare: z.union([z.number().min(0).max(1), z.literal("union")]),
  contextFrom: z.enum(["union", "exploration", "mixed"]),
  updatesPerStep: positive,
  alsoAs: z.number().int().min(0).max(100).optional(),
  batch: z.number().int().positive(),
};
export const acts = (online: { readonly priorEpisodes: number; readonly posteriorEpisodes: number }): boolean =>
  online.priorEpisodes + online.posteriorEpisodes > 0;
export const ACTS_NOT = { error: "priorEpisodes and posteriorEpisodes are both 0: nothing would be practised" };

/** Lays `value` over a complete config and judges the whole. @throws "config.invalid" naming the first key that is wrong. */
export function judge<C>(schema: z.ZodType<C>, over: C, value: Readonly<Record<string, unknown>>, where: string): C {
  const merge = (a: unknown, b: unknown): unknown =>
    isPlain(a) && isPlain(b) ? { ...a, ...Object.fromEntries(Object.entries(b).map(([k, v]) => [k, merge(a[k], v)])) } : b;
  const parsed = schema.safeParse(merge(over, value));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue?.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]].join(".") : issue?.path.join(".");
  throw new OnarmError("config.invalid", `${where}: ${key}: ${issue?.message}; correct that key or leave it out`);
}
const isPlain = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);
