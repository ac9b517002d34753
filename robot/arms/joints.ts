import { map } from "rxjs";
import type { ArmState } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { newtonMetres, rad, radPerSec } from "../../src/domain/units.ts";
import type { Messages } from "../ros1/messages.ts";
import type { Heard } from "../wire.ts";

type JointStates = Messages["sensor_msgs/JointState"];

/**
 * Picks the arm's joints out of a robot's joint states by name: the head, the torso and fingers stand among them, in an order of the robot's own.
 * Undefined for a message of other joints only: several nodes may publish on one topic. @throws "link.lost" when a joint, or what it measures, is missing
 */
export function jointsByName(joints: readonly string[], topic = "/robot/joint_states") {
  return ({ name, position, velocity, effort }: JointStates): Pick<ArmState, "position" | "velocity" | "effort"> | undefined => {
    const order = joints.map((joint) => name.indexOf(joint));
    if (order.every((i) => i === -1)) return undefined;
    const missing = joints.filter((_, i) => order[i] === -1);
    if (missing.length > 0)
      throw new OnarmError("link.lost", `${topic} come without ${missing.join(", ")}; is this the right robot?`, {
        missing,
      });
    for (const [what, row] of Object.entries({ position, velocity, effort }))
      if (row.length !== name.length)
        throw new OnarmError(
          "link.lost",
          `${topic} carry ${row.length} of ${what} for ${name.length} joints; is another program publishing there?`,
        );
    return {
      position: order.map((i) => rad(position[i]!)),
      velocity: order.map((i) => radPerSec(velocity[i]!)),
      effort: order.map((i) => newtonMetres(effort[i]!)),
    };
  };
}

/** Hardware that measures no effort tells none, or NaN: then it is 0 here, and effort is not watched. A velocity that is not measured stays NaN, and stops. */
export const withEffort = (heard: Heard<JointStates>): typeof heard => ({
  ...heard,
  message$: heard.message$.pipe(
    map((it) => ({ ...it, effort: it.name.map((_, i) => (Number.isFinite(it.effort[i]) ? it.effort[i]! : 0)) })),
  ),
});
