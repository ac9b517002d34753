import { BehaviorSubject } from "rxjs";
import { seconds } from "../../src/domain/units.ts";
import type { Stop, StopSignal } from "../../src/ports/stop.ts";

/** A stop device that says what it is told to. */
export function fakeStop(now: () => number = () => 0) {
  const signal$ = new BehaviorSubject<StopSignal>({ at: seconds(now()), is: "released" });
  const stop: Stop = { name: "a fake stop", signal$: signal$.asObservable(), close: async () => signal$.complete() };
  const say = (is: StopSignal["is"]) => {
    if (signal$.value.is !== is) signal$.next({ at: seconds(now()), is });
  };
  return { stop, say };
}
