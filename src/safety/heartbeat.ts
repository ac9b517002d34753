import type { Seconds } from "../domain/units.ts";

/** s without a beat after which a control loop that drives counts as stalled: with the way to the arm's stop, within the 150 ms promised. */
export const SILENCE = 0.1;

/**
 * What the watchdog has to stop the arm for. `last`: when control's last beat was heard, `driving`: what it said of itself then, `now`: both on
 * one clock; `connected`: whether control's link to the watchdog is open. Before the first beat nothing is stalled. A control that is gone
 * is a reason only while it drove. Says what is good, so that a stamp that is no number is silence.
 */
export function heartbeat(
  last: Seconds | undefined,
  driving: boolean,
  now: Seconds,
  connected = true,
): "control.stalled" | "control.lost" | undefined {
  if (last === undefined || !driving) return undefined;
  if (!connected) return "control.lost";
  return now - last <= SILENCE ? undefined : "control.stalled";
}
