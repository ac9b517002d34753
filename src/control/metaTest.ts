import type { Episode } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { drawLatent } from "../policy/agent.ts";
import type { Actor, Belief } from "../policy/agent.ts";
import type { Environment, Outcome } from "../ports/environment.ts";
import type { Recall, Recollection } from "../policy/recall.ts";
import { isHit, rewardedAfter, rewardedRollout } from "./rollout.ts";
import type { Controller, Unseen } from "./rollout.ts";
import { Tries } from "./tries.ts";
import type { Homing } from "./tries.ts";

/** Where the belief of the scored episode comes from: own exploration, a given offline history, or nowhere (the prior). */
export type ContextSource = "own" | "offline" | "none";

export interface MetaTestRule {
  /** Episodes explored before the scored one (docs/learning.md 1.6: 2). */
  readonly explorations: number;
  /** How long one z is held while exploring under the prior, in steps. */
  readonly latentPeriod: number | "episode";
  /** The scored episode acts under z redrawn from the posterior every step (as released) or under its mean. */
  readonly scoredLatent: "drawn" | "mean";
  /** Explores by samples of the policy, not by its mean. */
  readonly sampleActions?: boolean | undefined;
  /** Explores what the training tasks of scenes like this one wanted, so many of them, and not under the prior; absent: under the prior. */
  readonly recall?: { readonly near: number } | undefined;
}

export interface MetaTestResult {
  readonly task: number;
  readonly return: number;
  readonly outcome: Outcome;
  readonly belief: Belief;
  readonly exploration: readonly Episode[];
  readonly scored: Episode;
}

/** Acts with the policy mean under z ~ `belief`, a new z every `period` steps; `drawn` is told of each. */
export function underBelief(
  agent: Actor,
  belief: Belief,
  period: number | "episode",
  rng: Rng,
  { noise, drawn }: { readonly noise?: Rng; readonly drawn?: (z: Float32Array) => void } = {},
): Controller {
  const draw = () => {
    const z = drawLatent(belief, rng);
    drawn?.(z);
    return z;
  };
  let z = draw();
  return (observation, t) => {
    if (t > 0 && period !== "episode" && t % period === 0) z = draw();
    return agent.act(observation, z, noise);
  };
}

/** One meta-test of one task (docs/learning.md 1.6): explore, infer, act; the last episode is the score. Rewards seen are real: this is a test. */
export async function metaTest<Task>(
  environment: Environment<Task>,
  task: Task,
  agent: Actor,
  options: MetaTestRule & {
    readonly id: number;
    readonly context: ContextSource;
    readonly offline?: readonly Episode[];
    readonly rng: Rng;
    /** What explores, where the rule says so. */
    readonly remembers?: Pick<Recall, "begin"> | undefined;
    /** The way home between two tries. */
    readonly home?: Homing | undefined;
    /** What comes before the scored episode begins. */
    readonly unseen?: Unseen | undefined;
    readonly signal?: AbortSignal;
  },
): Promise<MetaTestResult> {
  const { id, rng, signal, remembers } = options;
  const follow = { task: id, stopEnds: true, ...(signal ? { signal } : {}) };
  const exploration: Episode[] = [];
  let recollection: Recollection | undefined;
  if (options.context === "own")
    for (let i = 0; i < options.explorations; i++) {
      const noise: { noise?: Rng } = options.sampleActions ? { noise: rng.fork(`actions ${i}`) } : {};
      if (remembers) {
        const rewards: number[] = [];
        let tries: Tries | undefined;
        const controller: Controller = async (observation) => {
          recollection ??= remembers.begin(observation);
          tries ??= new Tries(recollection, environment.spec, rng, { rewards, home: options.home });
          const step = await tries.next(observation);
          const action = "home" in step ? step.home : await agent.act(observation, step.z, noise.noise);
          tries.took(action, step.at);
          return action;
        };
        const { episode } = await rewardedRollout(environment, task, controller, follow, rewards);
        await tries?.end(episode, rewards);
        exploration.push(episode);
        continue;
      }
      const controller = underBelief(agent, agent.prior(), options.latentPeriod, rng, noise);
      exploration.push((await rewardedRollout(environment, task, controller, follow)).episode);
    }
  const history = options.context === "own" ? exploration : options.context === "offline" ? (options.offline ?? []) : [];
  // Of an exploration without a reward the encoder can say little: what is left of the elimination says more.
  const nothing = exploration.every(({ reward }) => !reward.some((r) => isHit(environment.spec, r)));
  const belief = recollection && nothing ? recollection.likeliest() : await agent.infer(history, rng);
  const controller: Controller =
    options.scoredLatent === "mean" ? (observation) => agent.act(observation, belief.mean) : underBelief(agent, belief, 1, rng);
  const { episode, outcome, stopped } = options.unseen
    ? await rewardedAfter(options.unseen, environment, task, controller, follow)
    : await rewardedRollout(environment, task, controller, follow);
  // An arm that was stopped earns nothing more: the steps it did not make count as the worst.
  const { horizon, reward } = environment.spec;
  const lost = stopped !== undefined && reward.kind === "sparse" ? (horizon - episode.steps) * reward.low : 0;
  const earned = episode.reward.reduce((a, b) => a + b, 0);
  return { task: id, return: earned + lost, outcome, belief, exploration, scored: episode };
}
