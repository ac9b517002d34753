import path from "node:path";
import { mkdir, rm } from "node:fs/promises";
import { configHash } from "../src/config/hash.ts";
import { judgeCandidate } from "../src/gate/judge.ts";
import type { Judgement } from "../src/gate/judge.ts";
import { parseConfig, presetConfig, requireFit } from "../src/learning/config.ts";
import type { Preset, SmacConfig } from "../src/learning/config.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { readDataset } from "../src/learning/dataset.ts";
import { readBundle, requireSpec } from "../src/policy/bundle.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import { bundleOf } from "./bundles.ts";
import type { VerbContext } from "./cli.ts";
import { openDomain } from "./domains.ts";
import { appendGateEntry } from "./gateLog.ts";
import { practise } from "./practice.ts";
import type { PracticeKind, PracticeRound, PracticeState } from "./practice.ts";
import { practiceRecording } from "./practiceRecording.ts";
import type { PracticeRecording } from "./practiceRecording.ts";
import { commandLine, commit } from "./provenance.ts";
import { Remote } from "./rpc.ts";
import { Rollouts, weightsOf } from "./rollouts.ts";
import type { TaskScore } from "./rolloutWorker.ts";
import { paired, perAim, scoreTasks, summarise } from "./score.ts";
import type { ScoreSummary } from "./score.ts";
import type { TrainerHandlers } from "./trainer.ts";

export type Stage = "evaluate before" | "practise" | "gate" | "evaluate after";

export interface ImproveOptions {
  readonly bundle: string;
  readonly dataset: string;
  readonly steps: number;
  readonly control: PracticeKind;
  /** Held-out test tasks of the scores before and after, and which. 0: no such scores. */
  readonly tasks: number;
  readonly taskSeed: number;
  readonly validationTasks: number;
  readonly workers: number;
  readonly directory: string;
  readonly resume: boolean;
  /** Told of everything as it happens; the page listens here. */
  readonly onStage?: (stage: Stage, done: number, total: number) => void;
  readonly onScore?: (which: "before" | "after", score: ScoreSummary) => void;
  readonly onRound?: (round: PracticeRound, decodedReward: number) => void;
  readonly onVerdict?: (judgement: Judgement) => void;
  /** Weights that may act now: the incumbent at first, the promoted bundle at the end. */
  readonly onBundle?: (bundle: Bundle) => void;
}

/** Seed namespace of the meta-tests: before and after, incumbent and candidate are paired by it. */
const TEST_SEED = 0;

const differences = (before: readonly TaskScore[], after: readonly TaskScore[]) =>
  Object.fromEntries(
    Object.entries(perAim(before, true)).map(([aim, b]) => [
      aim,
      { tasks: b.tasks, before: b.success, after: perAim(after, true)[aim]!.success },
    ]),
  );

/**
 * The loop that onarm exists for: score, practise without rewards, fine-tune on self-made labels, let the gate compare on validation
 * tasks, promote or refuse, score again. Test tasks are looked at only for the two scores that are reported.
 * An interrupt ends practice in order: what is done is kept in a checkpoint, and the result says so.
 */
export async function improve(options: ImproveOptions, context: VerbContext): Promise<Record<string, unknown>> {
  const began = performance.now();
  const { signal } = context;
  const incumbent = await readBundle(options.bundle);
  const domain = await openDomain(incumbent.spec.name);
  requireSpec(incumbent, domain.spec);
  const dataset = await readDataset(options.dataset, domain.spec);
  const { sha256, taskSeed, tasks } = incumbent.manifest.provenance.dataset;
  if (dataset.sha256 !== sha256)
    throw new OnarmError(
      "dataset.mismatch",
      `${options.dataset}: sha-256 ${dataset.sha256.slice(0, 12)} is not the dataset this bundle was made from (${sha256.slice(0, 12)}); name that one`,
    );
  const preset = incumbent.manifest.preset as Preset;
  const stored = parseConfig(presetConfig(preset, domain.spec), incumbent.manifest.config, `${options.bundle}/manifest.json`);
  const config: SmacConfig = parseConfig(stored, context.config ?? {}, context.configFile ?? "--config");
  requireFit(config, domain.spec);
  await mkdir(options.directory, { recursive: true });
  const checkpoint = path.join(options.directory, "practice.checkpoint");
  const contextRows = incumbent.manifest.metaTest.contextRows;

  const trainer = new Remote<TrainerHandlers>("trainer", new URL("./trainer.ts", import.meta.url));
  let rollouts: Rollouts | undefined;
  let recording: PracticeRecording | undefined;
  let [stops, clamps] = [0, 0];
  try {
    rollouts = await Rollouts.open(domain.spec.name, options.workers);
    await rollouts.load(weightsOf(incumbent));
    options.onBundle?.(incumbent);
    const score = async (
      bundle: Bundle,
      split: "test" | "validation",
      count: number,
      stage: Stage,
      from: number,
      total: number,
    ): Promise<TaskScore[]> => {
      if (count === 0 || signal.aborted) return [];
      const progress = context.progress(stage, count);
      let done = 0;
      await rollouts!.load(weightsOf(bundle));
      const scores = await scoreTasks(
        rollouts!,
        bundle,
        { split, taskSeed: split === "test" ? options.taskSeed : taskSeed, tasks: count, context: "own", seed: TEST_SEED },
        (n) => {
          progress.advance(n);
          options.onStage?.(stage, from + (done += n), total);
        },
        signal,
      );
      progress.finish();
      return scores;
    };

    const before = await score(incumbent, "test", options.tasks, "evaluate before", 0, options.tasks);
    if (before.length > 0) options.onScore?.("before", summarise(before, domain.spec.hasSuccess));

    await trainer.call("open", {
      spec: domain.spec,
      config,
      seed: context.seed,
      dataset: options.dataset,
      tensors: { ...incumbent.tensors },
    });
    const from = options.resume ? ((await trainer.call("loadCheckpoint", { file: checkpoint })) as PracticeState) : undefined;
    if (from) await rollouts.load({ ...weightsOf(incumbent), tensors: await trainer.call("weights", undefined) });
    else await rollouts.load(weightsOf(incumbent));
    const file = path.join(options.directory, `practice${from ? `-${from.round}` : ""}.mcap`);
    await rm(file, { force: true });
    if (options.control !== "offline-only")
      recording = await practiceRecording(
        file,
        {
          config: configHash(config),
          bundle: incumbent.hash,
          calibration: "none",
          seed: context.seed,
          commit: commit(),
          arm: domain.spec.name === "sawyer" ? "twin" : domain.spec.name,
          domain: domain.spec.name,
          wallOffset: 0,
        },
        domain.spec,
      );
    const progress = context.progress("practise", options.steps);
    progress.update(from?.steps ?? 0);
    let last: PracticeRound | undefined;
    const state = signal.aborted
      ? undefined
      : await practise({
          rollouts,
          trainer,
          config,
          contextRows,
          taskSeed,
          taskCount: tasks,
          steps: options.steps,
          horizon: domain.spec.horizon,
          seed: context.seed,
          kind: options.control,
          signal,
          ...(from ? { from } : {}),
          onRound: async (round) => {
            last = round;
            recording?.write(round);
            for (const trace of round.traces) {
              stops += trace.stops;
              clamps += trace.clamps;
            }
            const decoded = meanOf(round.labels.flatMap((label) => Array.from(label)));
            progress.update(round.state.steps, Number.isFinite(decoded) ? `decoded reward ${decoded.toFixed(2)}` : "");
            options.onStage?.("practise", round.state.steps, options.steps);
            options.onRound?.(round, decoded);
            if (round.state.round % 10 === 0) await trainer.call("saveCheckpoint", { file: checkpoint, progress: round.state });
          },
        });
    progress.finish();
    const counts = await recording?.finish();
    recording = undefined;
    const common = {
      steps: state?.steps ?? 0,
      updates: state?.updates ?? 0,
      stops,
      clamps,
      recording: counts ? file : null,
      recordsDropped: counts?.dropped ?? 0,
      seconds: () => (performance.now() - began) / 1000,
    };
    if (signal.aborted || !state) {
      const kept = last ? checkpoint : null;
      if (last)
        context.log(
          `stopped after ${state?.steps ?? 0} steps; the last checkpoint is at step ${Math.floor(last.state.round / 10) * 10 === 0 ? 0 : "the last tenth round"}`,
        );
      return {
        ...common,
        seconds: common.seconds(),
        before: before.length ? summarise(before, domain.spec.hasSuccess) : null,
        after: null,
        promoted: false,
        bundle: incumbent.directory,
        checkpoint: kept,
      };
    }

    const candidate = await bundleOf(trainer, path.join(options.directory, "candidate"), {
      spec: domain.spec,
      config,
      preset,
      provenance: {
        command: commandLine(),
        commit: commit(),
        seed: context.seed,
        dataset: incumbent.manifest.provenance.dataset,
        parent: incumbent.hash,
        updates: incumbent.manifest.provenance.updates + state.updates,
        practiceSteps: incumbent.manifest.provenance.practiceSteps + (options.control === "offline-only" ? 0 : state.steps),
        metrics: last ? { ...last.metrics } : {},
      },
    });
    const total = 2 * options.validationTasks;
    const theirs = await score(incumbent, "validation", options.validationTasks, "gate", 0, total);
    const ours = await score(candidate, "validation", options.validationTasks, "gate", options.validationTasks, total);
    const judgement = judgeCandidate({
      incumbent: theirs.map(gateScore),
      candidate: ours.map(gateScore),
      hasSuccess: domain.spec.hasSuccess,
      checks: [
        {
          name: "practice used its own labels",
          ok: options.control === "self",
          detail: `control "${options.control}" is an experiment and never drives`,
        },
        { name: "practice went to its end", ok: !signal.aborted },
      ],
    });
    options.onVerdict?.(judgement);
    const promoted = judgement.verdict === "promote";
    await appendGateEntry(path.join(options.directory, "gate.jsonl"), {
      time: new Date().toISOString(),
      verdict: judgement.verdict,
      incumbent: incumbent.hash,
      candidate: candidate.hash,
      reasons: judgement.reasons,
      difference: finiteOr(judgement.difference),
      low: finiteOr(judgement.low),
      high: finiteOr(judgement.high),
      tasks: judgement.tasks,
    });
    const after = await score(candidate, "test", options.tasks, "evaluate after", 0, options.tasks);
    if (after.length > 0) options.onScore?.("after", summarise(after, domain.spec.hasSuccess));
    if (promoted) options.onBundle?.(candidate);
    await rm(checkpoint, { force: true });
    const { hasSuccess } = domain.spec;
    return {
      before: before.length ? summarise(before, hasSuccess) : null,
      after: after.length ? summarise(after, hasSuccess) : null,
      ...(after.length
        ? { paired: paired(before, after, hasSuccess, domain.uncounted), perAim: differences(before, after) }
        : { perAim: {} }),
      ...common,
      promoted,
      gate: {
        verdict: judgement.verdict,
        reasons: judgement.reasons,
        difference: judgement.difference,
        low: judgement.low,
        high: judgement.high,
      },
      control: options.control,
      bundle: promoted ? candidate.directory : incumbent.directory,
      candidate: candidate.directory,
      seconds: common.seconds(),
      ...(signal.aborted ? { interrupted: true } : {}),
    };
  } finally {
    await recording?.finish();
    rollouts?.close();
    trainer.close();
  }
}
const finiteOr = (x: number) => (Number.isFinite(x) ? x : null);
const meanOf = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const gateScore = (s: TaskScore) => ({ task: s.task, return: s.return, success: Number(s.success) });
