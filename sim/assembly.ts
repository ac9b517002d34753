import type { ArmStatus } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { Seconds } from "../src/domain/units.ts";

/** Enable, stop and reset as Intera's robot assembly has them: pure steps from one status to the next. */

export const assembled = (at: Seconds, enabled: boolean): ArmStatus => ({
  at,
  homed: true,
  ready: true,
  enabled,
  stopped: false,
  error: false,
  estopButton: "unpressed",
  estopSource: "none",
  cuff: false,
});

/** A stop by software: as if the button had been pressed, but not by a person. A stop already there stays what it is. */
export const stoppedBySoftware = (status: ArmStatus, at: Seconds): ArmStatus =>
  status.stopped
    ? status
    : { ...status, at, ready: false, enabled: false, stopped: true, estopButton: "unknown", estopSource: "unknown" };

export const buttonPressed = (status: ArmStatus, at: Seconds): ArmStatus => ({
  ...status,
  at,
  ready: false,
  enabled: false,
  stopped: true,
  estopButton: "pressed",
  estopSource: "user",
});

/** Letting go of the button frees nothing: the arm stays stopped until it is reset. */
export const buttonReleased = (status: ArmStatus, at: Seconds): ArmStatus =>
  status.estopButton === "pressed" ? { ...status, at, estopButton: "released" } : status;

const refused = (message: string, status: ArmStatus) => new OnarmError("arm.refused", message, { status });

/** Clears a stop; the arm is disabled afterwards. Throws "arm.refused" when it is not stopped or the button is held. */
export function cleared(status: ArmStatus, at: Seconds): ArmStatus {
  if (!status.stopped) throw refused("the arm is not stopped: there is nothing to reset", status);
  if (status.estopButton === "pressed") throw refused("the stop button is pressed: release it, then reset", status);
  return { ...assembled(at, false), cuff: status.cuff ?? false };
}

/** A hand squeezes the cuff or lets it go: while it is squeezed the hand guides the arm and no command does. */
export const guided = (status: ArmStatus, at: Seconds, squeezed: boolean): ArmStatus =>
  status.cuff === squeezed ? status : { ...status, at, cuff: squeezed };

/** Motors on. Throws "arm.refused" while stopped. */
export function enabled(status: ArmStatus, at: Seconds): ArmStatus {
  if (status.stopped) throw refused("the arm is stopped: reset it first, then enable", status);
  return status.enabled ? status : { ...status, at, enabled: true };
}
