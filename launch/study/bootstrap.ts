import { rng } from "../../src/domain/rng.ts";
import { interquartileMean } from "../../src/gate/statistics.ts";

/** An estimate over seeds and tasks. `ci95` is of the mean, `iqmCi95` of the interquartile mean. */
export interface Estimate {
  readonly mean: number;
  readonly ci95: readonly [number, number];
  readonly iqm: number;
  readonly iqmCi95: readonly [number, number];
}

const SAMPLES = 2000;

const meanOf = (xs: ArrayLike<number>) => Array.from(xs).reduce((a, b) => a + b, 0) / xs.length;
const percentile = (sorted: Float64Array, share: number) => {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - sorted[below]!);
};

/**
 * Two-level percentile bootstrap (Efron 1979; Davison and Hinkley 1997, 3.8): seeds are drawn, and within each drawn seed its tasks. With one seed
 * only the tasks are drawn, and the interval says nothing of other seeds. The interquartile mean is of all runs and tasks (Agarwal et al. 2021).
 * @param runs one row of scores a seed; NaN throughout where there is none.
 */
export function estimate(runs: readonly (readonly number[])[]): Estimate {
  const all = runs.flat();
  if (all.length === 0 || !all.every(Number.isFinite)) return { mean: NaN, ci95: [NaN, NaN], iqm: NaN, iqmCi95: [NaN, NaN] };
  const draw = rng("study-bootstrap");
  const [means, iqms] = [new Float64Array(SAMPLES), new Float64Array(SAMPLES)];
  for (let s = 0; s < SAMPLES; s++) {
    const sample: number[] = [];
    let sum = 0;
    for (let r = 0; r < runs.length; r++) {
      const run = runs[draw.integer(runs.length)]!;
      const from = sample.length;
      for (let t = 0; t < run.length; t++) sample.push(run[draw.integer(run.length)]!);
      sum += meanOf(sample.slice(from));
    }
    means[s] = sum / runs.length;
    iqms[s] = interquartileMean(sample);
  }
  const interval = (values: Float64Array) => {
    values.sort();
    return [percentile(values, 0.025), percentile(values, 0.975)] as const;
  };
  return { mean: meanOf(runs.map(meanOf)), ci95: interval(means), iqm: interquartileMean(all), iqmCi95: interval(iqms) };
}
