import type { DomainSpec, Episode } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { drawLatent } from "../policy/agent.ts";
import type { Actor, Belief } from "../policy/agent.ts";
import type { Environment, Outcome } from "../ports/environment.ts";
import type { Recall, Recollection, Seen } from "../policy/recall.ts";
import { rewardedRollout } from "./rollout.ts";
import type { Controller } from "./rollout.ts";

/** Where the belief of the scored episode comes from: own exploration, a given offline history, or nowhere (the prior). */
export type ContextSource = "own" | "offline" | "none";

export interface MetaTestRule {
  /** Episodes explored under the prior before the scored one (docs/learning.md 1.6: 2). */
  readonly explorations: number;
  /** How long one z is held while exploring, in steps. */
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

/** Whether a reward is the better of a domain's two; never where rewards are dense. */
export const isHit = ({ reward }: DomainSpec, r: number): boolean => reward.kind === "sparse" && r > reward.low + 0.5;

/**
 * Acts under what remembered tasks wanted, another every `period` steps, by what the rewards so far leave of them; a try that is being rewarded is
 * kept up. `rewards`: filled by who steps. `end` takes in the rest of the episode, and gives what is to be gone on from.
 */
function underRecall(
  agent: Actor,
  remembers: Pick<Recall, "begin">,
  spec: DomainSpec,
  period: number | "episode",
  rng: Rng,
  known: { readonly rewards: readonly number[]; readonly recollection: Recollection | undefined; readonly noise?: Rng },
) {
  const [O, A] = [spec.observation.length, spec.action.length];
  let recollection = known.recollection;
  const seen = { observation: [] as Float32Array[], action: [] as Float32Array[] };
  let absorbed = 0;
  let z: Float32Array = new Float32Array();
  const absorb = async ({ steps, observation, action }: Seen) => {
    const part = {
      steps: steps - absorbed,
      observation: observation.slice(absorbed * O),
      action: action.slice(absorbed * A),
    };
    const rewarded = known.rewards.slice(absorbed, steps).map((r) => isHit(spec, r));
    absorbed = steps;
    if (part.steps > 0) await recollection!.absorb(part, rewarded);
  };
  const sofar = (): Seen => ({
    steps: seen.action.length,
    observation: Float32Array.from(seen.observation.flatMap((row) => [...row])),
    action: Float32Array.from(seen.action.flatMap((row) => [...row])),
  });
  const controller: Controller = async (observation, t) => {
    seen.observation.push(Float32Array.from(observation));
    recollection ??= remembers.begin(observation);
    const due = t === 0 || (period !== "episode" && t % period === 0);
    if (due && !(t > 0 && isHit(spec, known.rewards[t - 1]!))) {
      await absorb(sofar());
      z = recollection.draw(rng).mean;
    }
    const action = await agent.act(observation, z, known.noise);
    seen.action.push(Float32Array.from(action));
    return action;
  };
  const end = async (episode: Seen): Promise<Recollection | undefined> => {
    if (recollection) await absorb(episode);
    return recollection;
  };
  return { controller, end };
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
    readonly signal?: AbortSignal;
  },
): Promise<MetaTestResult> {
  const { id, rng, signal, remembers } = options;
  const follow = { task: id, stopEnds: true, ...(signal ? { signal } : {}) };
  const exploration: Episode[] = [];
  let recollection: Recollection | undefined;
  if (options.context === "own")
    for (let i = 0; i < options.explorations; i++) {
      const noise = options.sampleActions ? { noise: rng.fork(`actions ${i}`) } : {};
      if (remembers) {
        const rewards: number[] = [];
        const known = { rewards, recollection, ...noise };
        const eliminating = underRecall(agent, remembers, environment.spec, options.latentPeriod, rng, known);
        const { episode } = await rewardedRollout(environment, task, eliminating.controller, follow, rewards);
        recollection = await eliminating.end(episode);
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
  const { episode, outcome, stopped } = await rewardedRollout(environment, task, controller, follow);
  // An arm that was stopped earns nothing more: the steps it did not make count as the worst.
  const { horizon, reward } = environment.spec;
  const lost = stopped !== undefined && reward.kind === "sparse" ? (horizon - episode.steps) * reward.low : 0;
  const earned = episode.reward.reduce((a, b) => a + b, 0);
  return { task: id, return: earned + lost, outcome, belief, exploration, scored: episode };
}
