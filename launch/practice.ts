import type { LearnerConfig, OnlineConfig } from "../src/learning/config.ts";
import type { Metrics } from "../src/learning/learner.ts";
import { restoreRng, rng } from "../src/domain/rng.ts";
import type { RngState } from "../src/domain/rng.ts";
import type { Rollout } from "../src/domain/experience.ts";
import { again } from "./relabelling.ts";
import type { Relabelling } from "./relabelling.ts";
import type { Remote } from "./rpc.ts";
import type { PractiseJob } from "./rolloutWorker.ts";
import type { Rollouts } from "./rollouts.ts";
import type { RolloutTrace } from "./trace.ts";
import type { TrainerHandlers } from "./trainer.ts";

/**
 * What practice learns from. "self": its own labels. The others are the controls of a comparison and are never promoted:
 * "offline-only" takes as many updates on the offline data alone; "random-labels" labels each trajectory from the history of a random task;
 * "true-rewards" is no practice but an oracle: the same rounds with the rewards of the environment, and what PEARL does online.
 */
export type PracticeKind = "self" | "offline-only" | "random-labels" | "true-rewards";

export interface PracticeState {
  readonly steps: number;
  readonly updates: number;
  readonly round: number;
  readonly rng: RngState;
}

export interface PracticeParts {
  readonly rollouts: Rollouts;
  readonly trainer: Remote<TrainerHandlers>;
  readonly config: LearnerConfig & { readonly practice: OnlineConfig };
  readonly contextRows: number;
  readonly taskSeed: number;
  readonly taskCount: number;
  /** What is set out where a rollout of a training task is made, as its domain knows tasks; that of the task's number when absent. */
  readonly setting?: (task: number) => unknown;
  /** For `alsoAs` of the config; absent where the domain knows of no tasks in each other's scenes. */
  readonly relabelling?: Relabelling | undefined;
  /** The training tasks that are practised; all of them when absent. */
  readonly among?: readonly number[];
  readonly steps: number;
  readonly horizon: number;
  readonly seed: number;
  readonly kind: PracticeKind;
  readonly signal: AbortSignal;
  /** Where to go on from, after a checkpoint. */
  readonly from?: PracticeState;
  /** After each round, when all it did is in the trainer; a checkpoint may be taken here. After an interrupt some updates may be owed. */
  readonly onRound: (round: PracticeRound) => void | Promise<void>;
}

export interface PracticeRound {
  readonly state: PracticeState;
  readonly rollouts: readonly Rollout[];
  readonly exploration: readonly boolean[];
  readonly traces: readonly RolloutTrace[];
  /** Decoded reward, or the true one, of each step of each rollout. */
  readonly labels: readonly Float32Array[];
  /** Of the last update; none before the first. */
  readonly metrics: Metrics | undefined;
}

/** Updates asked of the trainer in one call: an interrupt waits for one of these at most. */
const CHUNK = 100;

/**
 * The self-supervised phase (docs/learning.md 1.5): rounds of unrewarded rollouts in training tasks' scenes, labels from the trainer's frozen
 * copies, updates, new weights back to the arm. Arm and trainer take turns, so that a seed repeats the run.
 * @returns where it got to: all the steps asked for, or fewer steps or updates after an interrupt. A run from there repeats what
 * an uninterrupted one would have done.
 */
export async function practise(parts: PracticeParts): Promise<PracticeState> {
  const { rollouts, trainer, config, taskCount, setting, relabelling, among, seed, kind, signal } = parts;
  const {
    tasksPerRound,
    priorEpisodes,
    posteriorEpisodes,
    latentPeriod,
    sampleActions,
    updatesPerStep,
    alsoAs = 0,
  } = config.practice;
  const everyTask = Array.from({ length: taskCount }, (_, task) => task);
  let state: PracticeState = parts.from ?? { steps: 0, updates: 0, round: 0, rng: rng("practice", seed).state() };
  let metrics: Metrics | undefined;
  if (kind !== "offline-only") await trainer.call("beginPractice", undefined);
  /** The updates that the steps so far have earned; an interrupt leaves some of them for the next run. */
  const update = async () => {
    const due = Math.round(state.steps * updatesPerStep);
    while (state.updates < due && !signal.aborted) {
      const count = Math.min(CHUNK, due - state.updates);
      metrics = await trainer.call("update", { count });
      state = { ...state, updates: state.updates + count };
    }
    const tensors = await trainer.call("weights", undefined);
    await rollouts.load({ nets: config.nets, head: config.head, contextRows: parts.contextRows, tensors });
  };
  await update();
  while (state.steps < parts.steps && !signal.aborted) {
    const stream = restoreRng(state.rng);
    const tasks = visits(seed, state.round * tasksPerRound, tasksPerRound, among ?? everyTask);
    let made: Rollout[] = [];
    let traces: RolloutTrace[] = [];
    let labels: Float32Array[] = [];
    const wave = async (count: number, posterior: boolean) => {
      const plan = tasks.flatMap((task, k) =>
        Array.from({ length: count }, (_, e) => ({
          task,
          ...(setting ? { setting: setting(task) } : {}),
          label: `${state.round}/${k}/${posterior ? "posterior" : "prior"}/${e}`,
        })),
      );
      if (plan.length === 0) return;
      const beliefs = posterior
        ? await trainer.call("beliefs", { tasks: plan.map((p) => p.task), seed: `belief/${seed}/${state.round}` })
        : [];
      const job: PractiseJob = {
        taskSeed: parts.taskSeed,
        seed,
        latentPeriod,
        sampleActions,
        rollouts: plan.map((p, i) => (beliefs[i] ? { ...p, belief: beliefs[i] } : p)),
      };
      if (kind === "true-rewards") {
        const collected = await rollouts.collect({ ...job, split: "train" }, () => {});
        const episodes = collected.map((c) => c.rollout);
        const more = relabelling
          ? again(episodes, relabelling, alsoAs, stream).map((e) => ({ ...e, reward: relabelling.worth(e.task, e) }))
          : [];
        const all = [...episodes, ...more];
        await trainer.call("addRewarded", { episodes: all, exploration: all.map(() => !posterior) });
        made = [...made, ...episodes];
        traces = [...traces, ...collected.map((c) => c.trace)];
        labels = [...labels, ...episodes.map((e) => e.reward)];
        return;
      }
      const practised = await rollouts.practise(job, () => {});
      const news = practised.map((p) => p.rollout);
      const all = [...news, ...(relabelling ? again(news, relabelling, alsoAs, stream) : [])];
      const labelTasks = kind === "random-labels" ? all.map(() => stream.integer(taskCount)) : undefined;
      const rewards = await trainer.call("addPractice", {
        rollouts: all,
        exploration: all.map(() => !posterior),
        ...(labelTasks ? { labelTasks } : {}),
      });
      made = [...made, ...news];
      traces = [...traces, ...practised.map((p) => p.trace)];
      labels = [...labels, ...rewards.slice(0, news.length)];
    };
    let steps: number;
    if (kind === "offline-only") steps = tasksPerRound * (priorEpisodes + posteriorEpisodes) * parts.horizon;
    else {
      await wave(priorEpisodes, false);
      await wave(posteriorEpisodes, true);
      // An arm that is stopped in every first step must not be tried for ever: the step it was asked for counts.
      steps = made.reduce((n, rollout) => n + Math.max(1, rollout.steps), 0);
    }
    // From here on the round's rollouts are in the trainer: an interrupt may cut its updates, never its waves.
    state = { ...state, steps: state.steps + steps, round: state.round + 1, rng: stream.state() };
    await update();
    const exploration = made.map((_, i) => i < tasksPerRound * priorEpisodes);
    await parts.onRound({ state, rollouts: made, exploration, traces, labels, metrics });
  }
  return state;
}

/**
 * The tasks of the visits `from`, `from` + 1, ...: each task once before any again, in an order that `seed` draws anew every time. Own exploration of
 * a task is what its contexts are made of from then on, so that a task left out would go on being inferred from somebody else's.
 */
function visits(seed: number, from: number, count: number, tasks: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => {
    const epoch = Math.floor((from + i) / tasks.length);
    const draw = rng("practice order", seed, epoch);
    const order = [...tasks];
    for (let k = order.length - 1; k > 0; k--) {
      const j = draw.integer(k + 1);
      [order[k], order[j]] = [order[j]!, order[k]!];
    }
    return order[(from + i) % tasks.length]!;
  });
}
