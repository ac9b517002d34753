import { filter, firstValueFrom, map, Subject } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import { seconds } from "../src/domain/units.ts";
import type { Seconds } from "../src/domain/units.ts";
import type { Clock } from "../src/ports/clock.ts";

/** Monotonic time, s, with one origin for every process of this machine, so that a stamp made in one can be aged in another. */
export const monotonic = (): Seconds => seconds(Number(process.hrtime.bigint()) / 1e9);

export interface Pace {
  /** Moves every deadline from the next one on, s. */
  shift(by: number): void;
  stop(): void;
}

/**
 * Calls `due` once at or after each of the deadlines start + k period, never before: drift-free. `late`: whole periods that have passed
 * unserved since, because this process was kept from running; they are not made up for.
 */
export function deadlines(period: Seconds, due: (at: Seconds, late: number) => void): Pace {
  let next = monotonic() + period;
  let timer: NodeJS.Timeout;
  const arm = () => void (timer = setTimeout(wake, 1000 * (next - monotonic())));
  const wake = () => {
    const behind = monotonic() - next;
    if (behind >= 0) {
      const late = Math.floor(behind / period);
      const at = seconds(next + late * period);
      next = at + period;
      due(at, late);
    }
    if (!stopped) arm();
  };
  let stopped = false;
  arm();
  return {
    shift: (by) => void (next = seconds(next + by)),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Wall-paced time for control. `shift` moves all beats to come, s. `close` ends the beats and makes a `run` under way reject with "interrupted". */
export function pacedClock(period: Seconds): Clock & Pick<Pace, "shift"> & { close(): void } {
  const beat$ = new Subject<Seconds>();
  const beaten$ = new Subject<void>();
  const pace = deadlines(period, () => {
    beat$.next(monotonic());
    beaten$.next();
  });
  return {
    now: monotonic,
    wall: () => Date.now() / 1000,
    beat$: beat$.asObservable(),
    period,
    run: (done) =>
      firstValueFrom(
        beaten$.pipe(
          map(() => done()),
          filter(Boolean),
          map(() => undefined),
        ),
      ).catch((error: unknown) => {
        throw error instanceof Error && error.name === "EmptyError"
          ? new OnarmError("interrupted", "the clock was closed before the awaited moment came")
          : error;
      }),
    shift: pace.shift,
    close() {
      pace.stop();
      beat$.complete();
      beaten$.complete();
    },
  };
}
