import { setPriority } from "node:os";
import { metaTest, underBelief } from "../src/control/metaTest.ts";
import type { ContextSource, MetaTestRule } from "../src/control/metaTest.ts";
import { rewardedRollout, rollout } from "../src/control/rollout.ts";
import type { Unseen } from "../src/control/rollout.ts";
import { withoutRewards } from "../src/control/withoutRewards.ts";
import type { Episode, Rollout, Split } from "../src/domain/experience.ts";
import { rng } from "../src/domain/rng.ts";
import { Agent } from "../src/policy/agent.ts";
import type { Actor, Belief } from "../src/policy/agent.ts";
import { GradientAgent } from "../src/policy/gradientAgent.ts";
import type { Adaptation } from "../src/policy/macaw.ts";
import type { DecoderHead, NetHead, NetShapes } from "../src/policy/nets.ts";
import { Recall } from "../src/policy/recall.ts";
import type { Environment } from "../src/ports/environment.ts";
import { openDomain } from "./domains.ts";
import type { Domain } from "./domains.ts";
import { serve } from "./rpc.ts";
import { traceRollout } from "./trace.ts";
import type { RolloutTrace, Watched } from "./trace.ts";

/** Tasks to try, by number; every random number of item k comes from (seed, label, task), whichever worker gets it. */
interface Tasks {
  readonly split: Split;
  readonly taskSeed: number;
  readonly ids: readonly number[];
  readonly seed: number;
}

export interface BehaveJob extends Tasks {
  readonly episodes: number;
  /** The last so many episodes of each task are made by the behaviour of the task that follows it. */
  readonly foreign?: number;
}
export interface MetaTestJob extends Tasks {
  readonly context: ContextSource;
  readonly rule: MetaTestRule;
  /** Behaviour episodes per task that make the offline context. */
  readonly offlineEpisodes: number;
  /** The scored episode begins from anywhere, and not from the start posture. */
  readonly wander?: boolean;
  /** Infer, but do not act: the scores are empty. */
  readonly beliefOnly?: boolean;
}
export interface PractiseJob {
  readonly taskSeed: number;
  readonly seed: number;
  readonly latentPeriod: number | "episode";
  readonly sampleActions: boolean;
  /** One rollout each; without a belief z comes from the prior. `setting`: the task as the domain knows it, where it is not that of its number. */
  readonly rollouts: readonly {
    readonly task: number;
    readonly label: string;
    readonly belief?: Belief;
    readonly setting?: unknown;
  }[];
}

/** The same with rewards, in tasks of any split. */
export interface CollectJob extends PractiseJob {
  readonly split: Split;
}
export interface Collected {
  readonly rollout: Episode;
  readonly trace: RolloutTrace;
}

export interface Practised {
  readonly rollout: Rollout;
  readonly trace: RolloutTrace;
}

/** One held-out task's score. `klOwn`: KL in nats of the belief it was scored under to the prior. */
export interface TaskScore {
  readonly task: number;
  readonly aim: string;
  readonly return: number;
  readonly success: boolean;
  readonly successAny: boolean;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

let domain: Domain | undefined;
let environment: Environment | undefined;
let watched: Watched | undefined;
let agent: Actor | undefined;
let remembers: Recall | undefined;
let agentOf: string | undefined;
const opened = () => {
  if (!domain || !environment) throw new Error("open() comes first");
  return { domain, environment };
};

const handlers = {
  async open({ name }: { name: string }): Promise<void> {
    domain = await openDomain(name);
    ({ environment, watched } = await domain.open());
  },
  async load(job: {
    nets: NetShapes;
    head: NetHead;
    contextRows: number;
    adaptation?: Adaptation;
    recall?: { near: number };
    tensors: Record<string, Float32Array>;
  }): Promise<void> {
    const { spec } = opened().domain;
    const { tensors, ...shape } = job;
    // A comparison may be of two bundles with other nets, or of other algorithms.
    if (agentOf !== JSON.stringify(shape)) {
      await agent?.dispose();
      await remembers?.dispose();
      remembers = job.recall && (await Recall.create(spec, job.nets, job.head as DecoderHead, job.recall.near));
      agent = job.adaptation
        ? await GradientAgent.create(spec, job.nets, job.adaptation, job.contextRows)
        : await Agent.create(spec, job.nets, job.head, job.contextRows);
      agentOf = JSON.stringify(shape);
    }
    agent!.load(tensors);
    remembers?.load(tensors);
  },
  /** Offline data: the domain's scripted behaviour, rewards included. */
  async behave({
    split,
    taskSeed,
    ids,
    seed,
    episodes,
    foreign = 0,
  }: BehaveJob): Promise<{ episodes: Episode[]; successes: number[] }> {
    const made: Episode[] = [];
    const successes: number[] = [];
    for (const id of ids) {
      const result = await behaviour(split, taskSeed, id, seed, episodes, foreign);
      made.push(...result.episodes);
      successes.push(...result.successes);
    }
    return { episodes: made, successes };
  },
  async metaTest(job: MetaTestJob): Promise<TaskScore[]> {
    const { domain, environment } = opened();
    const scores: TaskScore[] = [];
    for (const id of job.ids) {
      const task = domain.task(job.split, job.taskSeed, id);
      const offline =
        job.context === "offline" ? (await behaviour(job.split, job.taskSeed, id, job.seed, job.offlineEpisodes)).episodes : [];
      const stream = rng("meta-test", job.seed, job.split, job.taskSeed, id);
      if (job.beliefOnly) {
        scores.push({
          task: id,
          aim: domain.aim(task),
          return: NaN,
          success: false,
          successAny: false,
          ...told(await agent!.infer(offline, stream)),
        });
        continue;
      }
      const result = await metaTest(environment, task, agent!, {
        ...{ ...job.rule, id, context: job.context, offline, rng: stream },
        remembers: job.rule.recall && remembers,
        home: domain.home,
        unseen: job.wander ? wandered(job, id) : undefined,
      });
      scores.push({
        task: id,
        aim: domain.aim(task),
        return: result.return,
        success: result.outcome.success,
        successAny: result.outcome.successAny,
        ...told(result.belief),
      });
    }
    return scores;
  },
  /** Practice: rollouts of training tasks' scenes through an environment whose reward channel throws. */
  async practise(job: PractiseJob): Promise<Practised[]> {
    const { domain, environment } = opened();
    const blind = withoutRewards(environment);
    const made: Practised[] = [];
    for (const one of job.rollouts) {
      const trace = traceRollout(blind, watched);
      const task = one.setting ?? domain.task("train", job.taskSeed, one.task);
      const done = await rollout(trace.environment, task, practising(job, one), { task: one.task, stopEnds: true });
      made.push({ rollout: done, trace: trace.end() });
    }
    return made;
  },
  /** An oracle's online phase: the same with the rewards of the environment. */
  async collect(job: CollectJob): Promise<Collected[]> {
    const { domain, environment } = opened();
    const made: Collected[] = [];
    for (const one of job.rollouts) {
      const trace = traceRollout(environment, watched);
      const task = one.setting ?? domain.task(job.split, job.taskSeed, one.task);
      const { episode } = await rewardedRollout(trace.environment, task, practising(job, one), {
        task: one.task,
        stopEnds: true,
      });
      made.push({ rollout: episode, trace: trace.end() });
    }
    return made;
  },
};

/** What of a belief is told: a latent z. The weights that a gradient step leaves behind stay where they act. */
const told = (belief: Belief): Belief =>
  agent instanceof GradientAgent ? { mean: new Float32Array(), variance: new Float32Array() } : belief;

export type RolloutHandlers = typeof handlers;

/** Acts under one rollout's belief, every random number from its label. */
function practising(job: PractiseJob, { label, belief }: PractiseJob["rollouts"][number]) {
  const stream = rng("practise", job.seed, label);
  const noise = job.sampleActions ? { noise: stream.fork("actions") } : {};
  return underBelief(agent!, belief ?? agent!.prior(), job.latentPeriod, stream, noise);
}

/** Steps at most that nobody sees before an episode that begins from anywhere. */
const WANDERED = 40;

/** The same steps in a task whoever acts afterwards. */
function wandered({ seed, split, taskSeed }: Omit<Tasks, "ids">, id: number): Unseen | undefined {
  const stream = rng("wander", seed, split, taskSeed, id);
  const steps = 1 + stream.integer(WANDERED);
  const controller = opened().domain.wander?.(stream);
  return controller && { steps, controller };
}

async function behaviour(split: Split, taskSeed: number, id: number, seed: number, count: number, foreign = 0) {
  const { domain, environment } = opened();
  const task = domain.task(split, taskSeed, id);
  const episodes: Episode[] = [];
  const successes: number[] = [];
  for (let e = 0; e < count; e++) {
    const whose = e < count - foreign ? task : domain.task(split, taskSeed, id + 1);
    const controller = domain.behaviour(whose, rng("behaviour", seed, split, taskSeed, id, e));
    const { episode, outcome } = await rewardedRollout(environment, task, controller, { task: id });
    episodes.push(episode);
    successes.push(outcome.success ? 1 : 0);
  }
  return { episodes, successes };
}

// Learning yields to whoever drives an arm on the same machine.
setPriority(10);
serve(handlers);
