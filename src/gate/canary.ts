/** One pair of episodes on the same scene, one under each policy. */
export interface CanaryPair {
  readonly incumbent: boolean;
  readonly candidate: boolean;
}

export interface CanaryVerdict {
  readonly verdict: "wait" | "keep" | "rollback";
  readonly reason: string;
  readonly pairs: number;
  /** Pairs in which only one of both succeeded: the incumbent, the candidate. */
  readonly worse: number;
  readonly better: number;
  /** Evidence against the candidate; 1 is none. */
  readonly evidence: number;
}

export interface CanaryRule {
  /** Pairs after which a candidate that was not rolled back stays. */
  readonly pairs: number;
  /** Chance, at most, of rolling back a candidate that is as good; however often it is looked. */
  readonly alpha?: number;
}

/** Share of the evidence that each pair stakes. */
const STAKE = 0.5;

/**
 * Whether promoted weights do worse in use than what drove before. The evidence is a bet against "no worse": it grows by half with each pair
 * that only the incumbent wins and halves with each that only the candidate wins, so it may be looked at after every pair, and exceeds
 * 1/alpha with probability alpha at most (Ville's inequality for test martingales). Total: any list of pairs gets a verdict.
 */
export function canary(pairs: readonly CanaryPair[], { pairs: most, alpha = 0.05 }: CanaryRule): CanaryVerdict {
  let [evidence, highest, worse, better] = [1, 1, 0, 0];
  for (const { incumbent, candidate } of pairs) {
    if (incumbent === candidate) continue;
    if (incumbent) worse++;
    else better++;
    evidence *= 1 + (incumbent ? STAKE : -STAKE);
    highest = Math.max(highest, evidence);
  }
  const counted = { pairs: pairs.length, worse, better, evidence };
  const tally = `in ${pairs.length} pairs it alone failed ${worse} times and alone succeeded ${better} times`;
  if (!(highest < 1 / alpha))
    return { verdict: "rollback", reason: `canary: worse than what drove before: ${tally}`, ...counted };
  if (pairs.length >= most) return { verdict: "keep", reason: `canary: no worse than what drove before: ${tally}`, ...counted };
  return { verdict: "wait", reason: `canary: not decided yet: ${tally}`, ...counted };
}
