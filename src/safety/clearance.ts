import type { ArmDescription, KeepOut } from "../domain/arm.ts";
import type { Vec3 } from "../domain/units.ts";
import { capsules } from "../kinematics/capsules.ts";
import type { Capsules, Obstacle, Pair } from "../kinematics/capsules.ts";
import { apartAtLeast, boxesApart, nearest, spread } from "../kinematics/spread.ts";
import type { Spread } from "../kinematics/spread.ts";

/**
 * An arm and a desk to judge one posture of it at a time on: what lies there is worth nothing once a judgement is made. Only `column` stays:
 * where in `far` it stands what may at most happen to each of the arm's own pairs (`approach.ts`).
 */
export interface Arm extends Capsules {
  readonly desk: {
    readonly here: Spread;
    readonly after: Spread;
    readonly atRest: Spread;
    readonly far: Float64Array;
    readonly speed: Float64Array;
    readonly atLeast: Float64Array;
    readonly column: Int32Array;
  };
}

/** Boxes that the desk has room for; for more than that a judgement takes room of its own. */
const BOXES = 4;

/** Throws "config.invalid" when the description has no chain to its tip. */
export function armOf(description: ArmDescription): Arm {
  const model = capsules(description);
  const zero = new Float64Array(model.chain.joints);
  const [here, after, atRest] = [spread(model, zero), spread(model, zero), spread(model, zero)];
  const far = new Float64Array(model.capsules.length * (model.chain.joints + 1));
  const speed = new Float64Array(model.capsules.length);
  const atLeast = new Float64Array(model.pairs.length + BOXES * model.capsules.length);
  const columns = model.chain.joints + 1;
  const column = Int32Array.from(model.pairs, ({ capsule, below }) => capsule * columns + below + 1);
  return { ...model, desk: { here, after, atRest, far, speed, atLeast, column } };
}

/**
 * Everything that can meet at one measured posture: the arm's own pairs first, then every capsule with every box to keep out of. What is
 * near is found by bounds; an exact distance is computed when it is asked for, and kept.
 */
export interface Surroundings {
  readonly arm: Arm;
  readonly position: readonly number[];
  readonly here: Spread;
  readonly boxes: readonly Obstacle[];
  /** At most the distance of each of `count` pairs, m. */
  readonly atLeast: Float64Array;
  readonly count: number;
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

export function pairAt({ arm: { pairs, capsules }, boxes }: Surroundings, p: number): Pair {
  if (p < pairs.length) return pairs[p]!;
  const at = p - pairs.length;
  return { capsule: at % capsules.length, other: boxes[Math.floor(at / capsules.length)]!, below: -1 };
}

export function surroundings(arm: Arm, keepOut: readonly KeepOut[], position: readonly number[]): Surroundings {
  const { pairs, capsules } = arm;
  const boxes = keepOut.map(obstacle);
  const here = spread(arm, position, arm.desk.here);
  const count = pairs.length + boxes.length * capsules.length;
  const atLeast = boxes.length <= BOXES ? arm.desk.atLeast : new Float64Array(count);
  for (let p = 0; p < pairs.length; p++) atLeast[p] = apartAtLeast(arm, here.ends, pairs[p]!);
  for (let b = 0, p = pairs.length; b < boxes.length; b++)
    for (let c = 0; c < capsules.length; c++, p++) atLeast[p] = boxesApart(here.ends, 6 * c, boxes[b]!) - capsules[c]!.radius;
  return { arm, position, here, boxes, atLeast, count, found: [] };
}

/** The exact distance of a pair. */
export function near(around: Surroundings, p: number): Near {
  const known = around.found[p];
  if (known) return known;
  const pair = pairAt(around, p);
  const { distance, at, away } = nearest(around.arm, around.here.ends, pair);
  const fresh = { distance, growth: growth(around, pair, at, away) };
  around.found[p] = fresh;
  around.atLeast[p] = distance;
  return fresh;
}

/** What each joint does to a pair's distance: it moves the nearest point about its axis, and only the part away from the other counts. */
function growth({ arm: { chain, capsules }, here: { frames: F } }: Surroundings, pair: Pair, at: Vec3, away: Vec3): Float64Array {
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
  const { atLeast, count } = around;
  for (let p = 0; p < count; p++) if (!(atLeast[p]! >= distance) && !(near(around, p).distance >= distance)) return false;
  return true;
}

/** The pair that is nearest, with its distance, m; undefined where nothing can meet anything. */
export function closest(around: Surroundings): { readonly pair: Pair; readonly distance: number } | undefined {
  const all = Array.from({ length: around.count }, (_, p) => ({ pair: pairAt(around, p), distance: near(around, p).distance }));
  return all.sort((a, b) => a.distance - b.distance)[0];
}
