import type { Pose } from "../domain/arm.ts";
import type { Vec3 } from "../domain/units.ts";

/** A frame in `base`: origin m, rotation 9 numbers row-major (columns are the frame's axes). The caller owns it. */
export interface Transform {
  readonly p: Vec3;
  readonly R: readonly number[];
}

export const identity: Transform = { p: [0, 0, 0], R: [1, 0, 0, 0, 1, 0, 0, 0, 1] };

/** URDF fixed-axis roll, pitch, yaw: R = Rz Ry Rx. */
export function fromPose({ xyz, rpy: [roll, pitch, yaw] }: Pose): Transform {
  const [sr, cr, sp, cp, sy, cy] = [
    Math.sin(roll),
    Math.cos(roll),
    Math.sin(pitch),
    Math.cos(pitch),
    Math.sin(yaw),
    Math.cos(yaw),
  ];
  return {
    p: xyz,
    R: [
      cy * cp,
      cy * sp * sr - sy * cr,
      cy * sp * cr + sy * sr,
      sy * cp,
      sy * sp * sr + cy * cr,
      sy * sp * cr - cy * sr,
      -sp,
      cp * sr,
      cp * cr,
    ],
  };
}

/** The same frame as URDF tells it. Where pitch is upright roll and yaw are one turn: all of it is called roll. */
export function poseOf({ p, R }: Transform): Pose {
  const level = Math.hypot(R[0]!, R[3]!);
  const pitch = Math.atan2(-R[6]!, level);
  if (level < 1e-9) return { xyz: p, rpy: [Math.atan2(-R[5]!, R[4]!), pitch, 0] };
  return { xyz: p, rpy: [Math.atan2(R[7]!, R[8]!), pitch, Math.atan2(R[3]!, R[0]!)] };
}

export function compose(a: Transform, b: Transform): Transform {
  const R = new Array<number>(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      R[3 * i + j] = a.R[3 * i]! * b.R[j]! + a.R[3 * i + 1]! * b.R[3 + j]! + a.R[3 * i + 2]! * b.R[6 + j]!;
  return { p: apply(a, b.p), R };
}

/** A point of frame `t`, in the frame that `t` is given in. */
export function apply(t: Transform, [x, y, z]: Vec3): Vec3 {
  const { p, R } = t;
  return [
    p[0] + R[0]! * x + R[1]! * y + R[2]! * z,
    p[1] + R[3]! * x + R[4]! * y + R[5]! * z,
    p[2] + R[6]! * x + R[7]! * y + R[8]! * z,
  ];
}

/** Turns by `angle` rad about the unit vector `axis` (Rodrigues). */
export function turn([x, y, z]: Vec3, angle: number): Transform {
  const s = Math.sin(angle);
  const c = Math.cos(angle);
  const v = 1 - c;
  return {
    p: [0, 0, 0],
    R: [
      c + x * x * v,
      x * y * v - z * s,
      x * z * v + y * s,
      x * y * v + z * s,
      c + y * y * v,
      y * z * v - x * s,
      x * z * v - y * s,
      y * z * v + x * s,
      c + z * z * v,
    ],
  };
}
