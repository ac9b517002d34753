import type { Seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { switchable } from "./switchable.ts";
import type { Switchable } from "./switchable.ts";

/** A clock whose wall time somebody sets - NTP, an operator, a time zone - and whose beats can be kept from coming. Monotonic time goes on. */
export interface FaultyClock {
  readonly clock: Clock;
  readonly pulse: Switchable<Seconds>;
  /** Sets wall time off by so much more, s. */
  stepWall(by: number): void;
}

export function faultyClock(sound: Clock): FaultyClock {
  const pulse = switchable<Seconds>();
  let off = 0;
  return {
    clock: {
      now: () => sound.now(),
      wall: () => sound.wall() + off,
      beat$: sound.beat$.pipe(pulse.through),
      period: sound.period,
      run: (done) => sound.run(done),
    },
    pulse,
    stepWall: (by) => void (off += by),
  };
}
