import { configHash } from "../src/config/hash.ts";
import type { Controller } from "../src/control/controller.ts";
import { underBelief } from "../src/control/metaTest.ts";
import { isHit, rollout } from "../src/control/rollout.ts";
import { homing } from "../src/control/scripted.ts";
import { Tries } from "../src/control/tries.ts";
import { watched } from "../src/control/watched.ts";
import type { Inference } from "../src/control/watched.ts";
import { isOnarmError, OnarmError } from "../src/domain/errors.ts";
import type { Episode, Observation, Rollout } from "../src/domain/experience.ts";
import { rng } from "../src/domain/rng.ts";
import type { Rng } from "../src/domain/rng.ts";
import { Agent } from "../src/policy/agent.ts";
import type { Belief } from "../src/policy/agent.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { Recall, Recollection } from "../src/policy/recall.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Environment } from "../src/ports/environment.ts";
import { trainingTask } from "../src/tasks/ownTasks.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { recallOf } from "./recalling.ts";
import { weightsOf } from "./rollouts.ts";

/** A task that nobody names is found out: explored episodes in one scene, rewarded, before acting under what they say (docs/learning.md 1.6). */
export interface Exploring {
  readonly episodes: number;
  /** Rewards of one, a number a step; undefined where nobody gave any: it is made again. */
  rewards(episode: number, made: Rollout): Promise<Pick<Episode, "reward" | "rewardSource"> | undefined>;
}

export interface DrivingParts {
  readonly controller: Controller;
  readonly environment: Environment<SawyerTask>;
  readonly clock: Clock;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Which weights drive an episode, and in which of their training scenes; undefined: not yet. */
  readonly plan: (episode: number) => { readonly bundle: Bundle; readonly scene: number } | undefined;
  /** Made of this bundle beforehand; owned from here on. */
  readonly ready?: { readonly agent: Agent; readonly bundle: Bundle; readonly recall?: Recall | undefined };
  readonly episodes?: number;
  /** Absent: every episode acts under the prior. */
  readonly exploring?: Exploring;
  /** Told of each episode as it begins and ends; `error` where it was cut short. */
  readonly begins?: (episode: number, task: SawyerTask) => void;
  readonly ends?: (
    episode: number,
    made: Rollout | OnarmError,
    rewarded?: Pick<Episode, "reward" | "rewardSource">,
  ) => void | Promise<void>;
}

/** A bundle ready to act. Compiling blocks its process for a moment: done before an arm is at hand, it costs nobody a beat. */
export async function agentOf(bundle: Bundle): Promise<Agent> {
  const { algorithm } = bundle.manifest;
  if (algorithm !== "smac")
    throw new OnarmError(
      "bundle.mismatch",
      `${bundle.directory}: made by ${algorithm}, for comparison; drive with a bundle of smac`,
    );
  const weights = weightsOf(bundle);
  const agent = await Agent.create(bundle.spec, weights.nets, weights.head, weights.contextRows);
  agent.load(weights.tensors);
  return agent;
}

const sameNets = (a: Bundle, b: Bundle) =>
  configHash([a.spec, a.manifest.nets, a.manifest.metaTest]) === configHash([b.spec, b.manifest.nets, b.manifest.metaTest]);

/**
 * A bundle's policy driving an arm in wall time, episode after episode over its training scenes: under the prior, or under what explored
 * episodes in the same scene said. A stop, a hold or a lost scene ends an episode, not the driving; a spent budget does.
 */
export function driving({
  controller,
  environment,
  clock,
  seed,
  signal,
  plan,
  ready,
  episodes = Infinity,
  exploring,
  begins,
  ends,
}: DrivingParts) {
  let loaded = ready?.bundle;
  let agent = ready?.agent;
  let recall = ready?.recall;
  let recollection: Recollection | undefined;
  let tries: Tries | undefined;
  let homes = false;
  let task: SawyerTask | undefined;
  let history: Episode[] = [];
  let belief = agent?.prior();
  let scene: number | undefined;
  let z: Float32Array | undefined;

  const hits = ({ reward }: Pick<Episode, "reward">) => Array.from(reward, (r) => isHit(environment.spec, r));
  /** What was never paid while exploring says most by elimination, anything else by the encoder. */
  const believe = async () => {
    const paid = history.some((episode) => hits(episode).includes(true));
    belief =
      recollection && history.length > 0 && !paid
        ? recollection.likeliest()
        : await agent!.infer(history, rng("driving", seed, "belief", history.length));
  };
  /** What fresh weights remember, held against everything explored so far. */
  const remember = async (next: Bundle) => {
    await recall?.dispose();
    recall = exploring && (await recallOf(next));
    const misses = recollection?.misses ?? [];
    recollection = history[0] && recall?.begin(history[0].observation.subarray(0, next.spec.observation.length));
    for (const episode of history) await recollection?.absorb(episode, hits(episode));
    for (const { tried, share } of misses) recollection?.missed(tried, share);
  };

  const take = async (next: Bundle) => {
    if (agent && sameNets(loaded!, next)) {
      agent.load(next.tensors);
      loaded = next;
    } else {
      const fresh = await agentOf(next);
      await agent?.dispose();
      [agent, loaded] = [fresh, next];
    }
    await remember(next);
    await believe();
  };

  /** Explores as long as the task has to be found out, acts on what was found afterwards. */
  const acts = (acting: Agent, stream: Rng) => {
    const { latentPeriod, scoredLatent } = loaded!.manifest.metaTest;
    const drawn = (fresh: Float32Array) => void (z = fresh);
    const explores = exploring !== undefined && history.length < exploring.episodes;
    if (explores && recall) {
      const remembers = recall;
      return async (observation: Observation) => {
        recollection ??= remembers.begin(observation);
        tries ??= new Tries(recollection, environment.spec, stream, { home: homing });
        const step = await tries.next(observation);
        z = "z" in step ? step.z : undefined;
        homes = "home" in step;
        const action = "home" in step ? step.home : await acting.act(observation, step.z);
        tries.took(action, step.at);
        return action;
      };
    }
    if (!exploring || explores) return underBelief(acting, acting.prior(), latentPeriod, stream, { drawn });
    const found = belief!;
    if (scoredLatent === "drawn") return underBelief(acting, found, 1, stream, { drawn });
    z = found.mean;
    return (observation: Observation) => acting.act(observation, found.mean);
  };

  const episode = async (number: number): Promise<Rollout | OnarmError> => {
    const { provenance } = loaded!.manifest;
    [tries, homes] = [undefined, false];
    const stream = rng("driving", seed, number);
    const inference = (): Inference => {
      const acting = agent!;
      return { act: acts(acting, stream), preSquash: () => (homes ? undefined : acting.preSquash()) };
    };
    const policy = watched(inference(), {
      clock,
      frozen: () => {
        controller.note({ level: "fault", code: "policy.frozen", text: "the policy answers every observation alike" });
        controller.event({ on: "hold", cause: "policy.frozen" });
      },
      rebuild: async () => {
        controller.note({ level: "warn", code: "policy.late", text: "the policy hung; it is made anew from its bundle" });
        // The one that hung may never let go of its sessions: it is left to itself.
        agent = await agentOf(loaded!);
        return inference();
      },
      failed: () => controller.stop("policy.hung"),
    });
    task = trainingTask(provenance.dataset, scene! % provenance.dataset.tasks);
    begins?.(number, task);
    return rollout(environment, task, policy, { task: task.id, signal }).catch((error: unknown) => {
      if (!isOnarmError(error)) throw error;
      return error;
    });
  };

  const run = async () => {
    for (let number = 0; number < episodes && !signal.aborted; number++) {
      await clock.run(() => plan(number) !== undefined || signal.aborted);
      if (signal.aborted) return;
      const next = plan(number)!;
      if (next.scene !== scene) [history, belief, recollection] = [[], agent?.prior(), undefined];
      scene = next.scene;
      if (next.bundle !== loaded) await take(next.bundle);
      const made = await episode(number);
      const explored = exploring !== undefined && history.length < exploring.episodes;
      const said = explored && !(made instanceof Error) ? await exploring.rewards(number, made) : undefined;
      if (said) {
        history.push({ ...(made as Rollout), ...said });
        await tries?.end(made as Rollout, Array.from(said.reward));
        await believe();
      }
      await ends?.(number, made, said);
      if (made instanceof Error && made.code === "budget.spent" && controller.exploration().spent) return;
    }
  };
  return {
    /** Settles when the driving is over. */
    done: run().finally(async () => {
      await agent?.dispose();
      await recall?.dispose();
    }),
    task: (): SawyerTask | undefined => task,
    /** What is believed of the task, and on how many episodes that rests. */
    belief: (): (Belief & { readonly episodes: number }) | undefined => belief && { ...belief, episodes: history.length },
    /** The latent that is acted under. */
    latent: (): Float32Array | undefined => z,
    /** Whether the episode that runs explores. */
    explores: (): boolean => exploring !== undefined && history.length < exploring.episodes,
  };
}
