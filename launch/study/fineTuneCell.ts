import { readFile, rm } from "node:fs/promises";
import { readBundle } from "../../src/policy/bundle.ts";
import { fineTune, fineTuneCost } from "../fineTune.ts";
import { commit } from "../provenance.ts";
import { Remote } from "../rpc.ts";
import type { TrainerHandlers } from "../trainer.ts";
import type { Bench } from "./bench.ts";
import { noCompute, plus, stopwatch } from "./compute.ts";
import type { Compute } from "./compute.ts";
import { trainId } from "./plan.ts";
import type { LearningCell } from "./plan.ts";
import type { ScoreResult, ScoreRow } from "./results.ts";
import { rowOf, SCORE_SEED } from "./scoreCell.ts";
import { writeWhole } from "./store.ts";

interface Kept {
  readonly own: readonly ScoreRow[];
  readonly offline: readonly ScoreRow[];
  readonly spent: Compute;
}

/**
 * Scores of held-out tasks after fine-tuning on each with its true rewards: from its own episodes alone ("own"), and from behaviour
 * episodes first ("offline"). Task by task, so that a killed study loses one task. Undefined after an interrupt.
 */
export async function fineTuneCell(cell: LearningCell, bench: Bench): Promise<ScoreResult | undefined> {
  const { study, store, signal, lane } = bench;
  const { seed, algo } = cell;
  const bundle = await readBundle(store.at("bundles", trainId(seed, algo, "offline")));
  const file = store.at("work", `${cell.id}.json`);
  const before = await readFile(file, "utf8").catch(() => undefined);
  let kept: Kept = before === undefined ? { own: [], offline: [], spent: noCompute } : (JSON.parse(before) as Kept);
  const rollouts = await lane.rollouts(algo);
  const trainer = new Remote<TrainerHandlers>("trainer", new URL("../trainer.ts", import.meta.url));
  try {
    const read = await stopwatch([trainer.pid!, ...rollouts.pids]);
    const spentBefore = kept.spent;
    const tune = async (id: number, offline: boolean) => {
      const where = { split: "test" as const, taskSeed: study.taskSeed, ids: [id], seed: SCORE_SEED };
      const scores = await fineTune({
        rollouts,
        trainer,
        bundle,
        ...where,
        rounds: study.rounds,
        offline,
        signal,
        done: () => {},
      });
      return scores.map(rowOf);
    };
    for (let id = kept.own.length; id < study.fineTuneTasks && !signal.aborted; id++) {
      const [own, offline] = [await tune(id, false), await tune(id, true)];
      if (signal.aborted) break;
      const cost = [fineTuneCost(bundle, study.rounds, false), fineTuneCost(bundle, study.rounds, true)];
      kept = {
        own: [...kept.own, ...own],
        offline: [...kept.offline, ...offline],
        spent: plus(spentBefore, {
          ...(await read()),
          updates: (id + 1) * cost.reduce((sum, c) => sum + c.updates, 0) - spentBefore.updates,
          steps: (id + 1) * cost.reduce((sum, c) => sum + c.steps, 0) - spentBefore.steps,
        }),
      };
      await writeWhole(file, JSON.stringify(kept));
      bench.progress((id + 1) / study.fineTuneTasks);
    }
    if (signal.aborted) return undefined;
    await rm(file, { force: true });
    const { own, offline, spent } = kept;
    return { scores: { own, offline, none: [] }, shift: null, commit: commit(), finished: Date.now() / 1000, compute: spent };
  } finally {
    trainer.close();
  }
}
