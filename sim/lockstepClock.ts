import { Subject } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import type { Seconds } from "../src/domain/units.ts";
import type { Clock } from "../src/ports/clock.ts";

/** So many periods pass before the program's other work, a Ctrl-C among it, gets a turn. */
const BREATH = 1000;

/**
 * Time that moves only while `run` is awaited, as fast as it can. `tick` does all of a period's work, after which `now` is one period later;
 * the beat follows. `close` completes beat$ and makes a `run` under way reject with "interrupted".
 */
export function lockstepClock(period: Seconds, now: () => Seconds, tick: () => void): Clock & { close(): void } {
  const beat$ = new Subject<Seconds>();
  let running = false;
  let closed = false;

  return {
    now,
    wall: now,
    beat$: beat$.asObservable(),
    period,
    async run(done) {
      if (running)
        throw new OnarmError("usage.invalid", "lockstep time is already running; await the first run() before the next");
      running = true;
      try {
        for (let beats = 1; ; beats++) {
          if (closed) throw new OnarmError("interrupted", "the clock was closed before the awaited moment came; open a new twin");
          tick();
          beat$.next(now());
          if (done()) return;
          if (beats % BREATH === 0) await new Promise(setImmediate);
          // What was promised for this moment is told before the next.
          else await undefined;
        }
      } finally {
        running = false;
      }
    },
    close() {
      closed = true;
      beat$.complete();
    },
  };
}
