import type { Mode } from "../src/domain/mode.ts";
import type { WatchdogEvent } from "./watchdogProtocol.ts";

export interface SubjectJob {
  /** The twin to drive, or the relay before it. */
  readonly address: string;
  /** "twist" and "posture" go through the whole control loop, as velocities; "positions" are set-points under the governor alone; "rest": the loop idles. */
  readonly does: "twist" | "posture" | "positions" | "rest";
  /** Where a watchdog stops the arm; absent: none watches. */
  readonly watchdog?: string;
  readonly reconnect?: boolean;
  /** A person stands beside the arm: a stop or motors off found at the start are cleared, once. */
  readonly attended?: boolean;
}

/** One line a subject says. `at`: the monotonic clock of all processes, s. */
export type SubjectSaid =
  | { readonly mode: Mode; readonly at: number }
  | { readonly moving: true; readonly at: number }
  | { readonly watchdog: WatchdogEvent; readonly at: number }
  | { readonly ready: true; readonly watchdog?: number };
