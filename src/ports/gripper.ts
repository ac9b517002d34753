import type { Observable } from "rxjs";
import type { Metres, Newtons, Seconds } from "../domain/units.ts";

export interface GripperState {
  readonly at: Seconds;
  /** Clear gap between the fingers. */
  readonly width: Metres;
  readonly moving: boolean;
  /** Something is between the fingers. */
  readonly holding: boolean;
  /** Calibrated since its power came on. */
  readonly ready: boolean;
  /** What the device complains of, in its own words. */
  readonly fault?: string;
}

/** A gripper, real or not. One deed at a time: a new one takes the place of the one under way. */
export interface Gripper {
  readonly name: string;
  /** Clear gaps it can take: closed and open. */
  readonly range: readonly [Metres, Metres];
  /** Hot; a new subscriber first gets the last known state. Errors with "link.lost", completes on close. */
  readonly state$: Observable<GripperState>;
  /** Once after each power-up; moves the fingers, and nothing when it is ready already. Resolves when ready. Rejects as `move` does. */
  calibrate(): Promise<void>;
  /**
   * Moves to a gap, or until something is held. `force`: at most, where the device can tell; else its own.
   * Resolves when at rest. Rejects with "gripper.failed" when it does not answer in time, after one retry, or reports a fault, or is not ready;
   * with "link.lost"; with "interrupted" when another deed, `halt` or `close` comes before its end.
   */
  move(width: Metres, force?: Newtons): Promise<GripperState>;
  /** Fingers rest where they are: a held thing stays held. */
  halt(): Promise<void>;
  close(): Promise<void>;
}
