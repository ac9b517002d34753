import type { Observable } from "rxjs";
import { BehaviorSubject } from "rxjs";
import type { Intent } from "../domain/control.ts";
import type { Mode, ModeEvent } from "../domain/mode.ts";
import type { Seconds } from "../domain/units.ts";
import { next } from "./modes.ts";

const HOLD: Intent = { kind: "hold" };
/** Intents that cannot be obeyed in a row before the arm is stopped for good. */
const PATIENCE = 3;
/** s: how long a wish to move stands without being renewed: one period of a 10 Hz policy, and what it may be late, less the beats it takes to see that. */
const LEASE = 0.18;
const ROUNDING = 1e-6;

/** Who is in control, and what they want: the one place where mode and intent change. */
export interface Authority {
  readonly mode$: Observable<Mode>;
  mode(): Mode;
  intent(): Intent;
  /** Why the last intent cannot be obeyed at `at`: it was no number, or it has not been renewed in time. */
  refusal(at: Seconds): string | undefined;
  stops(): number;
  /** False when the event is refused in this mode. */
  fire(event: ModeEvent): boolean;
  want(intent: Intent, at: Seconds): void;
  close(): void;
}

const moves = (mode: Mode) => mode.is === "running" || mode.is === "resetting" || mode.is === "manual" || mode.is === "holding";
const finite = (intent: Intent, joints: number) =>
  intent.kind === "hold" ||
  (intent.kind === "twist"
    ? intent.linear.length === 3 && intent.linear.every(Number.isFinite)
    : intent.q.length === joints && intent.q.every(Number.isFinite));

/** `stopped` is called at every entry into `stopped`, after the mode has changed. */
export function authority(joints: number, stopped: () => void): Authority {
  const mode$ = new BehaviorSubject<Mode>({ is: "offline" });
  let intent = HOLD;
  let wantedAt: Seconds | undefined;
  let refused = 0;
  let stops = 0;
  const fire = (event: ModeEvent): boolean => {
    const before = mode$.value;
    const mode = next(before, event);
    if (mode === undefined) return false;
    if (mode === before) return true;
    // What was wanted before a pause in driving is not what is wanted after it.
    if (!moves(mode) || !moves(before)) [intent, refused] = [HOLD, 0];
    if (mode.is === "stopped") stops++;
    mode$.next(mode);
    if (mode.is === "stopped") stopped();
    return true;
  };
  return {
    mode$: mode$.asObservable(),
    mode: () => mode$.value,
    intent: () => intent,
    refusal: (at) => {
      if (refused > 0) return "policy.nonfinite";
      return intent.kind !== "hold" && !(at - wantedAt! <= LEASE + ROUNDING) ? "policy.late" : undefined;
    },
    stops: () => stops,
    fire,
    want: (wanted, at) => {
      wantedAt = at;
      if (finite(wanted, joints)) [intent, refused] = [wanted, 0];
      else {
        [intent, refused] = [HOLD, refused + 1];
        if (refused >= PATIENCE) fire({ on: "stop", cause: "policy.nonfinite" });
      }
    },
    close: () => mode$.complete(),
  };
}
