interface Gaussian {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
}

/** KL( a || b ) of diagonal Gaussians, nats. */
export function klBetween(a: Gaussian, b: Gaussian): number {
  let kl = 0;
  for (let i = 0; i < a.mean.length; i++) {
    const [va, vb] = [a.variance[i]!, b.variance[i]!];
    kl += 0.5 * (va / vb + (a.mean[i]! - b.mean[i]!) ** 2 / vb - 1 + Math.log(vb / va));
  }
  return kl;
}

/** KL( a || N(0, I) ), nats. */
export const klFromPrior = (a: Gaussian): number =>
  klBetween(a, { mean: new Float64Array(a.mean.length), variance: new Float64Array(a.mean.length).fill(1) });

/** (within-task online-offline - within-task offline-offline) / (between-task offline-offline - within-task offline-offline), docs/learning.md 1.6. */
export const normalisedShift = (kl: { withinOnline: number; withinOffline: number; betweenOffline: number }): number =>
  (kl.withinOnline - kl.withinOffline) / (kl.betweenOffline - kl.withinOffline);
