import type { Vec3 } from "../domain/units.ts";
import type { Capsules, Obstacle, Pair } from "./capsules.ts";
import { frames } from "./chain.ts";
import { segmentToBox, segmentToSegment } from "./distance.ts";
import type { Nearest } from "./distance.ts";

type Model = Pick<Capsules, "capsules">;

/** Where a posture puts an arm, in base: its tip, the frame behind every joint (as `frames` gives it), the ends of every capsule (six numbers each). */
export interface Spread {
  readonly tip: Vec3;
  readonly frames: Float64Array;
  readonly ends: Float64Array;
}

export function spread(model: Omit<Capsules, "pairs">, q: ArrayLike<number>, into?: Spread): Spread {
  const { tip, frames: F } = frames(model.chain, q, into?.frames);
  return { tip: tip.p, frames: F, ends: endsOf(model, F, into?.ends) };
}

/** The ends of every capsule, written into `E`, from the frames behind the joints. */
export function endsOf(
  { capsules }: Model,
  F: Float64Array,
  E: Float64Array = new Float64Array(6 * capsules.length),
): Float64Array {
  for (let c = 0; c < capsules.length; c++) {
    const { joint, a, b } = capsules[c]!;
    const o = 12 * joint;
    for (let i = 0; i < 3; i++) {
      const x = F[o + 3 * i]!;
      const y = F[o + 3 * i + 1]!;
      const z = F[o + 3 * i + 2]!;
      const p = F[o + 9 + i]!;
      E[6 * c + i] = p + x * a[0] + y * a[1] + z * a[2];
      E[6 * c + 3 + i] = p + x * b[0] + y * b[1] + z * b[2];
    }
  }
  return E;
}

/** At most the distance between the surfaces of a pair, m, from the ends of the capsules: cheap, and good enough for most. */
export const apartAtLeast = (model: Model, ends: Float64Array, { capsule, other }: Pair): number =>
  typeof other === "number"
    ? ballsApart(ends, 6 * capsule, 6 * other) - model.capsules[capsule]!.size - model.capsules[other]!.size
    : other.R
      ? segmentToBox(seen(end(ends, 6 * capsule), other), seen(end(ends, 6 * capsule + 3), other), other.half).distance -
        model.capsules[capsule]!.radius
      : boxesApart(ends, 6 * capsule, other) - model.capsules[capsule]!.radius;

/** The distance between the surfaces of a pair, m, negative where they overlap; `at` is on the segment of the pair's capsule. */
export const nearest = (model: Model, ends: Float64Array, { capsule, other }: Pair): Nearest =>
  typeof other === "number"
    ? shrunk(
        segmentToSegment(end(ends, 6 * capsule), end(ends, 6 * capsule + 3), end(ends, 6 * other), end(ends, 6 * other + 3)),
        model.capsules[capsule]!.radius + model.capsules[other]!.radius,
      )
    : shrunk(
        inBase(segmentToBox(seen(end(ends, 6 * capsule), other), seen(end(ends, 6 * capsule + 3), other), other.half), other),
        model.capsules[capsule]!.radius,
      );

const end = (E: Float64Array, o: number): Vec3 => [E[o]!, E[o + 1]!, E[o + 2]!];
const shrunk = ({ distance, at, away }: Nearest, by: number): Nearest => ({ distance: distance - by, at, away });

/** Between the middles of two segments. */
function ballsApart(E: Float64Array, o: number, p: number): number {
  const x = (E[o]! + E[o + 3]! - E[p]! - E[p + 3]!) / 2;
  const y = (E[o + 1]! + E[o + 4]! - E[p + 1]! - E[p + 4]!) / 2;
  const z = (E[o + 2]! + E[o + 5]! - E[p + 2]! - E[p + 5]!) / 2;
  return Math.sqrt(x * x + y * y + z * z);
}

/** Between the box about the segment at `o` and an obstacle that lies along the same axes, m: at most how far they are apart. */
export function boxesApart(E: Float64Array, o: number, { centre, half }: Obstacle): number {
  const x = Math.max(Math.min(E[o]!, E[o + 3]!) - centre[0], centre[0] - Math.max(E[o]!, E[o + 3]!)) - half[0];
  const y = Math.max(Math.min(E[o + 1]!, E[o + 4]!) - centre[1], centre[1] - Math.max(E[o + 1]!, E[o + 4]!)) - half[1];
  const z = Math.max(Math.min(E[o + 2]!, E[o + 5]!) - centre[2], centre[2] - Math.max(E[o + 2]!, E[o + 5]!)) - half[2];
  const most = Math.max(x, y, z);
  if (!(most > 0)) return most;
  return Math.sqrt(Math.max(x, 0) ** 2 + Math.max(y, 0) ** 2 + Math.max(z, 0) ** 2);
}

const turned = (R: readonly number[], [x, y, z]: Vec3): Vec3 => [
  R[0]! * x + R[1]! * y + R[2]! * z,
  R[3]! * x + R[4]! * y + R[5]! * z,
  R[6]! * x + R[7]! * y + R[8]! * z,
];

/** A point of base in an obstacle's frame. */
function seen([x, y, z]: Vec3, { centre, R }: Obstacle): Vec3 {
  const [u, v, w] = [x - centre[0], y - centre[1], z - centre[2]];
  if (!R) return [u, v, w];
  return [R[0]! * u + R[3]! * v + R[6]! * w, R[1]! * u + R[4]! * v + R[7]! * w, R[2]! * u + R[5]! * v + R[8]! * w];
}

/** And back. */
function inBase({ distance, at, away }: Nearest, { centre, R }: Obstacle): Nearest {
  const [x, y, z] = R ? turned(R, at) : at;
  return { distance, at: [x + centre[0], y + centre[1], z + centre[2]], away: R ? turned(R, away) : away };
}
