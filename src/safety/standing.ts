import type { ArmDescription, ArmState, JointCommand, Limits, StopReason } from "../domain/arm.ts";
import { seconds } from "../domain/units.ts";
import type { Rad } from "../domain/units.ts";
import { armOf, closest, surroundings } from "./clearance.ts";
import type { Arm } from "./clearance.ts";
import { govern } from "./governor.ts";

/**
 * Why an arm may not begin in the posture `q`, rad: one sentence with what, where and the way out; undefined when it may. It may not where the
 * governor would stop it at once, nor where a link stands in a box to keep out of, or in another link. Never throws.
 */
export function standing(description: ArmDescription, limits: Limits, q: readonly number[]): string | undefined {
  const arm = armOf(description);
  const still = Array.isArray(q) ? q.map(() => 0) : [];
  const state = { at: seconds(0), position: q as readonly Rad[], velocity: still, effort: still } as unknown as ArmState;
  const command: JointCommand = { kind: "velocity", value: still, period: limits?.maxPeriod };
  const verdict = govern(arm, limits, seconds(0), state, command);
  if (verdict.kind === "stop" && verdict.reason !== "clearance") return stopped(verdict.reason, arm, limits, q);
  return meeting(arm, limits, q);
}

/** The same for what no hand can be led out of by a program: a link in a box to keep out of, or in another link. An arm that is merely outside its limits is stopped, and led back by a person. */
export const inside = (description: ArmDescription, limits: Limits, q: readonly number[]): string | undefined =>
  meeting(armOf(description), limits, q);

const shown = (x: number) => String(Math.round(x * 1000) / 1000);

function stopped(reason: StopReason, arm: Arm, limits: Limits, q: readonly number[]): string {
  if (reason === "joint.envelope") {
    const k = limits.joints.findIndex(({ lower, upper }, i) => !(q[i]! >= lower && q[i]! <= upper));
    const { name, lower, upper } = limits.joints[k]!;
    return `${name} stands at ${shown(q[k]!)} rad, outside ${lower} to ${upper}; lead the arm back by hand, or correct joints.${name}`;
  }
  if (reason === "workspace") {
    const { tip } = surroundings(arm, limits.keepOut, q).here;
    return `the tip stands at (${tip.map(shown).join(", ")}) m, outside the workspace; lead the arm back by hand, or correct workspace_m`;
  }
  return `the arm cannot be judged where it stands (${reason}); look at its joint states, and at the limits`;
}

function meeting(arm: Arm, limits: Limits, q: readonly number[]): string | undefined {
  const nearest = closest(surroundings(arm, limits.keepOut, q));
  if (!nearest || nearest.distance >= 0) return undefined;
  const { pair, distance } = nearest;
  const link = arm.capsules[pair.capsule]!.link;
  const deep = `${link} stands ${shown(-distance)} m inside`;
  if (typeof pair.other === "number")
    return `${deep} ${arm.capsules[pair.other]!.link}; lead the arm out by hand, then look at its joint states`;
  const box = pair.other.name;
  return limits.keepOut.some(({ name }) => name === box)
    ? `${deep} the box "${box}"; lead the arm out by hand, or correct keep_out_m.${box}`
    : `${deep} ${box}; lead the arm out by hand, then look at its joint states`;
}
