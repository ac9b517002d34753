import type { ArmDescription, ArmState } from "../src/domain/arm.ts";
import type { Seconds } from "../src/domain/units.ts";
import type { JointMessage } from "./jointMessage.ts";
import type { Physics } from "./mujoco.ts";

/** A joint at rest is reported as moving this fast, rad/s: never test the real arm for exact rest. */
const DEAD_BAND = 0.001;

const reported = (v: number) => (Math.abs(v) < DEAD_BAND ? (v < 0 ? -DEAD_BAND : DEAD_BAND) : v);

/** What is told with the joints; no wrench by an arm without a sense of force. */
interface Beside {
  readonly wrench: ArmState["wrench"] | undefined;
  readonly collision: boolean;
  readonly heard: Seconds;
}

/**
 * Reads joints as the robot publishes them: head first, then arm, then fingers, which is neither the engine's order nor the arm's. Effort is
 * what the motors carry, gravity included, N m (N for fingers). NaN passes through: nobody downstream may miss it.
 */
export function jointSensor(
  description: ArmDescription,
  physics: Physics,
): (stamp: number, powered: boolean, beside: Beside) => JointMessage {
  const moving = description.joints.filter((joint) => joint.kind !== "fixed").map((joint) => joint.name);
  const arm = new Set(description.commanded);
  const extras = moving.filter((name) => !arm.has(name));
  const name = [...extras.slice(0, 1), ...description.commanded, ...extras.slice(1)];
  const at = name.map((joint) => physics.joint(joint));
  return (stamp, powered, { wrench, collision, heard }) => {
    const q = physics.data("qpos");
    const v = physics.data("qvel");
    const motor = physics.data("qfrc_actuator");
    const joints = {
      stamp,
      name,
      position: at.map((joint) => q[joint.qpos]!),
      velocity: at.map((joint) => reported(v[joint.dof]!)),
      effort: at.map((joint) => (powered ? motor[joint.dof]! : 0)),
      collision,
      heard,
    };
    // Thousands of these a second: one shape of object for each kind of arm, and no copies.
    return wrench ? { ...joints, wrench } : joints;
  };
}
