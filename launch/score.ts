import { bootstrapMean, pairedBootstrap } from "../src/gate/statistics.ts";
import type { ContextSource } from "../src/control/metaTest.ts";
import type { Split } from "../src/domain/experience.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TaskScore } from "./rolloutWorker.ts";

/** The fixed shape of a score in the JSON of design 3a. */
export interface ScoreSummary {
  readonly success: number | null;
  readonly successAny: number | null;
  readonly return: number;
  /** Of success where the domain defines it, else of return. */
  readonly ci95: readonly [number, number];
  readonly tasks: number;
}
export interface AimScore {
  readonly tasks: number;
  readonly success: number | null;
  readonly return: number;
}

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

export function summarise(scores: readonly TaskScore[], hasSuccess: boolean): ScoreSummary {
  const success = scores.map((s) => Number(s.success));
  const returns = scores.map((s) => s.return);
  const { low, high } = bootstrapMean(hasSuccess ? success : returns, { seed: 1 });
  return {
    success: hasSuccess ? mean(success) : null,
    successAny: hasSuccess ? mean(scores.map((s) => Number(s.successAny))) : null,
    return: mean(returns),
    ci95: [low, high],
    tasks: scores.length,
  };
}

export function perAim(scores: readonly TaskScore[], hasSuccess: boolean): Record<string, AimScore> {
  const aims = [...new Set(scores.map((s) => s.aim))].sort();
  return Object.fromEntries(
    aims.map((aim) => {
      const of = scores.filter((s) => s.aim === aim);
      return [
        aim,
        {
          tasks: of.length,
          success: hasSuccess ? mean(of.map((s) => Number(s.success))) : null,
          return: mean(of.map((s) => s.return)),
        },
      ];
    }),
  );
}

/** The same per aim, before and after: success where the domain defines it, else return. */
export const aimsBeforeAfter = (before: readonly TaskScore[], after: readonly TaskScore[], hasSuccess: boolean) => {
  const then = perAim(after, hasSuccess);
  const value = (score: AimScore | undefined) => (score ? (hasSuccess ? score.success : score.return) : null);
  return Object.fromEntries(
    Object.entries(perAim(before, hasSuccess)).map(([aim, b]) => [
      aim,
      { tasks: b.tasks, before: value(b), after: value(then[aim]) },
    ]),
  );
};

/** b - a, task by task, with its 95 % interval: of success where the domain defines it, else of return. */
export function paired(a: readonly TaskScore[], b: readonly TaskScore[], hasSuccess: boolean) {
  const values = (scores: readonly TaskScore[]) => scores.map((s) => (hasSuccess ? Number(s.success) : s.return));
  const { mean: difference, low, high } = pairedBootstrap(values(b), values(a), { seed: 1 });
  return { difference, ci95: [low, high] as const, tasks: a.length };
}

/** Behaviour episodes that make an offline context. */
export const OFFLINE_EPISODES = 4;
/** Scores `tasks` tasks of a split. The same bundle, tasks and seed give the same scores; two bundles are paired task by task. */
export const scoreTasks = (
  rollouts: Rollouts,
  bundle: Pick<Bundle, "manifest">,
  { tasks, ...options }: Omit<Scored, "ids"> & { tasks: number },
  done: (count: number) => void,
  signal: AbortSignal,
): Promise<TaskScore[]> =>
  scoreIds(rollouts, bundle, { ...options, ids: Array.from({ length: tasks }, (_, i) => i) }, done, signal);

interface Scored {
  readonly split: Split;
  readonly taskSeed: number;
  readonly ids: readonly number[];
  readonly context: ContextSource;
  readonly seed: number;
  /** The scored episodes begin from anywhere. */
  readonly wander?: boolean;
}

/** The same for tasks by number. */
export const scoreIds = (
  rollouts: Rollouts,
  bundle: Pick<Bundle, "manifest">,
  scored: Scored,
  done: (count: number) => void,
  signal: AbortSignal,
): Promise<TaskScore[]> =>
  rollouts.metaTest(
    {
      ...scored,
      rule: bundle.manifest.metaTest,
      offlineEpisodes: OFFLINE_EPISODES,
    },
    done,
    signal,
  );
