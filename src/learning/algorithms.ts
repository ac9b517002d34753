import type { z } from "zod";
import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec } from "../domain/experience.ts";
import type { Algorithm, AlgorithmName } from "./algorithm.ts";
import { awac, awacPreset, awacSchema } from "./awac.ts";
import { bc, bcPreset, bcSchema } from "./bc.ts";
import { presetConfig, requireFit } from "./config.ts";
import type { LearnerConfig, Preset } from "./config.ts";
import { macaw, macawPreset, macawSchema } from "./macaw.ts";
import { pearl, pearlPreset, pearlSchema } from "./pearl.ts";
import { judge } from "./schema.ts";
import { smac } from "./smac.ts";
import { smacSchema } from "./smacSchema.ts";

export type { Algorithm, AlgorithmName } from "./algorithm.ts";

/**
 * What follows the offline phase: "practice" on its own labels, "rewarded" practice with true rewards, "fine-tune" on one task with
 * its rewards; nothing where the method has no word about new data.
 */
export type SecondPhase = "practice" | "rewarded" | "fine-tune" | null;

interface Entry<C extends LearnerConfig> {
  readonly preset: (preset: Preset, spec: DomainSpec) => C;
  readonly schema: z.ZodType<C>;
  readonly make: (spec: DomainSpec, config: C) => Algorithm;
  readonly second: SecondPhase;
}
/** Forgets which config an algorithm has: only `algorithmConfig` makes one, and only that algorithm is handed it. */
const entry = <C extends LearnerConfig>(of: Entry<C>): Entry<LearnerConfig> => of as unknown as Entry<LearnerConfig>;

const TABLE: Readonly<Record<AlgorithmName, Entry<LearnerConfig>>> = {
  smac: entry({ preset: presetConfig, schema: smacSchema, make: smac, second: "practice" }),
  awac: entry({ preset: awacPreset, schema: awacSchema, make: awac, second: "fine-tune" }),
  pearl: entry({ preset: pearlPreset, schema: pearlSchema, make: pearl, second: "rewarded" }),
  macaw: entry({ preset: macawPreset, schema: macawSchema, make: macaw, second: null }),
  bc: entry({ preset: bcPreset, schema: bcSchema, make: bc, second: null }),
};

export const ALGORITHMS = Object.keys(TABLE) as readonly AlgorithmName[];
export const secondPhase = (name: AlgorithmName): SecondPhase => TABLE[name].second;

/** The complete config of an algorithm: a preset with single keys laid over it. @throws "config.invalid" naming the first key that is wrong. */
export function algorithmConfig(
  name: AlgorithmName,
  preset: Preset,
  spec: DomainSpec,
  over: Readonly<Record<string, unknown>> = {},
  where = "--config",
): LearnerConfig {
  const { preset: of, schema } = TABLE[name];
  const config = judge(schema, of(preset, spec), over, where);
  requireFit(config, spec);
  return config;
}

/** An algorithm with a config of its own, judged again: it may have crossed a process boundary. */
export function algorithm(name: AlgorithmName, spec: DomainSpec, config: LearnerConfig): Algorithm {
  if (!Object.hasOwn(TABLE, name))
    throw new OnarmError("usage.invalid", `algorithm "${name}" is unknown; the algorithms are ${ALGORITHMS.join(", ")}`);
  return TABLE[name].make(spec, judge(TABLE[name].schema, config, {}, `config of ${name}`));
}
