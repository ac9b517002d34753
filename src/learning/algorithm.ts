import type { DomainSpec } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import type { Shape, TensorFunction } from "../engine/engine.ts";
import type { LearnerConfig } from "./config.ts";
import type { Labeller } from "./labeller.ts";
import type { Weights } from "./parameters.ts";

export type AlgorithmName = "smac" | "awac" | "pearl" | "macaw" | "bc";
export type Shapes = Readonly<Record<string, Shape>>;

/** Sizes of one update: T tasks, N transitions each, K context rows each (0 where nothing reads a context). */
export interface BatchSize {
  readonly T: number;
  readonly N: number;
  readonly K: number;
}

/** An algorithm as the learner sees it: what it trains, what it is fed, and one update as a function. */
export interface Algorithm {
  readonly name: AlgorithmName;
  readonly spec: DomainSpec;
  readonly config: LearnerConfig;
  /** Names of the numbers that `update` puts out as `losses`; "q" and "kl" are watched for running away. */
  readonly losses: readonly string[];
  /** False where values may leave what rewards allow, as SAC's do on offline data: that is then a result, not a fault. */
  readonly bounded: boolean;
  readonly trained: Shapes;
  /** Nets that follow a trained one by Polyak averaging, and which. */
  readonly targets: Shapes;
  readonly sourceOf: (target: string) => string;
  /** What acts and adapts, averaged over updates; a part of `trained`. */
  readonly deployed: Shapes;
  /**
   * What one update is fed besides weights, rows grouped by task. The learner knows `observation`, `action`, `reward`, `nextObservation`,
   * `terminated` and `return` (B rows), `context`, `mask` and `contextReturn` (T, K), `<what>Noise` (standard normal), and `scalars`.
   */
  readonly batch: (size: BatchSize) => Shapes;
  /** @returns `losses`, and `g.<parameter>` for each trained parameter; all gradients are taken at the same weights. */
  readonly update: (size: BatchSize, online: boolean) => TensorFunction;
  readonly initialise: (weights: Weights, rng: Rng) => void;
  /** Adam's step size of a parameter; 0 holds it. */
  readonly rate: (parameter: string, online: boolean) => number;
  /** Inputs that are one number, after so many updates of the online phase. */
  readonly scalars?: (online: boolean, updates: number) => Readonly<Record<string, number>>;
  /** Frozen copies that label practice; absent: it has no decoder, and learns from true rewards alone. */
  readonly labeller?: (source: Weights) => Promise<Labeller>;
}
