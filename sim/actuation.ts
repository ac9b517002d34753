import type { Joint } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";

/**
 * How a simulated joint is driven: facts of the simulation, not of the arm, since no vendor publishes motor inertia, friction or gains.
 * `gain`: velocity servo, N m s/rad, its force limited by the joint's own effort. `armature`: reflected rotor inertia, kg m2. `damping`: N m s/rad.
 * `slack`: damping with the motor off, which is all that keeps an unbraked joint from swinging. `brake`: holds when the motor is off.
 */
export interface Servo {
  readonly gain: number;
  readonly armature: number;
  readonly damping: number;
  readonly slack: number;
  readonly brake: boolean;
}

const shoulder = { gain: 200, armature: 0.6, damping: 4, slack: 30, brake: false };
const elbow = { gain: 100, armature: 0.3, damping: 2, slack: 30, brake: true };
const forearm = { gain: 40, armature: 0.1, damping: 0.6, slack: 8, brake: false };

const servos: Readonly<Record<string, Servo>> = {
  right_j0: shoulder,
  right_j1: { ...shoulder, brake: true },
  right_j2: elbow,
  right_j3: elbow,
  right_j4: forearm,
  right_j5: forearm,
  right_j6: { ...forearm, gain: 20 },
};

/** Damping of a closed brake, N m s/rad: it creeps under load, as a brake on a compliant drive does. */
export const BRAKE_DAMPING = 10_000;
/** Share of gravity that friction in an unpowered drive still carries; the rest makes the arm sag. */
export const UNPOWERED_GRAVITY = 0.8;
/** Position loop around the velocity servos, 1/s. */
export const POSITION_GAIN = 20;

/** The servo of a commanded joint. Throws "config.invalid" for a joint nobody has chosen figures for. */
export function servo(joint: Joint): Servo {
  const found = servos[joint.name];
  if (!found)
    throw new OnarmError(
      "config.invalid",
      `the simulation has no servo figures for joint ${joint.name}; add them to sim/actuation.ts`,
      {
        joint: joint.name,
      },
    );
  return found;
}

/** What holds a joint that takes no JointCommand (head, fingers): a position servo, N/m or N m/rad, and its damping and armature. */
export const holder = (joint: Joint) =>
  joint.kind === "prismatic" ? { gain: 1000, damping: 20, armature: 0.1 } : { gain: 50, damping: 10, armature: 0.1 };
