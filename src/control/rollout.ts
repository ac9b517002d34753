import { OnarmError } from "../domain/errors.ts";
import type { Action, DomainSpec, Episode, Observation, Rollout } from "../domain/experience.ts";
import type { Environment, Outcome } from "../ports/environment.ts";

/** Chooses the action for step `t` of a rollout. `observation` is borrowed until the promise settles. */
export type Controller = (observation: Observation, t: number) => Promise<Action> | Action;

export interface RolloutOptions {
  /** The rollout's `task` number: an index into the training set, or a held-out task's number. */
  readonly task: number;
  /** Steps at most; the domain's horizon when absent. */
  readonly horizon?: number;
  /** Asked between steps: an aborted rollout rejects with "interrupted" and leaves the arm holding what the environment holds. */
  readonly signal?: AbortSignal;
  readonly human?: boolean;
  /** A stop of the arm, or a budget spent, ends the rollout as a time-out does, with the steps made before it; else it rejects, for who drives to attend to. */
  readonly stopEnds?: boolean;
}

/** A rollout, and why it was over before its time where a stop ended it. */
export type Made<R> = R & { readonly stopped?: string };

/** Whether a reward is the better of a domain's two; never where rewards are dense. */
export const isHit = ({ reward }: DomainSpec, r: number): boolean => reward.kind === "sparse" && r > reward.low + 0.5;

/** One trajectory without rewards: resets the environment to `task` and lets `controller` act until the horizon or the end of the task. */
export async function rollout<Task>(
  environment: Environment<Task>,
  task: Task,
  controller: Controller,
  options: RolloutOptions,
): Promise<Made<Rollout>> {
  return follow(environment, task, controller, options, () => {});
}

/** The same, asking the reward channel after every step and the outcome at the end. Who was stopped did not succeed. `rewards`: filled as they come. */
export async function rewardedRollout<Task>(
  environment: Environment<Task>,
  task: Task,
  controller: Controller,
  options: RolloutOptions,
  rewards: number[] = [],
): Promise<Made<{ readonly episode: Episode; readonly outcome: Outcome }>> {
  const { stopped, ...made } = await follow(environment, task, controller, options, () => rewards.push(environment.reward()));
  const outcome = environment.outcome();
  return {
    episode: { ...made, reward: Float32Array.from(rewards), rewardSource: "environment" },
    outcome: stopped === undefined ? outcome : { ...outcome, success: false },
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/** What is done before an episode begins, and nobody sees: so many steps, which are no part of it. */
export interface Unseen {
  readonly steps: number;
  readonly controller: Controller;
}

/** A rewarded rollout of the domain's horizon that begins where `unseen` leaves the arm and its scene. What was true before it began is no success of its. */
export async function rewardedAfter<Task>(
  unseen: Unseen,
  environment: Environment<Task>,
  task: Task,
  controller: Controller,
  options: Omit<RolloutOptions, "horizon">,
): Promise<Made<{ readonly episode: Episode; readonly outcome: Outcome }>> {
  const { observation: seen, action: wanted, horizon } = environment.spec;
  const first = unseen.steps;
  const { episode, outcome, ...rest } = await rewardedRollout(
    environment,
    task,
    (observation, t) => (t < first ? unseen.controller(observation, t) : controller(observation, t - first)),
    { ...options, horizon: horizon + first },
  );
  // An arm that was stopped before it began has made no step.
  const from = Math.min(first, episode.steps);
  const reward = episode.reward.slice(from);
  const any = environment.spec.reward.kind === "sparse" ? reward.some((r) => isHit(environment.spec, r)) : outcome.successAny;
  return {
    ...rest,
    outcome: { ...outcome, successAny: any },
    episode: {
      ...episode,
      steps: episode.steps - from,
      observation: episode.observation.slice(from * seen.length),
      action: episode.action.slice(from * wanted.length),
      reward,
    },
  };
}

/** Why `error` says that the arm was stopped; undefined for any other error. */
const stopOf = (error: unknown): string | undefined =>
  error instanceof OnarmError && (error.code === "command.stopped" || error.code === "budget.spent")
    ? String((error.detail as { readonly reason?: unknown }).reason)
    : undefined;

async function follow<Task>(
  environment: Environment<Task>,
  task: Task,
  controller: Controller,
  { task: number, horizon = environment.spec.horizon, signal, human = false, stopEnds = false }: RolloutOptions,
  afterStep: () => void,
): Promise<Made<Rollout>> {
  const { observation: seen, action: wanted } = environment.spec;
  const observation = new Float32Array((horizon + 1) * seen.length);
  const action = new Float32Array(horizon * wanted.length);
  const goOn = () => {
    if (signal?.aborted) throw new OnarmError("interrupted", "the rollout was interrupted between two steps", {}, signal.reason);
  };
  goOn();
  let now = await environment.reset(task);
  observation.set(now, 0);
  let steps = 0;
  let terminated = false;
  let stopped: string | undefined;
  while (steps < horizon && !terminated) {
    goOn();
    const chosen = await controller(now, steps);
    if (chosen.length !== wanted.length)
      throw new OnarmError(
        "policy.shape",
        `${environment.spec.name} takes ${wanted.length} numbers an action; step ${steps} got ${chosen.length}`,
      );
    // Copied before the step: a controller may reuse its array.
    action.set(chosen, steps * wanted.length);
    try {
      ({ observation: now, terminated } = await environment.step(chosen));
    } catch (error) {
      stopped = stopEnds ? stopOf(error) : undefined;
      if (stopped === undefined) throw error;
      break;
    }
    steps++;
    observation.set(now, steps * seen.length);
    afterStep();
  }
  return {
    task: number,
    steps,
    observation: observation.slice(0, (steps + 1) * seen.length),
    action: action.slice(0, steps * wanted.length),
    terminated,
    human,
    ...(stopped === undefined ? {} : { stopped }),
  };
}
