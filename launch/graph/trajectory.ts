import { OnarmError } from "../../src/domain/errors.ts";
import type { Limits } from "../../src/domain/arm.ts";

/** A way through joint space in the arm's own order: rad, rad/s, s from its beginning. */
export interface Way {
  readonly duration: number;
  /** Where the arm should be then, and how fast. */
  at(t: number): { readonly q: readonly number[]; readonly v: readonly number[] };
}

export interface Goal {
  readonly joints: readonly string[];
  readonly points: readonly { readonly q: readonly number[]; readonly v: readonly number[]; readonly t: number }[];
}

/** Share of a joint's speed limit that a way may ask for: set-points of postures go no faster, and what they do not reach falls behind. */
const SHARE = 0.6;

const refuse = (why: string) => new OnarmError("arm.refused", why);
const finite = (row: readonly number[]) => row.every(Number.isFinite);

/**
 * Reads a goal of control_msgs/FollowJointTrajectory: straight from where the arm is to its first point and on, or by cubics where every point
 * tells its velocities. @throws "arm.refused" with what is wrong, in a sentence
 */
export function wayOf({ joints, points }: Goal, limits: Limits, measured: readonly number[]): Way {
  const names = limits.joints.map(({ name }) => name);
  const order = names.map((name) => joints.indexOf(name));
  if (!(joints.length === names.length && order.every((i) => i >= 0)))
    throw refuse(`a trajectory names each of ${names.join(", ")} once`);
  if (points.length === 0) throw refuse("a trajectory without points is none");
  const cubic = points.every(({ v }) => v.length === names.length);
  const told = points.map(({ q, v, t }, k) => {
    if (!(q.length === names.length && finite(q) && finite(v) && Number.isFinite(t)))
      throw refuse(`point ${k} of the trajectory does not tell ${names.length} finite positions`);
    return { q: order.map((i) => q[i]!), v: order.map((i) => (cubic ? v[i]! : 0)), t };
  });
  const first = told[0]!;
  const way = first.t > 0 ? [{ q: [...measured], v: names.map(() => 0), t: 0 }, ...told] : told;
  for (let k = 1; k < way.length; k++) {
    const [a, b] = [way[k - 1]!, way[k]!];
    if (!(b.t > a.t)) throw refuse("the points of a trajectory must come one after the other in time");
    for (const [i, { name, speed, lower, upper }] of limits.joints.entries()) {
      const asked = Math.abs(b.q[i]! - a.q[i]!) / (b.t - a.t);
      if (!(asked <= SHARE * speed))
        throw refuse(
          `${name} would have to go at ${asked.toFixed(2)} rad/s, and ${(SHARE * speed).toFixed(2)} is the most here; give it more time`,
        );
      if (!(b.q[i]! >= lower + limits.margin && b.q[i]! <= upper - limits.margin))
        throw refuse(`${name} would leave its limits at ${b.q[i]!.toFixed(3)} rad`);
    }
  }
  return {
    duration: way.at(-1)!.t,
    at(t) {
      const k = Math.max(
        1,
        way.findIndex((it) => it.t >= t),
      );
      const [a, b] = [way[k - 1], way[k]];
      if (a === undefined || b === undefined || t >= way.at(-1)!.t || way.length === 1)
        return { q: way.at(-1)!.q, v: names.map(() => 0) };
      const h = b.t - a.t;
      const s = Math.min(1, Math.max(0, (t - a.t) / h));
      if (!cubic) return { q: a.q.map((x, i) => x + s * (b.q[i]! - x)), v: a.q.map((x, i) => (b.q[i]! - x) / h) };
      const [h00, h10, h01, h11] = [
        2 * s ** 3 - 3 * s ** 2 + 1,
        s ** 3 - 2 * s ** 2 + s,
        -2 * s ** 3 + 3 * s ** 2,
        s ** 3 - s ** 2,
      ];
      const [d00, d10, d01, d11] = [6 * s ** 2 - 6 * s, 3 * s ** 2 - 4 * s + 1, -6 * s ** 2 + 6 * s, 3 * s ** 2 - 2 * s];
      return {
        q: a.q.map((x, i) => h00 * x + h10 * h * a.v[i]! + h01 * b.q[i]! + h11 * h * b.v[i]!),
        v: a.q.map((x, i) => (d00 * x + d01 * b.q[i]!) / h + d10 * a.v[i]! + d11 * b.v[i]!),
      };
    },
  };
}
