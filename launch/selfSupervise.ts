import path from "node:path";
import { rm } from "node:fs/promises";
import { configHash } from "../src/config/hash.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { trainingTask } from "../src/tasks/ownTasks.ts";
import { stopLogOf } from "../src/recording/stopLog.ts";
import type { Run } from "./improve.ts";
import { practise } from "./practice.ts";
import type { PracticeState } from "./practice.ts";
import { practiceRecording } from "./practiceRecording.ts";
import { settingOf } from "./practiceSite.ts";
import { commit } from "./provenance.ts";
import { relabelling } from "./relabelling.ts";
import { weightsOf } from "./rollouts.ts";

/** Rounds between two checkpoints. */
const CHECKPOINT_EVERY = 10;

/** Where practice keeps what it can go on from. */
export const checkpointIn = (directory: string): string => path.join(directory, "practice.checkpoint");

const meanOf = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

/** The self-supervised phase with its recording and checkpoints. */
export async function selfSupervise({ options, context, inputs, rollouts, trainer }: Run) {
  const { domain, incumbent, config, training } = inputs;
  const { site } = options;
  // Only the arm's domain has scenes, and tasks that no seed can name.
  const setting = domain.spec.name === "sawyer" ? (id: number) => settingOf(training, site, id) : undefined;
  const file = checkpointIn(options.directory);
  let checkpoint: string | null = null;
  const summary = { steps: 0, updates: 0, stops: 0, clamps: 0, recording: null as string | null, recordsDropped: 0 };
  if (context.signal.aborted) return { summary, checkpoint, metrics: {} };
  await trainer.call("open", {
    spec: domain.spec,
    config,
    seed: context.seed,
    dataset: options.dataset,
    tensors: { ...incumbent.tensors },
  });
  const of = configHash({
    ...{ bundle: incumbent.hash, config, seed: context.seed, control: options.control },
    ...(site ? { scenes: site.scenes, labelTasks: site.labelTasks } : {}),
  });
  const from = options.resume ? ((await trainer.call("loadCheckpoint", { file })) as PracticeState & { of?: string }) : undefined;
  if (from && from.of !== of)
    throw new OnarmError(
      "usage.invalid",
      `${file}: left by a run with another bundle, config, seed, control or scene; repeat that command line, or start without --resume`,
    );
  const save = async (state: PracticeState) => {
    await trainer.call("saveCheckpoint", { file, progress: { ...state, of } });
    checkpoint = file;
  };
  await rollouts.load({ ...weightsOf(incumbent), ...(from ? { tensors: await trainer.call("weights", undefined) } : {}) });
  const recorded = path.join(options.directory, from ? `practice-from-${from.steps}.mcap` : "practice.mcap");
  await Promise.all([recorded, stopLogOf(recorded)].map((old) => rm(old, { force: true })));
  const recording =
    options.control === "offline-only"
      ? undefined
      : await practiceRecording(
          recorded,
          {
            config: configHash(config),
            bundle: incumbent.hash,
            calibration: "none",
            seed: context.seed,
            commit: commit(),
            arm: domain.arm,
            domain: domain.spec.name,
            wallOffset: 0,
          },
          { spec: domain.spec, setting, say: context.log },
        );
  const progress = context.progress("practise", options.steps);
  progress.update(from?.steps ?? 0);
  let metrics: Record<string, number> = {};
  try {
    const state = await practise({
      rollouts,
      trainer,
      config,
      contextRows: incumbent.manifest.metaTest.contextRows,
      taskSeed: training.taskSeed,
      taskCount: training.tasks,
      ...(setting ? { setting } : {}),
      ...(site ? { among: site.labelTasks } : {}),
      relabelling:
        setting &&
        relabelling(
          domain,
          Array.from({ length: training.tasks }, (_, id) => trainingTask(training, id)),
          setting,
          site?.labelTasks,
        ),
      steps: options.steps,
      horizon: domain.spec.horizon,
      seed: context.seed,
      kind: options.control,
      signal: context.signal,
      ...(from ? { from } : {}),
      onRound: async (round) => {
        metrics = { ...(round.metrics ?? metrics) };
        recording?.write(round);
        for (const trace of round.traces) {
          summary.stops += trace.stops;
          summary.clamps += trace.clamps;
        }
        const decoded = meanOf(round.labels.flatMap((label) => Array.from(label)));
        progress.update(round.state.steps, Number.isFinite(decoded) ? `decoded reward ${decoded.toFixed(2)}` : "");
        options.onStage?.("practise", round.state.steps, options.steps);
        await options.onRound?.(round, decoded);
        if (round.state.round % CHECKPOINT_EVERY === 0) await save(round.state);
      },
    });
    Object.assign(summary, { steps: state.steps, updates: state.updates });
    // Also at the end: what comes after it may be interrupted too.
    if (state.steps > 0) await save(state);
  } finally {
    progress.finish();
    const counts = await recording?.finish();
    if (counts) Object.assign(summary, { recording: recorded, recordsDropped: counts.dropped });
  }
  return { summary, checkpoint, metrics };
}
