import type { ArmDescription } from "../src/domain/arm.ts";
import type { Seconds } from "../src/domain/units.ts";
import { twinGripper } from "./gripper.ts";
import type { Physics } from "./mujoco.ts";

/** Clear gap of the fingers when closed, m: where the description's fingers are mounted. */
const CLOSED_GAP = 0.0155;

/** The arm's physical fingers, and the gripper that drives them. */
export function fingersOf({ joints }: ArmDescription, physics: Physics, epoch: Seconds) {
  const fingers = joints.filter(({ kind }) => kind === "prismatic");
  const servos = fingers.map(({ name }) => physics.actuator(name));
  const places = fingers.map(({ name }) => physics.joint(name).qpos);
  /** Each finger's way from closed, m. */
  const drive = (each: number) => servos.forEach((servo) => (physics.data("ctrl")[servo] = each));
  const travel = fingers.reduce((sum, { upper }) => sum + upper, 0);
  const { step, ...device } = twinGripper(CLOSED_GAP, travel, drive, epoch);
  return {
    ...device,
    drive,
    step(now: Seconds): void {
      const at = physics.data("qpos");
      step(
        now,
        places.reduce((sum, i) => sum + at[i]!, 0),
      );
    },
  };
}
