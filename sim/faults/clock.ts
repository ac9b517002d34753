import type { Clock } from "../../src/ports/clock.ts";

/** A clock whose wall time somebody sets: NTP, an operator, a time zone. Monotonic time goes on as it was. */
export function steppedClock(sound: Clock): { readonly clock: Clock; step(by: number): void } {
  let off = 0;
  return {
    clock: {
      now: () => sound.now(),
      wall: () => sound.wall() + off,
      beat$: sound.beat$,
      period: sound.period,
      run: (done) => sound.run(done),
    },
    step: (by) => void (off += by),
  };
}
