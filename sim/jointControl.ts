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

/** What the joints follow: set-points, their own place, a hand on the cuff, or nothing. */
export type Drive = "velocity" | "position" | "hold" | "guided" | "off";

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
  epoch: number,
) {
  const joints = description.commanded.map((name) => {
    const joint = description.joints.find((j) => j.name === name)!;
    return { ...servo(joint), speed: joint.speed, actuator: physics.actuator(name), ...physics.joint(name) };
  });
  const bodies = weights.map((name) => physics.body(name));
  const target = new Float64Array(joints.length);
  let drive: Drive = "off";
  let heard = epoch;

  /** `servos`: joints resist being moved. `motors`: the drives have power, so brakes are open and the arm's weight is carried. */
  const power = (motors: boolean, servos: boolean) => {
    for (const { actuator, dof, gain, damping, slack, brake } of joints) {
      physics.model("actuator_gainprm")[10 * actuator] = servos ? gain : 0;
      physics.model("actuator_biasprm")[10 * actuator + 2] = servos ? -gain : 0;
      physics.model("dof_damping")[dof] = motors ? damping : brake ? BRAKE_DAMPING : slack;
    }
    for (const body of bodies) physics.model("body_gravcomp")[body] = motors ? 1 : UNPOWERED_GRAVITY;
  };
  const moves = (): boolean => drive !== "off" && drive !== "guided";
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
      if (!moves()) power(true, true);
      hold();
    },
    off(): void {
      drive = "off";
      power(false, false);
    },
    /** A hand has the arm: it floats, and no command moves it. */
    guide(): void {
      drive = "guided";
      power(true, false);
    },
    /** Takes a set-point at once; while the motors are off or a hand guides the arm it goes nowhere. Throws "arm.refused" for one no controller could follow. */
    take(command: JointCommand, now: number): void {
      checkCommand(joints.length, command);
      if (!moves()) return;
      drive = command.kind;
      target.set(command.value);
      heard = now;
    },
    /** One control period: writes the velocity set-points the servos follow until the next. */
    drivePeriod(now: number): void {
      if (!moves()) return;
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
