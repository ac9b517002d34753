import type { ContextSource } from "../../src/control/metaTest.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { klShift } from "../contextShift.ts";
import { commit } from "../provenance.ts";
import { weightsOf } from "../rollouts.ts";
import type { TaskScore } from "../rolloutWorker.ts";
import { scoreTasks } from "../score.ts";
import type { Bench } from "./bench.ts";
import { noCompute, stopwatch } from "./compute.ts";
import { trainId } from "./plan.ts";
import type { LearningCell } from "./plan.ts";
import type { ScoreResult, ScoreRow } from "./results.ts";

export const CONTEXTS = ["own", "offline", "none"] as const satisfies readonly ContextSource[];
/** Tasks on which the shift between own and offline contexts is measured: it needs several more episodes a task. */
const SHIFT_TASKS = 20;
/** Random numbers of the scores: the same for every variant, so that they are paired. */
export const SCORE_SEED = 0;

export const rowOf = ({ task, aim, return: r, success, mean, variance }: TaskScore): ScoreRow => ({
  task,
  aim,
  return: r,
  success,
  mean: Array.from(mean),
  variance: Array.from(variance),
});

/** A bundle's scores on the study's held-out tasks under every context. Undefined after an interrupt. */
export async function scoreCell({ seed, algo, phase }: LearningCell, bench: Bench): Promise<ScoreResult | undefined> {
  const { study, store, signal, lane } = bench;
  const bundle = await readBundle(store.at("bundles", trainId(seed, algo, phase)));
  const rollouts = await lane.rollouts(algo);
  const read = await stopwatch(rollouts.pids);
  await rollouts.load(weightsOf(bundle));
  let done = 0;
  const score = async (context: ContextSource): Promise<TaskScore[]> => {
    const where = { split: "test" as const, taskSeed: study.taskSeed, tasks: study.tasks, context, seed: SCORE_SEED };
    return scoreTasks(rollouts, bundle, where, () => bench.progress(++done / (3 * study.tasks)), signal);
  };
  const own = await score("own");
  const scores = { own, offline: await score("offline"), none: await score("none") };
  if (signal.aborted) return undefined;
  const shift =
    bundle.manifest.nets.latent > 0
      ? await klShift(rollouts, bundle, own.slice(0, SHIFT_TASKS), { split: "test", taskSeed: study.taskSeed, seed: SCORE_SEED })
      : null;
  return {
    scores: { own: scores.own.map(rowOf), offline: scores.offline.map(rowOf), none: scores.none.map(rowOf) },
    shift,
    commit: commit(),
    finished: Date.now() / 1000,
    compute: { ...noCompute, ...(await read()) },
  };
}
