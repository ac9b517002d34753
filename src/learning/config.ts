import { z } from "zod";
import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec } from "../domain/experience.ts";
import type { DecoderHead, NetShapes } from "../policy/nets.ts";

/** How long one z is held while exploring: a new one every `n` policy steps, or for the whole episode. */
export type LatentPeriod = number | "episode";

/** What a context is made of: `count` i.i.d. transitions, or `count` transitions drawn from at most `episodes` whole episodes. */
export interface ContextRule {
  readonly count: number;
  /** Shortest context; equal to `count` for a fixed length, 1 for a random length (pitfall P1). */
  readonly least: number;
  readonly episodes: number | "any";
}

/** Hyper-parameters of SMAC (Pong et al. 2022); section numbers refer to the paper's equations as listed in docs/learning.md. */
export interface SmacConfig {
  readonly nets: NetShapes;
  readonly head: DecoderHead;
  readonly discount: number;
  /** c in the Bellman target only; the decoder learns the unscaled reward. */
  readonly rewardScale: number;
  /** AWAC temperature, in units of the scaled reward. */
  readonly temperature: number;
  /** Softmax of advantages over the whole batch (paper's code) or within each task (pitfall P7). */
  readonly weighting: "batch" | "task";
  /** Stored actions are read as within +-this in the policy's likelihood. */
  readonly actionBound: number;
  readonly klWeight: number;
  readonly learningRate: number;
  readonly polyak: number;
  /** Decay per update of the averaged weights that act and label; 0: the last ones, as released. */
  readonly averaging: number;
  readonly metaBatch: number;
  /** RL transitions per task and update. */
  readonly batch: number;
  readonly context: ContextRule;
  /** Initial weights: the released code's rule (1/sqrt of the output width) or He-uniform by fan-in. */
  readonly init: "released" | "fan-in";
  readonly practice: PracticeConfig;
}

export interface PracticeConfig {
  /** Encoder and decoder: frozen as released, or trained on self-labelled data while labels come from frozen copies. */
  readonly encoder: "frozen" | "trained";
  /** Weight of the -Q term and over how many updates it is ramped up from 0 (pitfall P8). */
  readonly lambdaPearl: number;
  readonly rampUpdates: number;
  readonly latentPeriod: LatentPeriod;
  /** Practice acts by samples of the policy, or by its mean. */
  readonly sampleActions: boolean;
  /** Episodes per visit of a task: from the prior, and from the posterior of the task's buffer. */
  readonly priorEpisodes: number;
  readonly posteriorEpisodes: number;
  readonly tasksPerRound: number;
  /** Transitions of the offline history that name the labelling z. */
  readonly labelContext: number;
  /** Share of each RL batch that is drawn from online data where there is some; "union": uniform over everything. */
  readonly onlineShare: number | "union";
  /** What contexts are drawn from: everything, prior-exploration episodes of practice once there are some, or either by the toss of a coin. */
  readonly contextFrom: "union" | "exploration" | "mixed";
  readonly updatesPerStep: number;
  /** RL transitions per task and update during practice. */
  readonly batch: number;
}

/** docs/learning.md 1 to the letter: the released code's Cheetah/Ant settings. */
export const paper: SmacConfig = {
  nets: { latent: 5, encoder: [200, 200, 200], decoder: [64, 64], policy: [300, 300, 300], critic: [300, 300, 300] },
  head: "deterministic",
  discount: 0.99,
  rewardScale: 5,
  temperature: 100,
  weighting: "batch",
  actionBound: 0.999999,
  klWeight: 0.1,
  learningRate: 3e-4,
  polyak: 0.005,
  averaging: 0,
  metaBatch: 4,
  batch: 128,
  context: { count: 64, least: 64, episodes: "any" },
  init: "released",
  practice: {
    encoder: "frozen",
    lambdaPearl: 1,
    rampUpdates: 0,
    latentPeriod: 1,
    sampleActions: true,
    // Two of the prior stage, and the first of the posterior stage's three, which has no context yet.
    priorEpisodes: 3,
    posteriorEpisodes: 2,
    tasksPerRound: 5,
    labelContext: 256,
    onlineShare: "union",
    contextFrom: "union",
    updatesPerStep: 3.2,
    batch: 256,
  },
};

/** What every `default` shares; nets and time scales are the domain's. Pitfalls P1-P10 of docs/learning.md 3 and what it does about each. */
const base: SmacConfig = {
  nets: { latent: 5, encoder: [64, 64], decoder: [64, 64], policy: [64, 64], critic: [64, 64] },
  head: "gaussian",
  discount: 0.9,
  rewardScale: 1,
  temperature: 0.5,
  weighting: "task",
  actionBound: 0.999999,
  klWeight: 0.01,
  learningRate: 1e-3,
  polyak: 0.005,
  averaging: 0.999,
  metaBatch: 8,
  batch: 64,
  context: { count: 64, least: 1, episodes: "any" },
  init: "fan-in",
  practice: {
    encoder: "trained",
    lambdaPearl: 0.1,
    rampUpdates: 2000,
    latentPeriod: 5,
    sampleActions: false,
    priorEpisodes: 2,
    posteriorEpisodes: 0,
    tasksPerRound: 5,
    labelContext: 256,
    onlineShare: 0.5,
    contextFrom: "exploration",
    updatesPerStep: 0.5,
    batch: 64,
  },
};

const sawyerDefault: SmacConfig = {
  ...base,
  nets: { latent: 5, encoder: [128, 128], decoder: [128, 128], policy: [128, 128], critic: [128, 128] },
  head: "bernoulli",
  discount: 0.95,
  klWeight: 0.01,
  context: { count: 64, least: 16, episodes: 4 },
  practice: {
    ...base.practice,
    lambdaPearl: 0.2,
    latentPeriod: 20,
    sampleActions: true,
    priorEpisodes: 1,
    posteriorEpisodes: 1,
    contextFrom: "exploration",
    updatesPerStep: 1,
  },
};

const width = z.number().int().positive().max(4096);
const positive = z.number().positive();
const period = z.union([z.number().int().positive(), z.literal("episode")]);
const configSchema: z.ZodType<SmacConfig> = z.strictObject({
  nets: z.strictObject({
    latent: width,
    encoder: z.array(width),
    decoder: z.array(width),
    policy: z.array(width),
    critic: z.array(width),
  }),
  head: z.enum(["deterministic", "gaussian", "bernoulli"]),
  discount: z.number().min(0).lt(1),
  rewardScale: positive,
  temperature: positive,
  weighting: z.enum(["batch", "task"]),
  actionBound: z.number().gt(0).lt(1),
  klWeight: z.number().min(0),
  learningRate: positive,
  polyak: z.number().gt(0).max(1),
  averaging: z.number().min(0).lt(1),
  metaBatch: z.number().int().positive(),
  batch: z.number().int().positive(),
  context: z
    .strictObject({
      count: z.number().int().positive(),
      least: z.number().int().positive(),
      episodes: z.union([z.number().int().positive(), z.literal("any")]),
    })
    .refine((rule) => rule.least <= rule.count, { error: "least must not be above count" }),
  init: z.enum(["released", "fan-in"]),
  practice: z
    .strictObject({
      encoder: z.enum(["frozen", "trained"]),
      lambdaPearl: z.number().min(0),
      rampUpdates: z.number().int().min(0),
      latentPeriod: period,
      sampleActions: z.boolean(),
      priorEpisodes: z.number().int().min(0),
      posteriorEpisodes: z.number().int().min(0),
      tasksPerRound: z.number().int().positive(),
      labelContext: z.number().int().positive(),
      onlineShare: z.union([z.number().min(0).max(1), z.literal("union")]),
      contextFrom: z.enum(["union", "exploration", "mixed"]),
      updatesPerStep: positive,
      batch: z.number().int().positive(),
    })
    .refine((practice) => practice.priorEpisodes + practice.posteriorEpisodes > 0, {
      error: "priorEpisodes and posteriorEpisodes are both 0: nothing would be practised",
    }),
});

/** Judges a config from a file or a bundle, laid over a complete one. @throws "config.invalid" naming the first key that is wrong. */
export function parseConfig(over: SmacConfig, value: Readonly<Record<string, unknown>>, where: string): SmacConfig {
  const merge = (a: unknown, b: unknown): unknown =>
    isPlain(a) && isPlain(b) ? { ...a, ...Object.fromEntries(Object.entries(b).map(([k, v]) => [k, merge(a[k], v)])) } : b;
  const parsed = configSchema.safeParse(merge(over, value));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue?.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]].join(".") : issue?.path.join(".");
  throw new OnarmError("config.invalid", `${where}: ${key}: ${issue?.message}; correct that key or leave it out`);
}
const isPlain = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);

export const PRESETS = ["default", "paper"] as const;
export type Preset = (typeof PRESETS)[number];

/** The config of a preset for a domain. A head that does not fit the domain's reward is refused by `requireFit`. */
export const presetConfig = (preset: Preset, spec: DomainSpec): SmacConfig =>
  preset === "paper" ? paper : spec.reward.kind === "sparse" ? sawyerDefault : base;

/** @throws "config.invalid" when the decoder's head does not fit the domain's reward. */
export function requireFit(config: SmacConfig, spec: DomainSpec): void {
  if (config.head === "bernoulli" && spec.reward.kind !== "sparse")
    throw new OnarmError(
      "config.invalid",
      `head: bernoulli needs two-valued rewards, which ${spec.name} has not; use gaussian or deterministic`,
    );
}
