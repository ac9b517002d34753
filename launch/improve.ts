import path from "node:path";
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { Judgement } from "../src/gate/judge.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import { bundleOf } from "./bundles.ts";
import type { VerbContext } from "./cli.ts";
import { compareBundles, gateEntry } from "./comparison.ts";
import { appendGateEntry } from "./gateLog.ts";
import { readInputs } from "./improveInputs.ts";
import type { Inputs } from "./improveInputs.ts";
import type { PracticeKind, PracticeRound } from "./practice.ts";
import type { PracticeSite } from "./practiceSite.ts";
import { commandLine, commit } from "./provenance.ts";
import { Remote } from "./rpc.ts";
import { Rollouts, weightsOf } from "./rollouts.ts";
import type { TaskScore } from "./rolloutWorker.ts";
import { selfSupervise } from "./selfSupervise.ts";
import { aimsBeforeAfter, paired, scoreTasks, summarise } from "./score.ts";
import type { ScoreSummary } from "./score.ts";
import type { TrainerHandlers } from "./trainer.ts";

export type Stage = "evaluate before" | "practise" | "gate" | "evaluate after";

/** Told of everything as it happens; the page listens here. */
export interface Hooks {
  readonly onStage?: (stage: Stage, done: number, total: number) => void;
  readonly onScore?: (which: "before" | "after", score: ScoreSummary) => void;
  /** Awaited: practice goes on when it resolves. `decoded`: mean self-made reward of the round. */
  readonly onRound?: (round: PracticeRound, decoded: number) => void | Promise<void>;
  readonly onVerdict?: (judgement: Judgement) => void;
  /** Weights that may act from now on: the incumbent at first, the promoted bundle at the end. */
  readonly onBundle?: (bundle: Bundle) => void;
}

export interface ImproveOptions extends Hooks {
  readonly bundle: string;
  readonly dataset: string;
  readonly steps: number;
  readonly control: PracticeKind;
  /** Where all of practice happens; in the scenes of the training tasks when absent. */
  readonly site?: PracticeSite;
  /** Held-out test tasks of the scores before and after, and which. 0: no such scores. */
  readonly tasks: number;
  readonly taskSeed: number;
  readonly validationTasks: number;
  readonly workers: number;
  readonly directory: string;
  readonly resume: boolean;
}

/** Seed namespace of the meta-tests: before and after, incumbent and candidate are paired by it. */
const TEST_SEED = 0;

/** What one run of the loop works with. */
export interface Run {
  readonly options: ImproveOptions;
  readonly context: VerbContext;
  readonly inputs: Inputs;
  readonly rollouts: Rollouts;
  readonly trainer: Remote<TrainerHandlers>;
}

/**
 * The loop that onarm exists for: score, practise without rewards, fine-tune on self-made labels, let the gate compare on validation
 * tasks, promote or refuse, score again. Test tasks are looked at only for the two scores that are reported.
 * An interrupt ends it in order: what is done is kept in a checkpoint, and the result says so.
 */
export async function improve(options: ImproveOptions, context: VerbContext): Promise<Record<string, unknown>> {
  const began = performance.now();
  const inputs = await readInputs(options, context);
  const { domain, incumbent } = inputs;
  const { hasSuccess } = domain.spec;
  await mkdir(options.directory, { recursive: true });
  const trainer = new Remote<TrainerHandlers>("trainer", new URL("./trainer.ts", import.meta.url));
  const rollouts = await Rollouts.open(domain.spec.name, options.workers).catch((error: unknown) => {
    trainer.close();
    throw error;
  });
  const run: Run = { options, context, inputs, rollouts, trainer };
  try {
    options.onBundle?.(incumbent);
    const before = await score(run, incumbent, "evaluate before");
    if (before.length > 0) options.onScore?.("before", summarise(before, hasSuccess));
    const practice = await selfSupervise(run);
    const summary = { before: before.length > 0 ? summarise(before, hasSuccess) : null, ...practice.summary };
    const seconds = () => (performance.now() - began) / 1000;
    const stopped = () => ({
      ...summary,
      after: null,
      perAim: {},
      promoted: false,
      bundle: incumbent.directory,
      checkpoint: practice.checkpoint,
      seconds: seconds(),
    });
    if (context.signal.aborted) return stopped();

    const candidate = await bundleOf(trainer, path.join(options.directory, "candidate"), {
      spec: domain.spec,
      config: inputs.config,
      preset: inputs.preset,
      provenance: provenanceOf(inputs, options, context, practice),
    });
    const judgement = await judge(run, candidate);
    if (!judgement) return stopped();
    const promoted = judgement.verdict === "promote";
    const after = await score(run, candidate, "evaluate after");
    if (after.length > 0) options.onScore?.("after", summarise(after, hasSuccess));
    if (promoted) options.onBundle?.(candidate);
    await writeFile(
      path.join(options.directory, "scores.json"),
      JSON.stringify({ before: before.map(plain), after: after.map(plain) }) + "\n",
    );
    if (practice.checkpoint) await rm(practice.checkpoint, { force: true });
    return {
      ...summary,
      after: after.length > 0 ? summarise(after, hasSuccess) : null,
      ...(after.length === before.length && after.length > 0 ? { paired: paired(before, after, hasSuccess) } : {}),
      perAim: aimsBeforeAfter(before, after, hasSuccess),
      promoted,
      gate: judgement,
      control: options.control,
      bundle: promoted ? candidate.directory : incumbent.directory,
      candidate: candidate.directory,
      seconds: seconds(),
    };
  } finally {
    rollouts.close();
    trainer.close();
  }
}

/** Test tasks of the report under a bundle's weights. */
async function score({ options, context, rollouts }: Run, bundle: Bundle, stage: Stage): Promise<TaskScore[]> {
  if (options.tasks === 0 || context.signal.aborted) return [];
  const progress = context.progress(stage, options.tasks);
  let done = 0;
  await rollouts.load(weightsOf(bundle));
  const where = {
    split: "test" as const,
    taskSeed: options.taskSeed,
    tasks: options.tasks,
    context: "own" as const,
    seed: TEST_SEED,
  };
  const scores = await scoreTasks(
    rollouts,
    bundle,
    where,
    (n) => {
      progress.advance(n);
      options.onStage?.(stage, (done += n), options.tasks);
    },
    context.signal,
  );
  progress.finish();
  return scores;
}

/** Candidate against incumbent, logged; nothing when an interrupt came first. */
async function judge({ options, context, inputs, rollouts }: Run, candidate: Bundle): Promise<Judgement | undefined> {
  const progress = context.progress("gate", 2 * options.validationTasks);
  let done = 0;
  const { judgement } = await compareBundles(
    rollouts,
    { incumbent: inputs.incumbent, candidate, tasks: options.validationTasks, seed: TEST_SEED },
    (n) => {
      progress.advance(n);
      options.onStage?.("gate", (done += n), 2 * options.validationTasks);
    },
    context.signal,
  );
  progress.finish();
  if (context.signal.aborted) return undefined;
  options.onVerdict?.(judgement);
  await appendGateEntry(path.join(options.directory, "gate.jsonl"), gateEntry(judgement, inputs.incumbent, candidate));
  return judgement;
}

function provenanceOf(
  { incumbent }: Inputs,
  options: ImproveOptions,
  context: VerbContext,
  practice: { summary: { steps: number; updates: number }; metrics: Record<string, number> },
) {
  const { provenance } = incumbent.manifest;
  const { steps, updates } = practice.summary;
  return {
    command: commandLine(),
    commit: commit(),
    seed: context.seed,
    dataset: provenance.dataset,
    parent: incumbent.hash,
    updates: provenance.updates + updates,
    practice: options.control,
    practiceSteps: provenance.practiceSteps + (options.control === "offline-only" ? 0 : steps),
    metrics: practice.metrics,
  };
}

const plain = ({ task, aim, return: r, success }: TaskScore) => ({ task, aim, return: r, success });
