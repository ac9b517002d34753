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
  readonly klWeight: number;
  readonly learningRate: number;
  readonly polyak: number;
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
  /** Episodes per visit of a task: from the prior, and from the posterior of the task's buffer. */
  readonly priorEpisodes: number;
  readonly posteriorEpisodes: number;
  readonly tasksPerRound: number;
  /** Transitions of the offline history that name the labelling z. */
  readonly labelContext: number;
  /** Share of each RL batch that is drawn from online data where there is some; "union": uniform over everything. */
  readonly onlineShare: number | "union";
  /** What contexts are drawn from: everything, or prior-exploration episodes of practice once there are some. */
  readonly contextFrom: "union" | "exploration";
  readonly updatesPerStep: number;
  /** RL transitions per task and update during practice. */
  readonly batch: number;
}

/** smac.md 1 to the letter: the released code's Cheetah/Ant settings. */
export const paper: SmacConfig = {
  nets: { latent: 5, encoder: [200, 200, 200], decoder: [64, 64], policy: [300, 300, 300], critic: [300, 300, 300] },
  head: "deterministic",
  discount: 0.99,
  rewardScale: 5,
  temperature: 100,
  weighting: "batch",
  klWeight: 0.1,
  learningRate: 3e-4,
  polyak: 0.005,
  metaBatch: 4,
  batch: 128,
  context: { count: 64, least: 64, episodes: "any" },
  init: "released",
  practice: {
    encoder: "frozen",
    lambdaPearl: 1,
    rampUpdates: 0,
    latentPeriod: 1,
    priorEpisodes: 2,
    posteriorEpisodes: 3,
    tasksPerRound: 5,
    labelContext: 256,
    onlineShare: "union",
    contextFrom: "union",
    updatesPerStep: 3.2,
    batch: 256,
  },
};
