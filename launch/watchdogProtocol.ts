import type { StopSignal } from "../src/ports/stop.ts";
import type { Seconds } from "../src/domain/units.ts";

export interface WatchdogOptions {
  /** Where the arm is: "host:port" of a paced twin, "http://host:port" of a robot's ROS 1 master, or a whole site as JSON. */
  readonly arm: string;
  /** Serial device of the stop box, where there is one. */
  readonly stopBox?: string;
}

/** What control says: once open, then one beat a period, at last close. */
export type ToWatchdog =
  | { readonly open: WatchdogOptions }
  | { readonly beat: { readonly at: Seconds; readonly driving: boolean } }
  | { readonly close: true };

/** What the watchdog says back. `event`: it has stopped the arm, or can no longer do so. */
export type FromWatchdog =
  | { readonly opened: true }
  | { readonly refused: { readonly code: string; readonly message: string } }
  | { readonly event: WatchdogEvent }
  | { readonly signal: StopSignal };

/** `cause`: "control.stalled", or "watchdog.lost" when nobody watches any more. `text`: one sentence for people. */
export interface WatchdogEvent {
  readonly cause: string;
  readonly text: string;
}
