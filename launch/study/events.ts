import { eventFile } from "../../src/recording/tensorboard.ts";
import type { Gathered } from "./summary.ts";
import type { ScoreResult, TrainResult } from "./results.ts";

/** TensorBoard event files of a study by path: a run for each phase of each variant and seed, the step counting updates. */
export function eventsOf(seeds: readonly number[], gathered: readonly Gathered[]): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const put = (run: string, trained: TrainResult | undefined, scored: ScoreResult) => {
    const points = (trained?.curve ?? []).map(({ time, updates, steps, validation, metrics }) => ({
      time,
      step: updates,
      values: {
        ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`train/${name}`, value])),
        ...(validation === null ? {} : { "validation/return": validation }),
        ...(steps > 0 ? { "train/steps": steps } : {}),
      },
    }));
    const last = { time: scored.finished, step: points.at(-1)?.step ?? 0, values: finals(scored) };
    const began = points[0]?.time ?? scored.finished;
    // TensorBoard knows an event file by "tfevents" in its name; the time in it orders several files of a run.
    files[`${run}/events.out.tfevents.${Math.floor(began)}.onarm`] = eventFile([...points, last], began);
  };
  for (const { variant, before, after, offline, second } of gathered)
    seeds.forEach((seed, s) => {
      if (variant.name === variant.algo) put(`${variant.name}/${seed}/offline`, offline[s], before[s]!);
      if (variant.second) put(`${variant.name}/${seed}/${variant.second}`, second[s], after[s]!);
    });
  return files;
}

function finals({ scores, shift }: ScoreResult): Record<string, number> {
  const mean = (rows: ScoreResult["scores"]["own"]) => rows.reduce((sum, row) => sum + row.return, 0) / rows.length;
  return {
    "test/return own context": mean(scores.own),
    "test/return offline context": mean(scores.offline),
    "test/return no context": mean(scores.none),
    ...(shift
      ? { "test/kl own": shift.klOwn, "test/kl offline": shift.klOffline, "test/normalised shift": shift.normalised }
      : {}),
  };
}
