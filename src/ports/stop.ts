import type { Observable } from "rxjs";
import type { Seconds } from "../domain/units.ts";

/** What a stop device says, or fails to say. Only "released" lets an arm be reset; everything else counts as pressed. */
export interface StopSignal {
  readonly at: Seconds;
  readonly is: "released" | "pressed" | "silent" | "garbled" | "lost";
}

/** A device by which a person stops the arm. Implementations live in robot/ and test/support/. */
export interface Stop {
  readonly name: string;
  /** Hot; a new subscriber first gets the last signal. Emits on every change, never errors, completes on close. */
  readonly signal$: Observable<StopSignal>;
  close(): Promise<void>;
}
