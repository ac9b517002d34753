import type { Metrics } from "./learner.ts";

/** What values may be, unscaled rewards times the scale: the discounted sum of the least and of the highest reward ever, and room to be wrong. */
export interface ValueBounds {
  readonly low: number;
  readonly high: number;
}

/** Nats of a belief that has left everything it was trained on behind: beliefs that serve have some tens. */
const RUNAWAY_KL = 1000;
/** A critic may be wrong by so many times the whole range before it counts as running away, since it starts anywhere. */
const ROOM = 3;

/** The bounds of the values of rewards within [low, high] under a discount. */
export function valueBounds(low: number, high: number, discount: number): ValueBounds {
  const horizon = 1 / (1 - discount);
  const [least, most] = [Math.min(0, low) * horizon, Math.max(0, high) * horizon];
  const room = ROOM * Math.max(most - least, 1);
  return { low: least - room, high: most + room };
}

/** Why learning counts as run away, in words; undefined while it does not. Says what is good, so that NaN is not. */
export function divergence({ q = 0, kl = 0, ...others }: Metrics, bounds: ValueBounds): string | undefined {
  const lost = Object.entries({ ...others, q, kl }).find(([, value]) => !Number.isFinite(value));
  if (lost) return `the loss "${lost[0]}" is not finite`;
  if (!(q >= bounds.low && q <= bounds.high))
    return `values of ${q.toPrecision(3)} on average are outside what rewards allow, ${bounds.low.toPrecision(3)} to ${bounds.high.toPrecision(3)}`;
  return kl <= RUNAWAY_KL ? undefined : `beliefs of ${kl.toPrecision(3)} nats have run away`;
}
