import type { ArmDescription, JointCommand } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { BRAKE_DAMPING, POSITION_GAIN, servo, UNPOWERED_GRAVITY } from "./actuation.ts";
import type { Physics } from "./mujoco.ts";

/** Two stamps of a 100 Hz arm closer than this are the same stamp. */
const EPSILON = 1e-6;

/** Throws "arm.refused" for a set-point that no controller of `joints` joints could follow. */
export function checkCommand(joints: number, { value }: JointCommand): void {
  if (value.length === joints && value.every(Number.isFinite)) return;
  const what = `a command is ${joints} finite numbers, not (${value.join(", ")})`;
  throw new OnarmError("arm.refused", what, { value });
}

export type Drive = "velocity" | "position" | "hold" | "off";

/**
 * The arm's own controller, as Intera's behaves: velocity set-points that must be refreshed or the arm holds where it is; position
 * set-points that it goes on to for ever, at speed ratio x full speed; nothing at all while the motors are off.
 */
export function jointControl(
  description: ArmDescription,
  physics: Physics,
  weights: readonly string[],
  timeout: () => number,
  ratio: () => number,
) {
  const joints = description.commanded.map((name) => {
    const joint = description.joints.find((j) => j.name === name)!;
    return { ...servo(joint), speed: joint.speed, actuator: physics.actuator(name), ...physics.joint(name) };
  });
  const bodies = weights.map((name) => physics.body(name));
  const target = new Float64Array(joints.length);
  let drive: Drive = "off";
  let heard = 0;

  const power = (on: boolean) => {
    for (const { actuator, dof, gain, damping, slack, brake } of joints) {
      physics.model("actuator_gainprm")[10 * actuator] = on ? gain : 0;
      physics.model("actuator_biasprm")[10 * actuator + 2] = on ? -gain : 0;
      physics.model("dof_damping")[dof] = on ? damping : brake ? BRAKE_DAMPING : slack;
    }
    for (const body of bodies) physics.model("body_gravcomp")[body] = on ? 1 : UNPOWERED_GRAVITY;
  };
  const hold = () => {
    const q = physics.data("qpos");
    joints.forEach((joint, i) => (target[i] = q[joint.qpos]!));
    drive = "hold";
  };

  return {
    drive: (): Drive => drive,
    /** When the last command was taken, s. */
    heard: (): number => heard,
    /** Motors on, holding what is measured now. */
    on(): void {
      if (drive === "off") power(true);
      hold();
    },
    off(): void {
      drive = "off";
      power(false);
    },
    /** Takes a set-point at once; while the motors are off it goes nowhere. Throws "arm.refused" for one no controller could follow. */
    take(command: JointCommand, now: number): void {
      checkCommand(joints.length, command);
      if (drive === "off") return;
      drive = command.kind;
      target.set(command.value);
      heard = now;
    },
    /** One control period: writes the velocity set-points the servos follow until the next. */
    drivePeriod(now: number): void {
      if (drive === "off") return;
      if (drive === "velocity" && !(now - heard < timeout() - EPSILON)) hold();
      const q = physics.data("qpos");
      const ctrl = physics.data("ctrl");
      const share = drive === "velocity" ? 1 : ratio();
      for (let i = 0; i < joints.length; i++) {
        const { speed, qpos, actuator } = joints[i]!;
        const want = drive === "velocity" ? target[i]! : POSITION_GAIN * (target[i]! - q[qpos]!);
        ctrl[actuator] = Math.min(share * speed, Math.max(-share * speed, want));
      }
    },
  };
}
