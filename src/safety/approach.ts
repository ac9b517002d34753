import { apartAtLeast, endsOf, nearest, spread } from "../kinematics/spread.ts";
import { near, pairAt } from "./clearance.ts";
import type { Arm, Surroundings } from "./clearance.ts";

/**
 * Joint velocity `demand`, rad/s, over `period` s, which leads to `framesAfter`, and while all joints then ramp down to rest: as long as
 * `coast` s at full speed.
 */
export interface Course {
  readonly demand: Float64Array;
  readonly framesAfter: Float64Array;
  readonly period: number;
  readonly coast: number;
}

/** How much nearer a course brings a pair, m, the room there is until they are too near, m, and the growth of their distance. */
export interface Approach {
  readonly way: number;
  readonly room: number;
  readonly growth: Float64Array;
}

/**
 * The pairs that a course may bring nearer than `clearance` m. How much nearer is the most of: along a straight way, and as found where the
 * period ends and where the arm comes to rest. Passed over is what bounds of these show to keep clear, cheapest first.
 */
export function approaches(around: Surroundings, { demand, framesAfter, period, coast }: Course, clearance: number): Approach[] {
  const { arm, atLeast, count, position } = around;
  const { pairs, capsules, chain, desk } = arm;
  const span = period + coast;
  const columns = chain.joints + 1;
  const far = farthest(arm, demand);
  const list: Approach[] = [];
  let after: Float64Array | undefined;
  let atRest: Float64Array | undefined;
  let speed: Float64Array | undefined;
  for (let p = 0; p < count; p++) {
    const most = far[p < pairs.length ? desk.column[p]! : ((p - pairs.length) % capsules.length) * columns]! * span;
    if (most <= 0 || atLeast[p]! - clearance >= most) continue;
    const pair = pairAt(around, p);
    after ??= endsOf(arm, framesAfter, desk.after.ends);
    atRest ??= spread(arm, moved(position, demand, span), desk.atRest).ends;
    speed ??= speeds(around, demand);
    const toward = speed[pair.capsule]! + (typeof pair.other === "number" ? speed[pair.other]! : 0);
    if (
      atLeast[p]! - clearance >= toward * span &&
      apartAtLeast(arm, after, pair) >= clearance &&
      apartAtLeast(arm, atRest, pair) >= clearance
    )
      continue;
    const { distance, growth } = near(around, p);
    const way = Math.max(
      -span * along(growth, demand),
      distance - nearest(arm, after, pair).distance,
      distance - nearest(arm, atRest, pair).distance,
    );
    list.push({ way, room: Math.max(distance - clearance, 0), growth });
  }
  return list;
}

export const moved = (q: readonly number[], w: Float64Array, time: number) => q.map((x, k) => x + w[k]! * time);

function along(growth: Float64Array, demand: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < growth.length; k++) sum += growth[k]! * demand[k]!;
  return sum;
}

/**
 * What 1 s of a demand may at most do to a capsule, m, per joint that carries the other of a pair as well: row `capsule`, column `below` + 1.
 * The way of a point is no longer than the sum of what each joint alone can do to it.
 */
function farthest({ chain, capsules, desk: { far } }: Arm, demand: Float64Array): Float64Array {
  const columns = chain.joints + 1;
  for (let c = 0; c < capsules.length; c++) {
    const { joint, reach } = capsules[c]!;
    for (let k = joint; k >= 0; k--) far[c * columns + k] = far[c * columns + k + 1]! + Math.abs(demand[k]!) * reach[k]!;
  }
  return far;
}

/** How fast the faster end of every capsule moves as the demand begins, m/s: no point of its axis is faster. */
function speeds(
  { arm: { chain, capsules, desk }, here: { frames: F, ends: E } }: Surroundings,
  demand: Float64Array,
): Float64Array {
  const { speed } = desk;
  let c = 0;
  let [ux, uy, uz] = [0, 0, 0];
  let [vx, vy, vz] = [0, 0, 0];
  let [px, py, pz] = [0, 0, 0];
  for (let k = 0; k < chain.joints; k++) {
    const o = 12 * k;
    const w = demand[k]!;
    const [rx, ry, rz] = [F[o + 9]! - px, F[o + 10]! - py, F[o + 11]! - pz];
    vx += uy * rz - uz * ry;
    vy += uz * rx - ux * rz;
    vz += ux * ry - uy * rx;
    [px, py, pz] = [F[o + 9]!, F[o + 10]!, F[o + 11]!];
    if (chain.prismatic[k]) {
      vx += w * F[o + 2]!;
      vy += w * F[o + 5]!;
      vz += w * F[o + 8]!;
    } else {
      ux += w * F[o + 2]!;
      uy += w * F[o + 5]!;
      uz += w * F[o + 8]!;
    }
    for (; c < capsules.length && capsules[c]!.joint === k; c++) {
      let most = 0;
      for (let e = 6 * c; e <= 6 * c + 3; e += 3) {
        const [x, y, z] = [E[e]! - px, E[e + 1]! - py, E[e + 2]! - pz];
        const [a, b, d] = [vx + uy * z - uz * y, vy + uz * x - ux * z, vz + ux * y - uy * x];
        most = Math.max(most, a * a + b * b + d * d);
      }
      speed[c] = Math.sqrt(most);
    }
  }
  return speed;
}
