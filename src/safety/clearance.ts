import type { KeepOut } from "../domain/arm.ts";
import type { Vec3 } from "../domain/units.ts";
import type { Capsules, Obstacle, Pair } from "../kinematics/capsules.ts";
import { apartAtLeast, nearest, spread } from "../kinematics/spread.ts";
import type { Spread } from "../kinematics/spread.ts";

/** Every pair at one measured posture. What is near is found by bounds first; the exact distance is computed when it is asked for, and kept. */
export interface Surroundings {
  readonly model: Capsules;
  readonly position: readonly number[];
  readonly here: Spread;
  readonly pairs: readonly Pair[];
  /** At most each pair's distance, m. */
  readonly atLeast: Float64Array;
  readonly found: (Near | undefined)[];
}

/** A pair's exact distance, m, and how fast it grows with each joint's velocity, m/s per rad/s. */
export interface Near {
  readonly distance: number;
  readonly growth: Float64Array;
}

const obstacle = ({ name, min, max }: KeepOut): Obstacle => ({
  name,
  centre: [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2],
  half: [(max[0] - min[0]) / 2, (max[1] - min[1]) / 2, (max[2] - min[2]) / 2],
});

export function surroundings(model: Capsules, keepOut: readonly KeepOut[], position: readonly number[]): Surroundings {
  const boxes = keepOut.map(obstacle);
  const pairs = model.pairs.concat(boxes.flatMap((other) => model.capsules.map((_, capsule) => ({ capsule, other, below: -1 }))));
  const here = spread(model, position);
  const atLeast = new Float64Array(pairs.length);
  for (let p = 0; p < pairs.length; p++) atLeast[p] = apartAtLeast(model, here, pairs[p]!);
  return { model, position, here, pairs, atLeast, found: [] };
}

/** The exact distance of a pair. */
export function near(around: Surroundings, p: number): Near {
  const known = around.found[p];
  if (known) return known;
  const { model, here, pairs } = around;
  const pair = pairs[p]!;
  const { distance, at, away } = nearest(model, here, pair);
  const fresh = { distance, growth: growth(around, pair, at, away) };
  around.found[p] = fresh;
  around.atLeast[p] = distance;
  return fresh;
}

/** What each joint does to a pair's distance: it moves the nearest point about its axis, and only the part away from the other counts. */
function growth(
  { model: { chain, capsules }, here: { frames: F } }: Surroundings,
  pair: Pair,
  at: Vec3,
  away: Vec3,
): Float64Array {
  const rate = new Float64Array(chain.joints);
  for (let k = pair.below + 1; k <= capsules[pair.capsule]!.joint; k++) {
    const o = 12 * k;
    const [ax, ay, az] = [F[o + 2]!, F[o + 5]!, F[o + 8]!];
    const [rx, ry, rz] = [at[0] - F[o + 9]!, at[1] - F[o + 10]!, at[2] - F[o + 11]!];
    rate[k] = chain.prismatic[k]
      ? ax * away[0] + ay * away[1] + az * away[2]
      : (ay * rz - az * ry) * away[0] + (az * rx - ax * rz) * away[1] + (ax * ry - ay * rx) * away[2];
  }
  return rate;
}

/** Whether every pair is at least `distance` m apart. */
export function allApart(around: Surroundings, distance: number): boolean {
  const { atLeast } = around;
  for (let p = 0; p < atLeast.length; p++)
    if (!(atLeast[p]! >= distance) && !(near(around, p).distance >= distance)) return false;
  return true;
}

/** The pair that is nearest, with its distance, m; undefined where nothing can meet anything. */
export function closest(around: Surroundings): { readonly pair: Pair; readonly distance: number } | undefined {
  const all = around.pairs.map((pair, p) => ({ pair, distance: near(around, p).distance }));
  return all.sort((a, b) => a.distance - b.distance)[0];
}

/** Joint velocity rad/s over `period` s and while all joints then ramp down to rest, which takes as long as `coast` s at full speed. */
export interface Course {
  readonly demand: ArrayLike<number>;
  readonly period: number;
  readonly coast: number;
}

/**
 * Calls back for each pair that this course may bring nearer than `clearance` m: how much nearer it comes, m, at most along a straight way
 * or as found at both its ends; the room there is, m; the growth of its distance. A pair is passed over when no point of it can go so far.
 */
export function approaches(
  around: Surroundings,
  { demand, period, coast }: Course,
  clearance: number,
  each: (way: number, room: number, growth: Float64Array) => void,
): void {
  const { model, pairs, atLeast, position } = around;
  const span = period + coast;
  let after: Spread | undefined;
  let atRest: Spread | undefined;
  for (let p = 0; p < pairs.length; p++) {
    const pair = pairs[p]!;
    const { reach, joint } = model.capsules[pair.capsule]!;
    let most = 0;
    for (let k = pair.below + 1; k <= joint; k++) most += Math.abs(demand[k]!) * reach[k]!;
    most *= span;
    if (most <= 0 || atLeast[p]! - clearance >= most) continue;
    const { distance, growth } = near(around, p);
    if (distance - clearance >= most) continue;
    let toward = 0;
    for (let k = 0; k < growth.length; k++) toward -= growth[k]! * demand[k]!;
    after ??= spread(model, moved(position, demand, period));
    atRest ??= spread(model, moved(position, demand, span));
    const way = Math.max(
      toward * span,
      distance - nearest(model, after, pair).distance,
      distance - nearest(model, atRest, pair).distance,
    );
    each(way, Math.max(distance - clearance, 0), growth);
  }
}

const moved = (q: readonly number[], w: ArrayLike<number>, time: number) => q.map((x, k) => x + w[k]! * time);
