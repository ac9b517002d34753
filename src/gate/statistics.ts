import { rng } from "../domain/rng.ts";

/** An estimate with its interval. With nothing to estimate from, or from anything that is not finite, everything is NaN. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly samples?: number;
  readonly seed?: number;
  readonly level?: number;
}

const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

/** Linear interpolation between order statistics (Hyndman and Fan's type 7). `sorted` ascending, not empty. */
const quantile = (sorted: ArrayLike<number>, share: number): number => {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
};

/** Percentile bootstrap of the mean (Efron 1979). The same values in any order, with the same seed, give the same answer. */
export function bootstrapMean(
  values: readonly number[],
  { samples = 10_000, seed = 0, level = 0.95 }: BootstrapOptions = {},
): Interval {
  const n = values.length;
  const sorted = Float64Array.from(values).sort();
  const centre = mean(sorted);
  if (!Number.isFinite(centre)) return { mean: NaN, low: NaN, high: NaN };
  const draw = rng("bootstrap", seed);
  const means = new Float64Array(samples);
  for (let s = 0; s < samples; s++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += sorted[Math.floor(draw.uniform() * n)]!;
    means[s] = sum / n;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return { mean: centre, low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** Interval of the mean of a[i] - b[i]: what is common to a pair (the difficulty of a task) cancels. NaN unless `a` and `b` are of equal length. */
export const pairedBootstrap = (a: readonly number[], b: readonly number[], options: BootstrapOptions = {}): Interval =>
  bootstrapMean(
    Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? NaN) - (b[i] ?? NaN)),
    options,
  );

/** Standard normal quantile by bisection on the error function's series; to 1e-9 for the levels in use. */
function normalQuantile(p: number): number {
  const cdf = (x: number) => {
    let term = x;
    let sum = x;
    for (let k = 1; k < 200 && Math.abs(term) > 1e-17; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  };
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Wilson's score interval for a share of successes (Wilson 1927): stays inside [0, 1] and is honest at 0 and n. */
export function wilson(successes: number, n: number, level = 0.95): Interval {
  if (!(n > 0)) return { mean: NaN, low: NaN, high: NaN };
  const share = successes / n;
  const z = normalQuantile(1 - (1 - level) / 2);
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { mean: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Mean of the middle half: floor(n / 4) values are left out at each end (as Agarwal et al. 2021 advise for few runs). */
export function interquartileMean(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.subarray(cut, sorted.length - cut));
}
