import { BehaviorSubject } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import { metres, seconds } from "../src/domain/units.ts";
import type { Metres, Seconds } from "../src/domain/units.ts";
import type { Gripper, GripperState } from "../src/ports/gripper.ts";

/** m: how near it comes to a gap; less than this in a period is no motion. Periods without motion after which it rests. */
const NEAR = 0.001;
const MOVED = 5e-5;
const STILL = 5;
/** s: what it was told is done by then; it is told once more, and has failed when that is over too. */
export const GRIPPER_PATIENCE = seconds(2);
const TRIES = 2;

/**
 * What may befall a gripper, for drills. "silent": it hears nothing and says nothing; "faulty": it complains of itself and does nothing that it is
 * told; "restarted": it was without power for a moment, and wants to be calibrated.
 */
export type Mishap = "none" | "silent" | "faulty" | "restarted";

const NAME = "the embedded gripper";
const FAULT = "a fault of its own";
const failed = (why: string) => new OnarmError("gripper.failed", `${NAME} ${why}`);
const gone = (cause?: unknown) => new OnarmError("link.lost", `${NAME} is gone with its arm; open a new one`, {}, cause);

interface Deed {
  readonly goal: Metres;
  /** How often it was said, the last time at `since`, and whether that was heard. */
  told: number;
  since: Seconds;
  heard: boolean;
  resolve(state: GripperState): void;
  reject(error: Error): void;
}

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
  let deed: Deed | undefined;
  /** Where it goes; undefined until it is told something. */
  let goal: Metres | undefined;
  let mishap: Mishap = "none";
  let time = epoch;
  let [at, still] = [NaN, STILL];

  const over = (error: Error) => {
    deed?.reject(error);
    deed = undefined;
  };
  const interrupt = (why: string) =>
    over(new OnarmError("interrupted", `${NAME} was ${why} before it was done with what it had been told`));
  const there = (width: Metres) => goal === undefined || Math.abs(width - goal) <= NEAR;
  const tell = (it: Deed) => {
    it.told++;
    it.since = time;
    if (mishap === "silent") return;
    it.heard = true;
    goal = it.goal;
    still = 0;
    drive((goal - closed) / 2);
  };

  const gripper: Gripper = {
    name: NAME,
    range,
    state$: state$.asObservable(),
    async calibrate() {
      if (state$.isStopped) throw gone();
      if (mishap === "faulty") throw failed(`reports: ${FAULT}`);
      if (mishap === "silent" && !state$.value.ready) throw failed("does not answer");
      if (!state$.value.ready) state$.next({ ...state$.value, ready: true });
    },
    async move(width) {
      if (state$.isStopped) throw gone();
      if (!state$.value.ready) throw failed("is not calibrated; calibrate it first");
      if (!(width >= range[0] && width <= range[1]))
        throw failed(`was asked for a gap of ${width} m; it takes ${range.join(" to ")} m`);
      if (mishap === "faulty") throw failed(`reports: ${FAULT}`);
      interrupt("told something else");
      return new Promise<GripperState>((resolve, reject) => {
        deed = { goal: width, told: 0, since: time, heard: false, resolve, reject };
        tell(deed);
      });
    },
    async halt() {
      interrupt("halted");
      // Fingers that something stops have hold of it: they go on pressing.
      if (mishap === "silent" || there(state$.value.width) || still > 0) return;
      goal = state$.value.width;
      drive((goal - closed) / 2);
    },
    async close() {
      interrupt("closed");
      state$.complete();
    },
  };
  return {
    gripper,
    /** Where both fingers together are, m from closed, at `now`. */
    step(now: number, measured: number): void {
      time = seconds(now);
      still = Math.abs(measured - at) > MOVED ? 0 : Math.min(STILL, still + 1);
      at = measured;
      if (mishap !== "silent") {
        const { ready } = state$.value;
        const width = metres(closed + measured);
        const near = there(width);
        const moving = still < STILL && !(near && deed === undefined);
        const fault = mishap === "faulty" ? { fault: FAULT } : {};
        const state = { at: time, width, moving, holding: !moving && !near, ready, ...fault };
        state$.next(state);
        if (deed?.heard && !moving) {
          deed.resolve(state);
          deed = undefined;
        }
      }
      if (deed === undefined || now - deed.since < GRIPPER_PATIENCE) return;
      if (deed.told < TRIES) tell(deed);
      else over(failed(`was told twice to take a gap of ${deed.goal} m, and did not`));
    },
    befall(what: Mishap): void {
      mishap = what === "restarted" ? "none" : what;
      if (what === "faulty") over(failed(`reports: ${FAULT}`));
      if (what !== "restarted") return;
      over(failed("lost its calibration, so it was without power for a moment"));
      goal = undefined;
      state$.next({ ...state$.value, ready: false });
    },
    /** Its fingers were put somewhere by no doing of its own. */
    forget(): void {
      interrupt("moved by hand");
      [goal, at, still] = [undefined, NaN, STILL];
    },
    end(error?: unknown): void {
      if (error === undefined) {
        interrupt("closed");
        state$.complete();
      } else {
        over(gone(error));
        state$.error(gone(error));
      }
    },
  };
}
