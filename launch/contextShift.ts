import { klBetween, klFromPrior, normalisedShift } from "../src/learning/shift.ts";
import type { Split } from "../src/domain/experience.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TaskScore } from "./rolloutWorker.ts";

/** How far beliefs from own exploration lie from beliefs of offline histories (docs/learning.md 1.6). `normalised`: 0 none, 1 as far as another task. nats. */
export interface ContextShift {
  readonly normalised: number;
  readonly klOwn: number;
  readonly klOffline: number;
  readonly tasks: number;
}

/** Null where an algorithm has no belief to compare. @param own scores under own context of the very tasks that are compared. Two independent offline histories are made per task. */
export async function klShift(
  rollouts: Rollouts,
  bundle: Bundle,
  own: readonly TaskScore[],
  where: { readonly split: Split; readonly taskSeed: number; readonly seed: number },
): Promise<ContextShift | null> {
  if (bundle.manifest.nets.latent === 0) return null;
  const believe = (seed: number) =>
    rollouts.metaTest(
      {
        ...where,
        seed,
        ids: own.map((s) => s.task),
        context: "offline",
        rule: { ...bundle.manifest.metaTest, explorations: 0 },
        offlineEpisodes: 4,
        beliefOnly: true,
      },
      () => {},
    );
  const [first, second] = [await believe(where.seed + 1_000_003), await believe(where.seed + 2_000_003)];
  const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
  return {
    normalised: normalisedShift({
      withinOnline: mean(own.map((s, i) => klBetween(s, first[i]!))),
      withinOffline: mean(first.map((s, i) => klBetween(s, second[i]!))),
      betweenOffline: mean(first.map((s, i) => klBetween(s, second[(i + 1) % second.length]!))),
    }),
    klOwn: mean(own.map(klFromPrior)),
    klOffline: mean(first.map(klFromPrior)),
    tasks: own.length,
  };
}
