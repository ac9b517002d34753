import { readBundle } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { bundleOf } from "../bundles.ts";
import { commandLine, commit } from "../provenance.ts";
import type { Remote } from "../rpc.ts";
import { weightsOf } from "../rollouts.ts";
import { scoreTasks } from "../score.ts";
import type { TrainerHandlers } from "../trainer.ts";
import type { Bench } from "./bench.ts";
import type { Data } from "./datasetCell.ts";
import type { LearningCell } from "./plan.ts";
import type { CurvePoint } from "./results.ts";

/** Points of a learning curve in a phase. */
export const POINTS = 20;

/** The trainer's weights as a bundle, with where they come from. */
export async function keep(
  cell: LearningCell,
  bench: Bench,
  trainer: Remote<TrainerHandlers>,
  directory: string,
  made: {
    readonly updates: number;
    readonly steps: number;
    readonly data: Data;
    readonly parent: Bundle | undefined;
    readonly metrics: Readonly<Record<string, number>>;
  },
): Promise<Bundle> {
  const { phase, algo, seed } = cell;
  return bundleOf(trainer, directory, {
    algo,
    spec: bench.domain.spec,
    config: bench.configs[algo]!,
    preset: bench.study.preset,
    provenance: {
      command: commandLine(),
      commit: commit(),
      seed,
      dataset: { sha256: made.data.sha256, taskSeed: made.data.tasks.seed, tasks: made.data.tasks.count },
      parent: made.parent?.hash ?? null,
      updates: (made.parent?.manifest.provenance.updates ?? 0) + made.updates,
      practiceSteps: made.steps,
      practice: phase === "offline" || phase === "fine-tune" ? "none" : phase,
      metrics: made.metrics,
    },
  });
}

/** Scores the trainer's present weights on validation tasks, which nothing learns from and no table reports. */
export async function curvePoint(
  cell: LearningCell,
  bench: Bench,
  trainer: Remote<TrainerHandlers>,
  at: Parameters<typeof keep>[4],
): Promise<CurvePoint> {
  const { study, lane, store } = bench;
  let validation: number | null = null;
  if (study.curveTasks > 0) {
    const now = await keep(cell, bench, trainer, store.at("work", `${cell.id}.now`), at);
    const rollouts = await lane.rollouts(cell.algo);
    await rollouts.load(weightsOf(await readBundle(now.directory)));
    const where = {
      split: "validation" as const,
      taskSeed: at.data.tasks.seed,
      tasks: study.curveTasks,
      context: "own" as const,
      seed: 0,
    };
    // Not to be interrupted: a point of some of the tasks would stay in the curve of the run that goes on.
    const scores = await scoreTasks(rollouts, now, where, () => {}, new AbortController().signal);
    validation = scores.reduce((sum, s) => sum + s.return, 0) / scores.length;
  }
  const metrics = Object.fromEntries(Object.entries(at.metrics).filter(([, value]) => Number.isFinite(value)));
  return { time: Date.now() / 1000, updates: at.updates, steps: at.steps, validation, metrics };
}
