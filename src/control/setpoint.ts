import type { ArmDescription, ArmState, JointCommand, Limits } from "../domain/arm.ts";
import type { Intent } from "../domain/control.ts";
import type { Seconds, Vec3 } from "../domain/units.ts";
import { chain, forward, jacobian } from "../kinematics/chain.ts";
import { dampedLeastSquares, orientationError } from "../kinematics/inverse.ts";

/** 1/s: tip position and orientation feedback; joint position feedback of a posture move. */
const POSITION_GAIN = 3;
const ORIENTATION_GAIN = 3;
const POSTURE_GAIN = 3;
/** 1/s: null-space pull to the neutral posture, and the damping of the least squares. */
const REST_GAIN = 0.5;
const DAMPING = 0.02;
/** Shares of the limits that set-points use, so that the governor has work only when something is wrong. */
const ACCELERATION_SHARE = 0.95;
const SPEED_SHARE = 0.95;
const POSTURE_SHARE = 0.6;
/**
 * m: how far the target may run ahead of the measured tip; from FREE_LAG on, which free motion does not reach, the wish to go further that way
 * fades, so that a blocked tip pushes as hard as MAX_LAG makes it and not as the wish does.
 */
const MAX_LAG = 0.02;
const FREE_LAG = 0.008;
/** m: how far inside the workspace the target stays; m/s2: braking toward that border. */
const INSET = 0.01;
const BRAKING = 0.5;

/** Turns intents into joint velocities. Holds one thing between ticks: the tip target a twist integrates. */
export interface SetPoints {
  /** Next velocities, rad/s, for an intent; `before` are the velocities commanded last (or measured, when nothing was). */
  follow(intent: Intent, state: ArmState, before: readonly number[]): JointCommand;
  /** Straight to rest as fast as the acceleration limits allow. */
  brake(before: readonly number[]): JointCommand;
  /** Forgets the tip target: the next twist starts from where the arm is measured to be. */
  reseed(): void;
}

/** Set-points at command period `period` that stay inside the limits by construction: shaped in speed, acceleration and lag. */
export function setPoints(description: ArmDescription, limits: Limits, period: Seconds): SetPoints {
  const arm = chain(description);
  const n = arm.joints;
  const neutral = description.poses["neutral"] ?? limits.joints.map(({ lower, upper }) => (lower + upper) / 2);
  const upright = forward(arm, neutral).R;
  const box = [0, 1, 2].map((k) => [limits.workspace.min[k]! + INSET, limits.workspace.max[k]! - INSET] as const);
  const inBox = (p: readonly number[]) => p.map((x, k) => Math.min(box[k]![1], Math.max(box[k]![0], x)));
  let target: number[] | undefined;

  const command = (value: number[]): JointCommand => ({ kind: "velocity", value, period });

  /** As far from `before` toward `want` as the acceleration limits let every joint go together: the direction of the change is kept. */
  const shaped = (want: ArrayLike<number>, before: readonly number[]): number[] => {
    let share = 1;
    for (let i = 0; i < n; i++) {
      const room = ACCELERATION_SHARE * limits.joints[i]!.acceleration * period;
      share = Math.min(share, room / Math.max(room, Math.abs(want[i]! - before[i]!)));
    }
    return before.map((v, i) => v + share * (want[i]! - v));
  };

  /** Scales velocities down together until every joint and the tip keep their speed limits. */
  const fitted = (v: ArrayLike<number>, J: Float64Array, jointShare: number): number[] => {
    let share = 1;
    for (let i = 0; i < n; i++) share = Math.min(share, (jointShare * limits.joints[i]!.speed) / Math.max(1e-9, Math.abs(v[i]!)));
    share = Math.min(share, (SPEED_SHARE * limits.tipSpeed) / Math.max(1e-9, Math.hypot(...tipVelocity(J, v))));
    return Array.from(v, (x) => x * share);
  };

  const twist = (linear: Vec3, state: ArmState, before: readonly number[]): JointCommand => {
    const { tip, J } = jacobian(arm, state.position);
    const goal = target ?? inBox(tip.p);
    const wanted = yielding(linear, goal, tip.p).map((v, k) => towardBorder(v, goal[k]!, box[k]!));
    const pull = goal.map((x, k) => POSITION_GAIN * (x - tip.p[k]!));
    const turn = orientationError(tip.R, upright);
    const rates = dampedLeastSquares(J, n, [...wanted.map((v, k) => v + pull[k]!), ...turn.map((e) => ORIENTATION_GAIN * e)], {
      damping: DAMPING,
      rest: { q: state.position, target: neutral, gain: REST_GAIN },
    });
    const value = shaped(fitted(rates, J, SPEED_SHARE), before);
    // The target advances as wanted, less what shaping held back: it never promises what the joints were not asked for.
    const [asked, solved] = [tipVelocity(J, value), tipVelocity(J, rates)];
    const moved = wanted.map((v, k) => goal[k]! + (v + asked[k]! - solved[k]!) * period);
    target = leashed(inBox(moved), tip.p);
    return command(value);
  };

  const posture = (goal: readonly number[], state: ArmState, before: readonly number[]): JointCommand => {
    const { J } = jacobian(arm, state.position);
    const rates = goal.map((q, i) => POSTURE_GAIN * (q - state.position[i]!));
    return command(shaped(fitted(rates, J, POSTURE_SHARE), before));
  };

  const rest = new Array<number>(n).fill(0);
  const brake = (before: readonly number[]) => {
    target = undefined;
    return command(shaped(rest, before));
  };
  return {
    follow: (intent, state, before) => {
      if (intent.kind === "twist") return twist(intent.linear, state, before);
      target = undefined;
      return intent.kind === "posture" ? posture(intent.q, state, before) : brake(before);
    },
    brake,
    reseed: () => void (target = undefined),
  };
}

/** Linear tip velocity of joint velocities `v`: the first three rows of J v. */
const tipVelocity = (J: Float64Array, v: ArrayLike<number>): Vec3 => {
  const n = v.length;
  const row = (k: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += J[k * n + i]! * v[i]!;
    return sum;
  };
  return [row(0), row(1), row(2)];
};

/** `v` less its part along the lag from `tip` to `target`, the more the longer the lag. */
const yielding = (v: Vec3, target: readonly number[], tip: Vec3): Vec3 => {
  const lag = [target[0]! - tip[0], target[1]! - tip[1], target[2]! - tip[2]] as const;
  const length = Math.hypot(...lag);
  const along = (v[0] * lag[0] + v[1] * lag[1] + v[2] * lag[2]) / length;
  if (!(length > FREE_LAG && along > 0)) return v;
  const less = (Math.min(1, (length - FREE_LAG) / (MAX_LAG - FREE_LAG)) * along) / length;
  return [v[0] - less * lag[0], v[1] - less * lag[1], v[2] - less * lag[2]];
};

/** `v` bounded so that the target can still stop before it reaches the border it heads for. */
const towardBorder = (v: number, x: number, [low, high]: readonly [number, number]) => {
  const room = Math.max(0, v > 0 ? high - x : x - low);
  const most = Math.sqrt(2 * BRAKING * room);
  return Math.min(most, Math.max(-most, v));
};

/** `target` drawn to within MAX_LAG of `tip`: pushing against something must not wind it up. */
const leashed = (target: number[], tip: Vec3): number[] => {
  const lag = Math.hypot(target[0]! - tip[0], target[1]! - tip[1], target[2]! - tip[2]);
  const keep = lag > MAX_LAG ? MAX_LAG / lag : 1;
  return target.map((x, k) => tip[k]! + keep * (x - tip[k]!));
};
