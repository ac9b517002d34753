import { bootstrapMean } from "../src/gate/statistics.ts";
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
      return [aim, { tasks: of.length, success: hasSuccess ? mean(of.map((s) => Number(s.success))) : null, return: mean(of.map((s) => s.return)) }];
    }),
  );
}
