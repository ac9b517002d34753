import type { ArmState } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { newtonMetres, rad, radPerSec, seconds } from "../src/domain/units.ts";

/**
 * What /robot/joint_states says: every joint the robot has, in the robot's own order, the head and fingers among the arm's. SI. With it goes
 * what the robot says of the same moment elsewhere (endpoint, collision), and its echo of commands.
 */
export interface JointMessage extends Pick<ArmState, "wrench" | "collision" | "heard"> {
  readonly stamp: number;
  readonly name: readonly string[];
  readonly position: readonly number[];
  readonly velocity: readonly number[];
  readonly effort: readonly number[];
}

/**
 * Maps messages to arm states by joint name, whatever their order. The look-up is kept as long as the `name` array stays the same object.
 * Throws "link.lost" when a joint is not in the message.
 */
export function byName(joints: readonly string[]): (message: JointMessage) => ArmState {
  let names: readonly string[] | undefined;
  let order: readonly number[] = [];
  return (message) => {
    if (message.name !== names) {
      order = joints.map((joint) => message.name.indexOf(joint));
      const missing = joints.filter((_, i) => order[i] === -1);
      if (missing.length > 0)
        throw new OnarmError("link.lost", `joint states come without ${missing.join(", ")}; is this the right robot?`, {
          missing,
        });
      names = message.name;
    }
    const state: { -readonly [K in keyof ArmState]: ArmState[K] } = {
      at: seconds(message.stamp),
      position: order.map((i) => rad(message.position[i]!)),
      velocity: order.map((i) => radPerSec(message.velocity[i]!)),
      effort: order.map((i) => newtonMetres(message.effort[i]!)),
    };
    if (message.wrench) state.wrench = message.wrench;
    if (message.collision !== undefined) state.collision = message.collision;
    if (message.heard !== undefined) state.heard = message.heard;
    return state;
  };
}
