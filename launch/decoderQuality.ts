import { areaUnderCurve, r2 } from "../src/learning/quality.ts";
import type { Domain } from "./domains.ts";
import type { Remote } from "./rpc.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TrainerHandlers } from "./trainer.ts";

/** How well labels can be trusted, on validation tasks: area under the ROC curve for two-valued rewards, else R2. */
export type DecoderQuality = { readonly auc: number; readonly perAim: Record<string, number> } | { readonly r2: number };

/**
 * Judges the decoder as practice uses it: z from a task's own labelled behaviour history, asked about *other* behaviour in the same
 * task (R2 of a dense reward across tasks: the other behaviour pursued another task's aim, see docs/learning.md 3; of a two-valued reward some
 * of it pursued another's). Undefined when aborted.
 */
export async function decoderQuality(
  domain: Domain,
  rollouts: Rollouts,
  trainer: Remote<TrainerHandlers>,
  options: {
    readonly taskSeed: number;
    readonly seed: number;
    readonly tasks: number;
    readonly history: number;
    readonly asked: number;
    readonly signal: AbortSignal;
  },
): Promise<DecoderQuality | undefined> {
  const { tasks, taskSeed, seed } = options;
  const ids = Array.from({ length: tasks }, (_, i) => i);
  const episodes = options.history + options.asked;
  const sparse = domain.spec.reward;
  // Another aim's behaviour seldom succeeds: a two-valued reward is asked of the task's own, too, or there is no success to find.
  const foreign = sparse.kind === "sparse" ? Math.floor(options.asked / 2) : options.asked;
  const job = { split: "validation" as const, taskSeed, ids, seed, episodes, foreign };
  const made = await rollouts.behave(job, () => {}, options.signal);
  if (options.signal.aborted) return undefined;
  const byAim = new Map<string, { predicted: number[]; truth: number[] }>();
  for (const id of ids) {
    const own = made.episodes.filter((e) => e.task === id);
    const asked = own.slice(options.history);
    const labels = await trainer.call("decode", {
      history: own.slice(0, options.history),
      episodes: asked,
      seed: `quality/${seed}/${id}`,
    });
    const aim = domain.aim(domain.task("validation", taskSeed, id));
    const pool = byAim.get(aim) ?? byAim.set(aim, { predicted: [], truth: [] }).get(aim)!;
    labels.forEach((label, e) => {
      pool.predicted.push(...label);
      pool.truth.push(...asked[e]!.reward);
    });
  }
  if (sparse.kind === "dense") {
    const all = [...byAim.values()];
    return {
      r2: r2(
        all.flatMap((p) => p.predicted),
        all.flatMap((p) => p.truth),
      ),
    };
  }
  const perAim = Object.fromEntries(
    [...byAim.entries()].sort().map(([aim, p]) => [
      aim,
      areaUnderCurve(
        p.predicted,
        p.truth.map((reward) => reward > sparse.low + 0.5),
      ),
    ]),
  );
  const known = Object.values(perAim).filter(Number.isFinite);
  return { auc: known.reduce((a, b) => a + b, 0) / known.length, perAim };
}
