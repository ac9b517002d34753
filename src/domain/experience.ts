/** A named, scaled number of an observation or action: raw = offset + scale * normalised. Raw is SI; `unit` says which. */
export interface Field {
  readonly name: string;
  readonly unit: string;
  readonly offset: number;
  readonly scale: number;
}

/** What the policy sees: normalised numbers in the order of the domain's observation fields. */
export type Observation = Float32Array;
/** What the policy wants: numbers in [-1, 1] in the order of the domain's action fields. */
export type Action = Float32Array;

/** The steps of one trajectory without any reward: what practice produces. Arrays are row-major; `steps` = n rows. */
export interface Rollout {
  /** Which task's scene it was made in: an index into the training set, or a held-out task's number. */
  readonly task: number;
  readonly steps: number;
  /** (n + 1, observation width): row t is seen before action t, row n after the last. */
  readonly observation: Float32Array;
  /** (n, action width): what was asked of the arm, in [-1, 1]. */
  readonly action: Float32Array;
  /** True when the last step ended the task for good (no bootstrap); a time-out is not that. */
  readonly terminated: boolean;
  /** A person drove during it. */
  readonly human: boolean;
}

/** A rollout with one reward per step: real where a reward source was asked, decoded where practice labelled itself. */
export interface Episode extends Rollout {
  readonly reward: Float32Array;
  readonly rewardSource: "environment" | "decoded" | "person";
}

/** A domain as the learner and the bundle know it: names, units, scales, and how a score is read. */
export interface DomainSpec {
  readonly name: string;
  readonly observation: readonly Field[];
  readonly action: readonly Field[];
  readonly horizon: number;
  /** Control period of the policy, s. */
  readonly period: number;
  /** "sparse": rewards are two-valued {low, low + 1} and a Bernoulli decoder fits; "dense": any real number. */
  readonly reward: { readonly kind: "dense" } | { readonly kind: "sparse"; readonly low: number };
  /** True where an episode has a success to report. */
  readonly hasSuccess: boolean;
  /**
   * A reflection under which dynamics, tasks and rewards stay what they are: the fields (observation and action, by name) that change sign. What
   * is learned from counts as seen on either side.
   */
  readonly mirrored?: readonly string[] | undefined;
}

/** Held-out is a namespace, not a range: tasks of different splits never share a random stream. */
export type Split = "train" | "validation" | "test";
