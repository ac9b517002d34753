import { z } from "zod";
import type { SmacConfig } from "./config.ts";
import { acts, ACTS_NOT, awac, common, contextSchema, judge, netsSchema, online, values } from "./schema.ts";

export const smacSchema: z.ZodType<SmacConfig> = z.strictObject({
  nets: netsSchema,
  head: z.enum(["deterministic", "gaussian", "bernoulli"]),
  ...common,
  ...values,
  ...awac,
  returnSteps: z.number().int().positive().max(1000).default(1),
  actor: z.enum(["awac", "sac"]),
  klWeight: z.number().min(0),
  context: contextSchema,
  practice: z
    .strictObject({
      ...online,
      encoder: z.enum(["frozen", "trained"]),
      lambdaPearl: z.number().min(0),
      rampUpdates: z.number().int().min(0),
      labelContext: z.number().int().positive(),
    })
    .refine(acts, ACTS_NOT),
});

/** Judges a config from a file or a bundle, laid over a complete one. @throws "config.invalid" naming the first key that is wrong. */
export const parseConfig = (over: SmacConfig, value: Readonly<Record<string, unknown>>, where: string): SmacConfig =>
  judge(smacSchema, over, value, where);
