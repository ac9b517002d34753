import { retry, Subscription } from "rxjs";
import type { Observable } from "rxjs";
import type { Seconds } from "../src/domain/units.ts";

/** s after a state's arrival that a beat is to come: time for what belongs to it on other topics. */
const AFTER = 0.0015;
/** Share of the error that one beat makes up for, and the most of a period that it may: the beats stay as even as they are. */
const GAIN = 0.05;
const MOST = 0.02;

interface Shifted {
  now(): Seconds;
  readonly period: Seconds;
  readonly beat$: Observable<unknown>;
  shift(by: number): void;
}

/**
 * Keeps a clock's beats just behind the states that an arm says at about the same rate. Two clocks that run free pass one another for ever, and a
 * beat then sends what answers a state that is up to a whole period old. States that cease leave the beats where they are.
 */
export function inStep(clock: Shifted, state$: Observable<unknown>): Subscription {
  let heard: Seconds | undefined;
  const open = new Subscription();
  // A link that is lost comes back.
  open.add(state$.pipe(retry({ delay: 250 })).subscribe(() => (heard = clock.now())));
  open.add(
    clock.beat$.subscribe(() => {
      if (heard === undefined) return;
      const { period } = clock;
      const late = clock.now() - heard - AFTER;
      heard = undefined;
      // The nearest of the two ways round.
      const error = late - period * Math.round(late / period);
      clock.shift(-Math.min(MOST * period, Math.max(-MOST * period, GAIN * error)));
    }),
  );
  return open;
}
