import type { ArmStatus } from "../../src/domain/arm.ts";

/** Why an arm does not move whatever it is sent, and what a person does about it; undefined for one that does. */
export function unready({ homed, ready, enabled, stopped, estopButton }: ArmStatus): string | undefined {
  if (estopButton === "pressed") return "the arm's stop button is pressed: release it, then reset and enable";
  if (stopped) return "the arm is stopped: reset it, then enable it";
  if (!homed) return "the arm is not homed: home its joints, on its screen or with the vendor's home_joints";
  if (!enabled) return "the arm's motors are off: enable it";
  return ready ? undefined : "the arm is enabled, but not ready: look at its screen";
}
