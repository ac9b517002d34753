import type { ArmDescription, Limits } from "../domain/arm.ts";
import { seconds } from "../domain/units.ts";
import { governor } from "./governor.ts";

/** Why an arm may not begin in the posture `q`, rad, in one sentence with the way out; undefined when it may. */
export function standing(description: ArmDescription, limits: Limits, q: readonly number[]): string | undefined {
  const still = q.map(() => 0);
  const state = { at: seconds(0), position: q, velocity: still, effort: still } as never;
  const verdict = governor(description, limits)(seconds(0), state, { kind: "velocity", value: still, period: limits.maxPeriod });
  if (verdict.kind !== "stop") return undefined;
  return `the arm stands where these limits forbid it (${verdict.reason}); move it by its cuff, or correct the limits`;
}
