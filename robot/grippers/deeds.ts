import {
  catchError,
  defer,
  filter,
  firstValueFrom,
  ignoreElements,
  merge,
  of,
  retry,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
} from "rxjs";
import type { Observable } from "rxjs";
import { isOnarmError, OnarmError } from "../../src/domain/errors.ts";
import type { Metres, Seconds } from "../../src/domain/units.ts";
import type { GripperState } from "../../src/ports/gripper.ts";

/** One thing a gripper is told to do. */
export interface Deed {
  /** For messages: "to open to 0.08 m". */
  readonly what: string;
  /** Tells the device, at each subscription. Emits the time from which states tell of this deed; errs when the device does not answer. */
  readonly ask$: Observable<Seconds>;
  /** Whether a state since then is its end. */
  done(state: GripperState): boolean;
  /** From the answer to the end. */
  readonly within: Seconds;
}

/** What every gripper does alike: one deed at a time, one retry, faults as errors. */
export interface Deeds {
  /** Rejects with "gripper.failed" (a fault, at once; no answer or no end in time, after one retry), "link.lost" or "interrupted". */
  run(deed: Deed): Promise<GripperState>;
  /** Ends the deed under way, if any. */
  interrupt(why: string): void;
}

const LOOK = "look at its cable, its power and what is between its fingers";

export const failed = (name: string, why: string, remedy = LOOK, cause?: unknown) =>
  new OnarmError("gripper.failed", `${name} ${why}; ${remedy}`, {}, cause);

/** A width that can be asked for; NaN cannot. */
export function requireWidth(name: string, [closed, open]: readonly [Metres, Metres], width: Metres): void {
  if (!(width >= closed && width <= open))
    throw failed(name, `was asked for a gap of ${width} m`, `it takes ${closed} m to ${open} m`);
}

export const lost = (name: string) =>
  new OnarmError("link.lost", `${name} is not connected any more; check its cable and open it again`);

/** `state$` replays the last state, and errs when the link is lost. */
export function deeds(name: string, state$: Observable<GripperState>): Deeds {
  let over$ = new Subject<never>();
  const interrupt = (why: string) => {
    const before$ = over$;
    over$ = new Subject();
    before$.error(new OnarmError("interrupted", `${name} was ${why} before it was done with what it had been told`));
  };
  const fault = (state: GripperState) => {
    if (state.fault !== undefined) throw failed(name, `reports: ${state.fault}`);
  };
  const run = (deed: Deed): Promise<GripperState> => {
    interrupt("told something else");
    const once$ = defer(() => deed.ask$).pipe(
      take(1),
      switchMap((since) =>
        state$.pipe(
          filter(({ at }) => at >= since),
          tap(fault),
          filter((state) => deed.done(state)),
          timeout({ first: 1000 * deed.within }),
        ),
      ),
      take(1),
    );
    const work$ = once$.pipe(
      // What is an error of ours is final; no answer, or no end in time, may be an accident.
      retry({ count: 1, delay: (error: unknown) => (isOnarmError(error) ? throwError(() => error) : of(undefined)) }),
      catchError((error: unknown) =>
        throwError(() => (isOnarmError(error) ? error : failed(name, `was told twice ${deed.what}, and did not`, LOOK, error))),
      ),
    );
    return firstValueFrom(merge(work$, over$, state$.pipe(ignoreElements())));
  };
  return { run, interrupt };
}
