import { setPriority } from "node:os";
import { isHit } from "../src/control/rollout.ts";
import type { DomainSpec, Episode, Rollout } from "../src/domain/experience.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { rng } from "../src/domain/rng.ts";
import { loadCheckpoint, saveCheckpoint } from "../src/learning/checkpoint.ts";
import { algorithm } from "../src/learning/algorithms.ts";
import type { AlgorithmName } from "../src/learning/algorithms.ts";
import type { LearnerConfig } from "../src/learning/config.ts";
import { readDataset } from "../src/learning/dataset.ts";
import type { Labeller } from "../src/learning/labeller.ts";
import { Learner } from "../src/learning/learner.ts";
import type { Metrics } from "../src/learning/learner.ts";
import { TaskMemory } from "../src/learning/memory.ts";
import { mirror } from "../src/learning/mirror.ts";
import { sharedEpisodes } from "../src/learning/sharedLabels.ts";
import { klFromPrior } from "../src/learning/shift.ts";
import { Agent, CONTEXT_ROWS } from "../src/policy/agent.ts";
import type { Belief } from "../src/policy/agent.ts";
import type { Recalled } from "../src/policy/recall.ts";
import { serve } from "./rpc.ts";

/** The learner as a process of its own: compiled steps block their thread, and the arm must not notice its death. */
let learner: Learner | undefined;
let asker: Agent | undefined;
const opened = () => {
  if (!learner) throw new Error("open() comes first");
  return learner;
};

const handlers = {
  /** A learner on a dataset, with fresh weights or a bundle's. */
  async open(job: {
    algo?: AlgorithmName;
    spec: DomainSpec;
    config: LearnerConfig;
    seed: number;
    dataset: string;
    tensors?: Record<string, Float32Array>;
  }): Promise<void> {
    const dataset = await readDataset(job.dataset, job.spec);
    await replaced(job);
    const learner = opened();
    const byTask = perTask(dataset.episodes, (episode) => episode.task);
    const shared = perTask(job.config.sharedShare ? sharedEpisodes(dataset) : [], ({ episode }) => episode.task);
    for (let task = 0; task < dataset.manifest.tasks.count; task++) {
      const episodes = byTask.get(task);
      if (!episodes)
        throw new OnarmError("dataset.mismatch", `${job.dataset}: task ${task} has no episode; make the dataset again`);
      learner.addOffline(task, episodes, shared.get(task));
    }
    if (job.tensors) adopt(learner, job.tensors);
  },
  /** A learner on one task alone, with a bundle's weights; `episodes` of it may be none to begin with. */
  async openTask(job: {
    algo: AlgorithmName;
    spec: DomainSpec;
    config: LearnerConfig;
    seed: number;
    episodes: Episode[];
    tensors: Record<string, Float32Array>;
  }): Promise<void> {
    await replaced(job);
    opened().addOffline(0, job.episodes);
    adopt(opened(), job.tensors);
  },
  async update({ count }: { count: number }): Promise<Metrics> {
    return opened().update(count);
  },
  async beginPractice(): Promise<void> {
    await opened().beginPractice();
  },
  /** Labels and remembers unrewarded rollouts. @returns the decoded rewards of each. `labelTasks`: whose history labels it (control experiments). */
  async addPractice(job: { rollouts: Rollout[]; exploration: boolean[]; labelTasks?: number[] }): Promise<Float32Array[]> {
    const rewards: Float32Array[] = [];
    for (const [i, rollout] of job.rollouts.entries())
      rewards.push((await opened().addPractice(rollout, job.exploration[i]!, job.labelTasks?.[i])).reward);
    return rewards;
  },
  /** Remembers rewarded rollouts as they are: the oracle of a study, never practice. */
  addRewarded(job: { episodes: Episode[]; exploration: boolean[] }): void {
    job.episodes.forEach((episode, i) =>
      opened().memory[episode.task]!.append(episode, { online: true, exploration: job.exploration[i]! }),
    );
  },
  /** Every weight of the learner, by name and as copies: what acts and labels under its own name, what learning goes on from under `raw.`. */
  weights(): Record<string, Float32Array> {
    return Object.fromEntries(tensorsOf(opened()).map(([name, view]) => [name, view.slice()]));
  },
  shapes(): Record<string, number[]> {
    const { trained, target } = opened();
    const shapes = { ...trained.shapes, ...target.shapes };
    return Object.fromEntries(tensorsOf(opened()).map(([name]) => [name, [...shapes[name.replace(RAW, "")]!]]));
  },
  /** q(z | 256 transitions of the task's whole memory) for posterior episodes of practice. */
  async beliefs({ tasks, seed }: { tasks: number[]; seed: string }): Promise<Belief[]> {
    const { spec, config, deployed, memory } = opened();
    asker ??= await Agent.create(spec, config.nets, config.head, askedRows(config));
    asker.load(deployed.views);
    const beliefs: Belief[] = [];
    for (const [i, task] of tasks.entries()) beliefs.push(await asker.infer([asEpisode(memory[task]!)], rng(seed, i, task)));
    return beliefs;
  },
  /**
   * What is believed of each training task by `rows` rows of its own offline data, and how its scene was found: what exploring remembers. After them
   * the reflections of all of them, where the domain has one: beliefs of what is wanted on one side may be none of what is wanted on the other.
   */
  async recalled({ rows }: { rows: number }): Promise<Recalled> {
    const { memory, spec } = opened();
    const made = memory.map((known) => asEpisode(known, known.ownCount));
    const histories = [...made, ...made.flatMap(mirror(spec).episode)];
    const beliefs = await believed(rows, "recalled", histories);
    const joined = (rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((row) => [...row]));
    return {
      "recall.mean": joined(beliefs.map(({ mean }) => mean)),
      "recall.variance": joined(beliefs.map(({ variance }) => variance)),
      "recall.start": joined(histories.map(({ observation }) => observation.subarray(0, spec.observation.length))),
      "recall.steps": Float32Array.from(histories, (_, k) => soonest(memory[k % memory.length]!)),
    };
  },
  /** Mean KL( q(z | `rows` offline transitions) || prior ) over the training tasks, nats: what a belief says when its context is not shifted. */
  async offlineKl({ rows }: { rows: number }): Promise<number> {
    const histories = opened().memory.map((known) => asEpisode(known, Math.min(rows, known.offlineCount)));
    const kls = (await believed(rows, "offline kl", histories)).map(klFromPrior);
    return kls.reduce((a, b) => a + b, 0) / kls.length;
  },
  /** One draw of z for each labelled history, of tasks known to the learner or not: what the current decoder is asked under. */
  async latents({ of, seed }: { of: { task: number; history: Episode[] }[]; seed: string }): Promise<Float32Array[]> {
    const { spec } = opened();
    return withLabeller(async (labeller) => {
      const latents: Float32Array[] = [];
      for (const { task, history } of of) {
        const memory = new TaskMemory(spec.observation.length, spec.action.length);
        for (const episode of history) memory.append(episode, { online: false, exploration: false });
        latents.push(await labeller.latent(memory, rng(seed, task)));
      }
      return latents;
    });
  },
  /** Rewards that the current decoder gives each of `episodes` under its own z. */
  async decode({ asked }: { asked: { z: Float32Array; episode: Episode }[] }): Promise<Float32Array[]> {
    return withLabeller(async (labeller) => {
      const rewards: Float32Array[] = [];
      for (const { z, episode } of asked) rewards.push((await labeller.decode(episode, z)).reward);
      return rewards;
    });
  },
  async saveCheckpoint({ file, progress }: { file: string; progress: unknown }): Promise<void> {
    await saveCheckpoint(opened(), file, progress);
  },
  async loadCheckpoint({ file }: { file: string }): Promise<unknown> {
    return loadCheckpoint(opened(), file);
  },
};
export type TrainerHandlers = typeof handlers;

/** The fewest steps in which one of a task's own offline episodes achieves it; an episode's length where none does. */
function soonest({ spans, reward }: TaskMemory): number {
  const { spec } = opened();
  const own = spans.filter((span) => span.own && !span.online);
  const first = own.map(({ start, end }) => 1 + reward.subarray(start, end).findIndex((r) => isHit(spec, r)));
  return Math.min(spec.horizon, ...first.filter((steps) => steps > 0));
}

/** q(z | `rows` transitions) by each of these histories. */
async function believed(rows: number, seed: string, histories: readonly Episode[]): Promise<Belief[]> {
  const { spec, config, deployed } = opened();
  const agent = await Agent.create(spec, config.nets, config.head, rows);
  agent.load(deployed.views);
  const beliefs: Belief[] = [];
  for (const [task, history] of histories.entries()) beliefs.push(await agent.infer([history], rng(seed, task)));
  await agent.dispose();
  return beliefs;
}

async function withLabeller<T>(ask: (labeller: Labeller) => Promise<T>): Promise<T> {
  const { algorithm, deployed } = opened();
  const labeller = await algorithm.labeller?.(deployed);
  if (!labeller) throw new OnarmError("mode.refused", `${algorithm.name} has no reward decoder; use a bundle of smac`);
  const told = await ask(labeller);
  await labeller.dispose();
  return told;
}

function perTask<T>(items: readonly T[], taskOf: (item: T) => number): Map<number, T[]> {
  const byTask = new Map<number, T[]>();
  for (const item of items) byTask.set(taskOf(item), [...(byTask.get(taskOf(item)) ?? []), item]);
  return byTask;
}

/** Puts a fresh learner in the place of the one before. */
async function replaced(job: { algo?: AlgorithmName; spec: DomainSpec; config: LearnerConfig; seed: number }): Promise<void> {
  await learner?.dispose();
  asker = undefined;
  learner = new Learner(algorithm(job.algo ?? "smac", job.spec, job.config), job.seed);
}

/** Rows of a belief for a posterior episode: as many as a label's, or as a context's where nothing is labelled. */
const askedRows = ({ practice, context }: LearnerConfig): number =>
  (practice && "labelContext" in practice ? (practice.labelContext as number) : context?.count) ?? CONTEXT_ROWS;

const RAW = "raw.";

/** Names and views of everything a bundle keeps of a learner. */
function tensorsOf({ trained, target, deployed }: Learner): [string, Float32Array][] {
  const raw = Object.entries(trained.views).map(([name, view]): [string, Float32Array] => [
    name in deployed.views ? RAW + name : name,
    view,
  ]);
  return [...Object.entries(deployed.views), ...raw, ...Object.entries(target.views)];
}

/** Puts a bundle's weights into a fresh learner. */
function adopt(learner: Learner, tensors: Readonly<Record<string, Float32Array>>): void {
  for (const [name, view] of tensorsOf(learner)) {
    const source = tensors[name];
    if (source?.length !== view.length)
      throw new OnarmError(
        "bundle.mismatch",
        `the bundle's ${name} has ${source?.length ?? "no"} numbers, ${view.length} are needed`,
      );
    view.set(source);
  }
}

/** A task's memory, or its first rows, as one long history; only (s, a, r) rows of it are read. */
function asEpisode(memory: TaskMemory, rows = memory.count): Episode {
  const observation = new Float32Array((rows + 1) * memory.O);
  observation.set(memory.observation.subarray(0, rows * memory.O));
  return {
    task: -1,
    steps: rows,
    observation,
    action: memory.action.subarray(0, rows * memory.A),
    reward: memory.reward.subarray(0, rows),
    rewardSource: "decoded",
    terminated: false,
    human: false,
  };
}

// Learning yields to whoever drives an arm on the same machine.
setPriority(10);
serve(handlers);
