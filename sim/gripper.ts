import { BehaviorSubject } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import { metres, seconds } from "../src/domain/units.ts";
import type { Metres, Seconds } from "../src/domain/units.ts";
import type { Gripper, GripperState } from "../src/ports/gripper.ts";

/** m: how near it comes to a gap; less than this in a period is no motion. Periods without motion after which it rests. */
const NEAR = 0.001;
const MOVED = 5e-5;
const STILL = 5;

const NAME = "the embedded gripper";
const ended = (why: string) => new OnarmError("interrupted", `${NAME} was ${why} before it was done with what it had been told`);
const failed = (why: string) => new OnarmError("gripper.failed", `${NAME} ${why}`);

/**
 * The embedded arm's own gripper. `closed` and `travel`: its clear gap when closed and what both fingers together add, m; `drive` takes each
 * finger's way from closed, m. `step` is told once a period where both together are.
 */
export function twinGripper(closed: number, travel: number, drive: (each: number) => void, epoch: Seconds) {
  const range = [metres(closed), metres(closed + travel)] as const;
  const state$ = new BehaviorSubject<GripperState>({
    at: epoch,
    width: metres(closed),
    moving: false,
    holding: false,
    ready: false,
  });
  let deed: { readonly goal: Metres; resolve(state: GripperState): void; reject(error: Error): void } | undefined;
  let goal = metres(closed);
  let [at, still] = [0, 0];

  const over = (why: string) => {
    deed?.reject(ended(why));
    deed = undefined;
  };
  const gripper: Gripper = {
    name: NAME,
    range,
    state$: state$.asObservable(),
    async calibrate() {
      if (state$.closed || state$.isStopped) throw new OnarmError("link.lost", `${NAME} is closed with its arm; open a new one`);
      if (!state$.value.ready) state$.next({ ...state$.value, ready: true });
    },
    async move(width) {
      if (!state$.value.ready) throw failed("is not calibrated; calibrate it first");
      if (!(width >= range[0] && width <= range[1])) throw failed(`was asked for a gap of ${width} m; it takes ${range.join(" to ")} m`);
      over("told something else");
      goal = width;
      still = 0;
      drive((width - closed) / 2);
      return new Promise<GripperState>((resolve, reject) => (deed = { goal: width, resolve, reject }));
    },
    async halt() {
      over("halted");
      goal = state$.value.width;
      drive((goal - closed) / 2);
    },
    async close() {
      over("closed");
      state$.complete();
    },
  };
  return {
    gripper,
    /** Where both fingers together are, m from closed, at `now`. */
    step(now: number, measured: number): void {
      still = Math.abs(measured - at) > MOVED ? 0 : Math.min(STILL, still + 1);
      at = measured;
      const width = metres(closed + measured);
      const there = Math.abs(width - goal) <= NEAR;
      const moving = still < STILL && !(there && deed === undefined);
      const state = { at: seconds(now), width, moving, holding: !moving && !there, ready: state$.value.ready };
      state$.next(state);
      if (deed === undefined || moving) return;
      deed.resolve(state);
      deed = undefined;
    },
    end(error?: unknown): void {
      over("lost");
      if (error === undefined) state$.complete();
      else state$.error(error);
    },
  };
}
