import { performance } from "node:perf_hooks";
import {
  BehaviorSubject,
  concat,
  defer,
  filter,
  firstValueFrom,
  ignoreElements,
  interval,
  map,
  merge,
  startWith,
  Subject,
  take,
  tap,
  timeout,
} from "rxjs";
import type { Observable } from "rxjs";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Metres, Seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Gripper, GripperState } from "../../src/ports/gripper.ts";
import { deeds, failed, lost, requireWidth } from "./deeds.ts";
import { sameTime, setSignal, stampAfter, valuesOf } from "./interaSignals.ts";
import type { IoLink, IoStatus, IoTime } from "./interaSignals.ts";

export interface InteraElectricOptions {
  readonly link: IoLink;
  readonly clock?: Pick<Clock, "now" | "wall">;
  /** Clear gap when the gripper calls itself closed: depends on where the fingers are mounted. The second slot and the standard tips leave 15.5 mm. */
  readonly closedGap?: Metres;
  /** A command is said again this often until it is acknowledged. */
  readonly repeat?: Seconds;
  /** For a first state and for each acknowledgement; for a motion; for a calibration. */
  readonly patience?: { readonly answer: Seconds; readonly motion: Seconds; readonly calibration: Seconds };
}

/** Both fingers together, from closed to open. */
const TRAVEL = 0.041667;
/** How near the gripper comes to a position by itself: its dead zone as it leaves the factory. */
const DEAD_ZONE = 0.002;

const patient = { answer: seconds(2), motion: seconds(5), calibration: seconds(15) };
const paced: Pick<Clock, "now" | "wall"> = { now: () => seconds(performance.now() / 1000), wall: () => Date.now() / 1000 };

/**
 * Sawyer's electric parallel gripper, through the robot's own IO framework. Its force is its own: it has no signal that limits it. Resolves when a
 * first state has come; moves nothing. Rejects with "gripper.failed" when none comes.
 */
export async function openInteraElectric({
  link,
  clock = paced,
  closedGap = metres(0.0155),
  repeat = seconds(0.1),
  patience = patient,
}: InteraElectricOptions): Promise<Gripper> {
  const name = "the electric gripper";
  const range = [closedGap, metres(closedGap + TRAVEL)] as const;

  const stateOf = (status: IoStatus): GripperState => {
    const values = valuesOf(status);
    const is = (signal: string) => values.get(signal) === true;
    const position = values.get("position_response_m");
    const known = typeof position === "number";
    const fault = !known
      ? "it does not tell where its fingers are"
      : is("has_error")
        ? "an error of its own; reboot it, then calibrate"
        : undefined;
    return {
      at: clock.now(),
      width: metres(closedGap + (known ? position : 0)),
      moving: is("is_moving"),
      holding: is("is_gripping"),
      ready: is("is_calibrated"),
      ...(fault === undefined ? {} : { fault }),
    };
  };

  const acknowledged$ = new Subject<readonly IoTime[]>();
  let states: BehaviorSubject<GripperState> | undefined;
  const first$ = new Subject<void>();
  const listening = link.status$.subscribe({
    next: (status) => {
      const state = stateOf(status);
      if (states === undefined) states = new BehaviorSubject(state);
      else states.next(state);
      first$.next();
      acknowledged$.next(status.commands);
    },
    error: () => (states?.error(lost(name)), first$.error(lost(name))),
    complete: () => (states?.error(lost(name)), first$.error(lost(name))),
  });
  if (states === undefined)
    await firstValueFrom(first$.pipe(timeout({ first: 1000 * patience.answer }))).catch((error: unknown) => {
      listening.unsubscribe();
      throw failed(name, "is not heard of", "check that it is mounted and that the robot lists it, then start again", error);
    });
  const state$ = states!;
  const work = deeds(name, state$);

  let last: IoTime = { sec: 0, nanosec: 0 };
  /** Says it again and again until it is acknowledged; emits when that was. */
  const set$ = (signal: string, value: number | boolean): Observable<Seconds> =>
    defer(() => {
      const command = setSignal((last = stampAfter(clock.wall(), last)), signal, value);
      return merge(
        acknowledged$.pipe(
          filter((times) => times.some((time) => sameTime(time, command.time))),
          map(() => state$.value.at),
        ),
        interval(1000 * repeat).pipe(
          startWith(0),
          tap(() => link.publish(command)),
          ignoreElements(),
        ),
      ).pipe(take(1), timeout({ first: 1000 * patience.answer }));
    });

  const calibrate = async () => {
    if (state$.value.ready && state$.value.fault === undefined) return;
    await work.run({
      what: "to calibrate",
      ask$: set$("calibrate", true),
      done: ({ ready, moving }) => ready && !moving,
      within: patience.calibration,
    });
  };
  const move = async (width: Metres) => {
    requireWidth(name, range, width);
    const from = state$.value;
    if (!from.ready) throw failed(name, "is not calibrated", "calibrate it first, once after each power-up");
    let moved = false;
    return work.run({
      what: `to take a gap of ${width} m`,
      // It keeps a position while it may not go, and takes it up when it may.
      ask$: concat(set$("position_m", width - closedGap).pipe(ignoreElements()), set$("go", true)),
      done: (state) => {
        if (!state.ready) throw failed(name, "lost its calibration, so it was without power for a moment");
        moved ||= state.moving || Math.abs(state.width - from.width) > DEAD_ZONE;
        const there = Math.abs(state.width - width) <= DEAD_ZONE;
        // The thing that was held before the fingers opened is not the end of opening them.
        return !state.moving && (there || (state.holding && (moved || width < from.width)));
      },
      within: patience.motion,
    });
  };
  const halt = async () => {
    work.interrupt("halted");
    if (state$.value.holding) return;
    await firstValueFrom(set$("go", false)).catch((error: unknown) => {
      throw failed(name, "did not answer when it was told to halt", undefined, error);
    });
  };
  const close = async () => {
    listening.unsubscribe();
    work.interrupt("closed");
    state$.complete();
  };
  return { name, range, state$: state$.asObservable(), calibrate, move, halt, close };
}
