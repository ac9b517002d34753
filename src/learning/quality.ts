/** Area under the ROC curve: chance that a positive scores above a negative, ties counting half. NaN without both kinds or with a NaN score. */
export function areaUnderCurve(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  if (Array.from(scores).some(Number.isNaN)) return NaN;
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [rankSum, positives] = [0, 0];
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++;
    const rank = (i + 1 + j) / 2;
    for (let k = i; k < j; k++)
      if (positive[order[k]!]) {
        rankSum += rank;
        positives++;
      }
    i = j;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Coefficient of determination: 1 - residual over total sum of squares. NaN when the truth does not vary. */
export function r2(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  const n = truth.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += truth[i]! / n;
  let [residual, total] = [0, 0];
  for (let i = 0; i < n; i++) {
    residual += (truth[i]! - predicted[i]!) ** 2;
    total += (truth[i]! - mean) ** 2;
  }
  return total > 0 ? 1 - residual / total : NaN;
}

/** What labels of a two-valued reward are worth. */
export interface LabelQuality {
  readonly auc: number;
  /** Share of the misses that are taken for hits, and of the hits for misses, at a decoded chance of one half. */
  readonly falseHits: number;
  readonly missed: number;
  /** Expected calibration error (Naeini et al. 2015) of the decoded chance of a hit, over ten bins of equal width. */
  readonly calibrationError: number;
}

/** `chance`: decoded, of a hit, in [0, 1]. A share of nothing is NaN, and so is everything where a chance is none. */
export function labelQuality(chance: ArrayLike<number>, hit: ArrayLike<boolean>): LabelQuality {
  const BINS = 10;
  if (!Array.from(chance).every((p) => p >= 0 && p <= 1)) return { auc: NaN, falseHits: NaN, missed: NaN, calibrationError: NaN };
  const bins = Array.from({ length: BINS }, () => ({ count: 0, chance: 0, hits: 0 }));
  const of = { hits: 0, misses: 0, missed: 0, falseHits: 0 };
  for (let i = 0; i < hit.length; i++) {
    const bin = bins[Math.min(BINS - 1, Math.floor(chance[i]! * BINS))]!;
    bin.count++;
    bin.chance += chance[i]!;
    if (hit[i]) {
      bin.hits++;
      of.hits++;
      if (!(chance[i]! > 0.5)) of.missed++;
    } else {
      of.misses++;
      if (chance[i]! > 0.5) of.falseHits++;
    }
  }
  return {
    auc: areaUnderCurve(chance, hit),
    falseHits: of.falseHits / of.misses,
    missed: of.missed / of.hits,
    calibrationError: bins.reduce((sum, bin) => sum + Math.abs(bin.chance - bin.hits), 0) / hit.length,
  };
}
