import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec } from "../domain/experience.ts";
import type { DecoderHead, NetHead, NetShapes } from "../policy/nets.ts";

/** How long one z is held while exploring: a new one every `n` policy steps, or for the whole episode. */
export type LatentPeriod = number | "episode";

/** What a context is made of: `count` i.i.d. transitions, or `count` transitions drawn from at most `episodes` whole episodes. */
export interface ContextRule {
  readonly count: number;
  /** Shortest context; equal to `count` for a fixed length, 1 for a random length (pitfall P1). */
  readonly least: number;
  readonly episodes: number | "any";
}

/** What every learner needs to know of its algorithm's hyper-parameters; each algorithm's own config says the rest. */
export interface LearnerConfig {
  readonly nets: NetShapes;
  readonly head: NetHead;
  readonly learningRate: number;
  /** Decay per update of the averaged weights that act and label; 0: the last ones, as released. */
  readonly averaging: number;
  readonly metaBatch: number;
  /** RL transitions per task and update. */
  readonly batch: number;
  /** Share of what each RL batch has of offline data that was made for other tasks of the scene; where absent such data are not read at all. */
  readonly sharedShare?: number | undefined;
  /** Initial weights: the released code's rule (1/sqrt of the output width) or He-uniform by fan-in. */
  readonly init: "released" | "fan-in";
  readonly discount?: number;
  readonly returnSteps?: number;
  readonly rewardScale?: number;
  readonly polyak?: number;
  readonly context?: ContextRule;
  /** Its online phase; absent where it has none. */
  readonly practice?: OnlineConfig;
}

/** Hyper-parameters of SMAC (Pong et al. 2022); section numbers refer to the paper's equations as listed in docs/learning.md. */
export interface SmacConfig extends LearnerConfig {
  readonly head: DecoderHead;
  readonly discount: number;
  /** c in the Bellman target only; the decoder learns the unscaled reward. */
  readonly rewardScale: number;
  /** AWAC temperature, in units of the scaled reward. */
  readonly temperature: number;
  /**
   * Steps of the data that a Bellman target looks ahead before it bootstraps; 1 as released. A behaviour that pursues one thing for seconds shows
   * in one action of 0.1 s only which thing that is: over several steps the critic sees what comes of it.
   */
  readonly returnSteps: number;
  /** Softmax of advantages over the whole batch (paper's code) or within each task (pitfall P7). */
  readonly weighting: "batch" | "task";
  /** Offline policy loss: AWAC's, or -min Q as SAC's actor without entropy: the ablation that shows why it has to be AWAC's. */
  readonly actor: "awac" | "sac";
  /** Stored actions are read as within +-this in the policy's likelihood. */
  readonly actionBound: number;
  readonly klWeight: number;
  readonly polyak: number;
  readonly context: ContextRule;
  readonly practice: PracticeConfig;
}

/** An online phase: how it acts in training tasks, and what of it is learned from. */
export interface OnlineConfig {
  readonly latentPeriod: LatentPeriod;
  /** Practice acts by samples of the policy, or by its mean. */
  readonly sampleActions: boolean;
  /** Episodes per visit of a task: from the prior, and from the posterior of the task's buffer. */
  readonly priorEpisodes: number;
  readonly posteriorEpisodes: number;
  readonly tasksPerRound: number;
  /** Share of each RL batch that is drawn from online data where there is some; "union": uniform over everything. */
  readonly onlineShare: number | "union";
  /** What contexts are drawn from: everything, prior-exploration episodes of practice once there are some, or either by the toss of a coin. */
  readonly contextFrom: "union" | "exploration" | "mixed";
  readonly updatesPerStep: number;
  /**
   * Each rollout is labelled again for so many other training tasks whose aim its scene allows, and is remembered as theirs. Exploring under the
   * prior is the same whatever the task, so that one rollout shows how own exploration looks in several.
   */
  readonly alsoAs?: number | undefined;
  /** RL transitions per task and update during practice. */
  readonly batch: number;
}

/** Practice without rewards. */
export interface PracticeConfig extends OnlineConfig {
  /** Encoder and decoder: frozen as released, or trained on self-labelled data while labels come from frozen copies. */
  readonly encoder: "frozen" | "trained";
  /** Weight of the -Q term and over how many updates it is ramped up from 0 (pitfall P8). */
  readonly lambdaPearl: number;
  readonly rampUpdates: number;
  /** Transitions of the offline history that name the labelling z. */
  readonly labelContext: number;
}

/** docs/learning.md 1 to the letter: the released code's Cheetah/Ant settings. */
export const paper: SmacConfig = {
  nets: { latent: 5, encoder: [200, 200, 200], decoder: [64, 64], policy: [300, 300, 300], critic: [300, 300, 300] },
  head: "deterministic",
  discount: 0.99,
  rewardScale: 5,
  temperature: 100,
  returnSteps: 1,
  weighting: "batch",
  actor: "awac",
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
  returnSteps: 1,
  weighting: "task",
  actor: "awac",
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

/** Every number that docs/results/sawyer.md or sawyer-small-table.md has a row for is here because of that row. */
const sawyerDefault: SmacConfig = {
  ...base,
  nets: {
    latent: 5,
    encoder: [128, 128],
    decoder: [64, 64],
    policy: [256, 256],
    critic: [128, 128],
    decoderSees: "next-state",
    decoders: 3,
    // Nine aims ask for six things: which of them the hand goes to, and whose place is worth something, is z's choice.
    gated: true,
    gatedDecoder: true,
  },
  head: "bernoulli",
  discount: 0.95,
  returnSteps: 10,
  temperature: 2,
  // A script's saturated action is 7 standard deviations out before squashing, and would rule what the policy does beside it.
  actionBound: 0.9,
  klWeight: 0.003,
  // Without them a hand where a block is wanted is taken for the block, and z tells picks and reaches apart by nothing.
  sharedShare: 0.4,
  // As long as the two explorations of a meta-test: thinning them would throw evidence away.
  context: { count: 150, least: 16, episodes: 4 },
  practice: {
    ...base.practice,
    // Steeper critics led the policy away from what it does well (docs/results/sawyer-small-table.md).
    lambdaPearl: 0,
    // A pick takes 40 steps: under a z that is held for fewer it is not even tried.
    latentPeriod: 40,
    sampleActions: true,
    // Steps are cheap beside updates, and each task's own exploration is what its contexts are to be like.
    priorEpisodes: 2,
    posteriorEpisodes: 1,
    tasksPerRound: 10,
    contextFrom: "exploration",
    updatesPerStep: 0.3,
    alsoAs: 4,
  },
};

/** Robots on legs, dense rewards over hundreds of steps: one action changes little of what is to come, so advantages are small and beta with them. */
const leggedDefault: SmacConfig = {
  ...base,
  nets: { latent: 5, encoder: [128, 128], decoder: [128, 128], policy: [128, 128], critic: [128, 128] },
  discount: 0.98,
  temperature: 0.2,
  // A slow runner and a fast one differ by the first half second of an episode: thinned out, or blurred by the prior, it is not seen (docs/results/locomotion.md).
  klWeight: 0.01,
  context: { count: 256, least: 16, episodes: 4 },
  practice: {
    ...base.practice,
    lambdaPearl: 0.5,
    rampUpdates: 500,
    latentPeriod: 40,
    tasksPerRound: 25,
    updatesPerStep: 0.1,
  },
};

export const PRESETS = ["default", "paper"] as const;
export type Preset = (typeof PRESETS)[number];

/** From how many steps an episode counts as long. */
const LONG = 100;

/** The config of a preset for a domain. A head that does not fit the domain's reward is refused by `requireFit`. */
export const presetConfig = (preset: Preset, spec: DomainSpec): SmacConfig =>
  preset === "paper" ? paper : spec.reward.kind === "sparse" ? sawyerDefault : spec.horizon >= LONG ? leggedDefault : base;

/** @throws "config.invalid" when the decoder's head does not fit the domain's reward. */
export function requireFit(config: LearnerConfig, spec: DomainSpec): void {
  if (config.head === "bernoulli" && spec.reward.kind !== "sparse")
    throw new OnarmError(
      "config.invalid",
      `head: bernoulli needs two-valued rewards, which ${spec.name} has not; use gaussian or deterministic`,
    );
}
