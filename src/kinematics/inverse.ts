import type { Vec3 } from "../domain/units.ts";

export interface DampedLeastSquares {
  /** m and rad alike; must be > 0 where the arm may be singular. Larger is slower and calmer near singularities. */
  readonly damping: number;
  /** Drift without tip motion: joint velocity `gain` (1/s) times (target - q), through the damped null space. */
  readonly rest?: { readonly q: ArrayLike<number>; readonly target: ArrayLike<number>; readonly gain: number };
}

/**
 * Joint velocity (n, rad/s) whose tip motion comes nearest `twist` (6: linear m/s, angular rad/s, in base):
 * z + J' (J J' + damping^2 I)^-1 (twist - J z), with z the pull toward rest. The result is the caller's.
 * Numbers in are numbers out: a NaN in any argument reaches the result, where the governor refuses it.
 */
export function dampedLeastSquares(
  J: Float64Array,
  n: number,
  twist: ArrayLike<number>,
  { damping, rest }: DampedLeastSquares,
): Float64Array {
  const velocity = new Float64Array(n);
  if (rest) for (let k = 0; k < n; k++) velocity[k] = rest.gain * (rest.target[k]! - rest.q[k]!);
  const A = new Float64Array(36);
  const b = new Float64Array(6);
  for (let i = 0; i < 6; i++) {
    let residual = twist[i]!;
    for (let k = 0; k < n; k++) residual -= J[i * n + k]! * velocity[k]!;
    b[i] = residual;
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? damping * damping : 0;
      for (let k = 0; k < n; k++) sum += J[i * n + k]! * J[j * n + k]!;
      A[6 * i + j] = sum;
    }
  }
  solveCholesky(A, b);
  for (let k = 0; k < n; k++) {
    let sum = velocity[k]!;
    for (let i = 0; i < 6; i++) sum += J[i * n + k]! * b[i]!;
    velocity[k] = sum;
  }
  return velocity;
}

/** Solves A x = b in place for symmetric positive definite A (6 x 6, lower half given); b becomes x. */
function solveCholesky(A: Float64Array, b: Float64Array): void {
  for (let i = 0; i < 6; i++)
    for (let j = 0; j <= i; j++) {
      let sum = A[6 * i + j]!;
      for (let k = 0; k < j; k++) sum -= A[6 * i + k]! * A[6 * j + k]!;
      A[6 * i + j] = i === j ? Math.sqrt(sum) : sum / A[6 * j + j]!;
    }
  for (let i = 0; i < 6; i++) {
    for (let k = 0; k < i; k++) b[i]! -= A[6 * i + k]! * b[k]!;
    b[i]! /= A[6 * i + i]!;
  }
  for (let i = 5; i >= 0; i--) {
    for (let k = i + 1; k < 6; k++) b[i]! -= A[6 * k + i]! * b[k]!;
    b[i]! /= A[6 * i + i]!;
  }
}

/**
 * The turn still to be made from R to Rref as a rotation vector in base, rad (length at most pi): times a gain it is the angular
 * part of a twist that drives R toward Rref. Both are 9 numbers, row-major rotations.
 */
export function orientationError(R: readonly number[], Rref: readonly number[]): Vec3 {
  const entry = (i: number, j: number) =>
    Rref[3 * i]! * R[3 * j]! + Rref[3 * i + 1]! * R[3 * j + 1]! + Rref[3 * i + 2]! * R[3 * j + 2]!;
  const [xx, yy, zz] = [entry(0, 0), entry(1, 1), entry(2, 2)];
  const [yz, zy, xz, zx, xy, yx] = [entry(1, 2), entry(2, 1), entry(0, 2), entry(2, 0), entry(0, 1), entry(1, 0)];
  // Four times each product of unit-quaternion components; the row with the largest diagonal loses no digits, near pi either.
  const [ww, ii, jj, kk] = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz];
  const most = Math.max(ww, ii, jj, kk);
  const [w, x, y, z] =
    most === ww
      ? [ww, zy - yz, xz - zx, yx - xy]
      : most === ii
        ? [zy - yz, ii, xy + yx, xz + zx]
        : most === jj
          ? [xz - zx, xy + yx, jj, yz + zy]
          : [yx - xy, xz + zx, yz + zy, kk];
  const sine = Math.hypot(x, y, z);
  if (sine === 0) return [0, 0, 0];
  const angle = 2 * Math.atan2(sine, Math.abs(w));
  const scale = ((w < 0 ? -1 : 1) * angle) / sine;
  return [x * scale, y * scale, z * scale];
}
