import type { DomainSpec, Observation, Action } from "../domain/experience.ts";

export interface Step {
  readonly observation: Observation;
  readonly terminated: boolean;
}

/** What an episode achieved, read at its end where a reward source exists. */
export interface Outcome {
  readonly success: boolean;
  readonly successAny: boolean;
}

/**
 * A world in which a task can be tried. The reward is a channel of its own, so that practice can be handed an environment
 * whose channel throws ("reward.forbidden") instead of one that hides a number it should not have.
 */
export interface Environment<Task = unknown> {
  readonly spec: DomainSpec;
  /** Sets the task's scene out and brings the robot to its start. Resolves with the first observation. */
  reset(task: Task): Promise<Observation>;
  /** Acts for one policy period. */
  step(action: Action): Promise<Step>;
  /** Real reward of the last step. */
  reward(): number;
  outcome(): Outcome;
  close(): Promise<void>;
}
