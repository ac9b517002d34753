import { access, rm } from "node:fs/promises";
import type { SmacConfig } from "../../src/learning/config.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { relabelling } from "../relabelling.ts";
import { decoderQuality } from "../decoderQuality.ts";
import type { DecoderQuality } from "../decoderQuality.ts";
import { practise } from "../practice.ts";
import type { PracticeKind, PracticeState } from "../practice.ts";
import { commit } from "../provenance.ts";
import { Remote } from "../rpc.ts";
import { weightsOf } from "../rollouts.ts";
import type { Rollouts } from "../rollouts.ts";
import type { TrainerHandlers } from "../trainer.ts";
import type { Bench } from "./bench.ts";
import { noCompute, plus, stopwatch } from "./compute.ts";
import type { Compute } from "./compute.ts";
import { curvePoint, keep, POINTS } from "./curve.ts";
import { requireDataset } from "./datasetCell.ts";
import type { Data } from "./datasetCell.ts";
import { trainId, updatesOf } from "./plan.ts";
import type { LearningCell } from "./plan.ts";
import type { CurvePoint, TrainResult } from "./results.ts";

/** Updates between two looks at the signal. */
const CHUNK = 100;
/** s between two checkpoints: what a kill costs at most, beside a round. */
const CHECKPOINT_EVERY = 30;
/** How the decoder is judged: on how many validation tasks, from how many episodes of history, asked about how many. */
const DECODER = { tasks: 40, history: 6, asked: 3 };

/** Where a cell was; beside the learner itself everything that its result needs. */
interface Kept {
  readonly at: At;
  readonly practice: PracticeState | null;
  readonly curve: readonly CurvePoint[];
  readonly spent: Compute;
}
/** How far a phase has come. `metrics`: of the last update. */
interface At {
  readonly updates: number;
  readonly steps: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A phase under way. */
interface Under {
  readonly cell: LearningCell;
  readonly bench: Bench;
  readonly trainer: Remote<TrainerHandlers>;
  readonly rollouts: Rollouts;
  readonly data: Data;
  readonly from: Kept | undefined;
  /** A point of the learning curve. */
  mark(at: At): Promise<void>;
  /** Steps of the last point. */
  marked(): number;
  /** A checkpoint, when the last one is old enough or `now`. */
  save(at: At, practice: PracticeState | null, now?: boolean): Promise<void>;
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** An offline phase, or a second phase in training tasks' scenes, from its checkpoint if there is one. Undefined after an interrupt, which leaves one. */
export async function trainCell(cell: LearningCell, bench: Bench): Promise<TrainResult | undefined> {
  const { store, domain, signal, lane } = bench;
  const { algo, phase, seed } = cell;
  const data = await requireDataset(bench, seed);
  const parent = phase === "offline" ? undefined : await readBundle(store.at("bundles", trainId(seed, algo, "offline")));
  const trainer = new Remote<TrainerHandlers>("trainer", new URL("../trainer.ts", import.meta.url));
  try {
    const config = bench.configs[algo]!;
    const tensors = parent ? { tensors: { ...parent.tensors } } : {};
    await trainer.call("open", { algo, spec: domain.spec, config, seed, dataset: data.directory, ...tensors });
    const rollouts = await lane.rollouts(algo);
    const read = await stopwatch([trainer.pid!, ...rollouts.pids]);
    const file = store.at("work", `${cell.id}.checkpoint`);
    const from = (await exists(file)) ? ((await trainer.call("loadCheckpoint", { file })) as Kept) : undefined;
    const curve = [...(from?.curve ?? [])];
    const spent = async () => plus(from?.spent ?? noCompute, { ...noCompute, ...(await read()) });
    const kept = (at: At) => ({ ...at, data, parent });
    let saved = performance.now();
    const under: Under = {
      cell,
      bench,
      trainer,
      rollouts,
      data,
      from,
      mark: async (at) => void curve.push(await curvePoint(cell, bench, trainer, kept(at))),
      marked: () => curve.at(-1)?.steps ?? 0,
      save: async (at, practice, now = false) => {
        if (!now && performance.now() - saved < CHECKPOINT_EVERY * 1000) return;
        await trainer.call("saveCheckpoint", { file, progress: { at, practice, curve, spent: await spent() } satisfies Kept });
        saved = performance.now();
      },
    };
    const at = parent ? await second(under, parent) : await offline(under);
    if (signal.aborted) return undefined;

    const decoder = !parent && algo === "smac" ? await judged(under) : null;
    if (decoder === undefined) return undefined;
    const bundle = await keep(cell, bench, trainer, store.at("bundles", cell.id), kept(at));
    // "offline-only" counts the steps that its updates stand for; it takes none.
    const steps = phase === "offline-only" ? 0 : at.steps;
    const compute = { ...(await spent()), updates: at.updates, steps };
    for (const old of [file, store.at("work", `${cell.id}.now`)]) await rm(old, { recursive: true, force: true });
    return { bundle: bundle.hash, curve, decoder, commit: commit(), finished: Date.now() / 1000, compute };
  } finally {
    trainer.close();
  }
}

async function offline({ cell, bench, trainer, from, mark, save }: Under): Promise<At> {
  const { study, signal } = bench;
  const updates = updatesOf(study, cell.algo);
  const every = Math.max(1, Math.ceil(updates / POINTS));
  let at: At = from?.at ?? { updates: 0, steps: 0, metrics: {} };
  while (at.updates < updates && !signal.aborted) {
    const next = Math.min(updates, (Math.floor(at.updates / every) + 1) * every);
    const count = Math.min(CHUNK, next - at.updates);
    const metrics = await trainer.call("update", { count });
    at = { ...at, updates: at.updates + count, metrics };
    if (at.updates === next) await mark(at);
    await save(at, null);
    bench.progress(at.updates / updates);
  }
  if (at.updates > 0) await save(at, null, signal.aborted);
  return at;
}

async function second({ cell, bench, trainer, rollouts, data, from, mark, marked, save }: Under, parent: Bundle): Promise<At> {
  const { study, domain, signal, configs } = bench;
  const every = study.steps / POINTS;
  const tasks = Array.from({ length: data.tasks.count }, (_, id) => domain.task("train", data.tasks.seed, id));
  let at: At = from?.at ?? { updates: 0, steps: 0, metrics: {} };
  await rollouts.load({ ...weightsOf(parent), ...(from ? { tensors: await trainer.call("weights", undefined) } : {}) });
  const state = await practise({
    rollouts,
    trainer,
    config: configs[cell.algo] as SmacConfig,
    contextRows: parent.manifest.metaTest.contextRows,
    taskSeed: data.tasks.seed,
    taskCount: data.tasks.count,
    relabelling: relabelling(domain, tasks, (id) => tasks[id]),
    steps: study.steps,
    horizon: domain.spec.horizon,
    seed: cell.seed,
    kind: cell.phase as PracticeKind,
    signal,
    ...(from?.practice ? { from: from.practice } : {}),
    onRound: async ({ state, metrics }) => {
      at = { updates: state.updates, steps: state.steps, metrics: { ...(metrics ?? at.metrics) } };
      // After an interrupt some of the round's updates are owed: its point is made when they have been taken.
      if (!signal.aborted && Math.floor(at.steps / every) > Math.floor(marked() / every)) await mark(at);
      await save(at, state);
      bench.progress(Math.min(1, at.steps / study.steps));
    },
  });
  at = { ...at, updates: state.updates };
  if (!signal.aborted && marked() < at.steps) await mark(at);
  if (state.steps > 0) await save(at, state, signal.aborted);
  return at;
}

/** The decoder's quality on validation tasks; undefined after an interrupt. */
const judged = ({ cell, bench, trainer, rollouts, data }: Under): Promise<DecoderQuality | undefined> =>
  decoderQuality(bench.domain, rollouts, trainer, {
    config: bench.configs[cell.algo]!,
    taskSeed: data.tasks.seed,
    seed: cell.seed,
    ...DECODER,
    signal: bench.signal,
  });
