import type { ArmStatus } from "../../src/domain/arm.ts";
import type { Seconds } from "../../src/domain/units.ts";
import type { Messages } from "../ros1/messages.ts";

export type Assembly = Messages["intera_core_msgs/RobotAssemblyState"];

/** By the numbers of RobotAssemblyState. */
export const estopButtons = ["unpressed", "pressed", "unknown", "released"] as const;
export const estopSources = ["none", "user", "unknown", "fault", "engine"] as const;

/** A number that Intera does not define is read as "unknown". */
export const statusOf = (said: Assembly, at: Seconds): ArmStatus => ({
  at,
  homed: said.homed,
  ready: said.ready,
  enabled: said.enabled,
  stopped: said.stopped,
  error: said.error,
  estopButton: estopButtons[said.estop_button] ?? "unknown",
  estopSource: estopSources[said.estop_source] ?? "unknown",
});

/** The robot says it a hundred times a second; who listens wants to hear of changes. */
export const sameStatus = (a: ArmStatus, b: ArmStatus): boolean =>
  a.cuff === b.cuff && (Object.keys(a) as (keyof ArmStatus)[]).every((key) => key === "at" || a[key] === b[key]);
