import type { ArmDescription } from "../domain/arm.ts";
import { rng } from "../domain/rng.ts";
import type { Vec3 } from "../domain/units.ts";
import { chain, frames } from "./chain.ts";
import type { Chain } from "./chain.ts";
import { boxed, carried, enclosing, parts, sliced } from "./covers.ts";
import type { Block, Part } from "./covers.ts";
import { segmentToBox, segmentToSegment } from "./distance.ts";
import type { Nearest } from "./distance.ts";
import { linkTransforms, tree } from "./tree.ts";
import type { Transform } from "./transform.ts";

/** A part of the arm that moves, as a segment swept by a ball: ends in the frame behind joint `joint` (its place among the commanded). */
export interface Capsule {
  readonly link: string;
  readonly joint: number;
  readonly a: Vec3;
  readonly b: Vec3;
  readonly radius: number;
  /** Farthest that a point of it can be from each joint's origin, m: what 1 rad/s there can do to it. 1 for a joint that slides. */
  readonly reach: Float64Array;
}

/** A box that stands in base: a part of the arm that does not move, or one to keep out of. `frame` undefined: along base's axes. */
export interface Obstacle {
  readonly name: string;
  readonly centre: Vec3;
  readonly half: Vec3;
  readonly R?: readonly number[];
}

/** The arm's own collision model: what moves, what of it stands, and which of them can meet (`own`: two capsules; `standing`: one and an obstacle). */
export interface Capsules {
  readonly chain: Chain;
  readonly capsules: readonly Capsule[];
  readonly obstacles: readonly Obstacle[];
  readonly own: readonly (readonly [number, number])[];
  readonly standing: readonly (readonly [number, number])[];
}

/** Compiles the model. Throws "config.invalid" when the description has no chain to its tip. */
export function capsules(description: ArmDescription): Capsules {
  const arm = chain(description);
  const zero = new Float64Array(arm.joints);
  const behind = frames(arm, zero);
  const links = linkTransforms(tree(description), zero);
  const moving: Capsule[] = [];
  const obstacles: Obstacle[] = [];
  for (const part of parts(description)) {
    const joint = part.joint === undefined ? -1 : arm.names.indexOf(part.joint);
    if (joint < 0) obstacles.push(...standing(part));
    else {
      const { child } = description.joints.find(({ name }) => name === part.joint)!;
      moving.push(...held(part, joint, into(behind, joint, links.get(child)!), farthest(description, arm, joint)));
    }
  }
  const model = { chain: arm, capsules: moving, obstacles };
  return { ...model, ...meeting(description, model) };
}

const standing = ({ covers }: Part): Obstacle[] =>
  covers.flatMap(({ link, cover: { balls, blocks } }) =>
    [...blocks, ...balls.map(boxed)].map(({ frame: { p, R }, half }) => ({
      name: link,
      centre: p,
      half,
      ...(R.every((x, i) => x === (i % 4 === 0 ? 1 : 0)) ? {} : { R }),
    })),
  );

/** A frame of base, seen from the frame behind a joint. */
function into(behind: Float64Array, joint: number, { p, R }: Transform): Transform {
  const at = (i: number) => behind[12 * joint + i]!;
  const back = (x: number, y: number, z: number) => [0, 1, 2].map((i) => at(i) * x + at(3 + i) * y + at(6 + i) * z);
  const columns = [0, 1, 2].map((j) => back(R[j]!, R[3 + j]!, R[6 + j]!));
  return {
    p: back(p[0] - at(9), p[1] - at(10), p[2] - at(11)) as unknown as Vec3,
    R: [0, 1, 2].flatMap((i) => columns.map((column) => column[i]!)),
  };
}

/** How far a point at most lies from each joint's origin when it lies `beyond` from the origin of the frame behind `joint`, m. */
function farthest(description: ArmDescription, arm: Chain, joint: number) {
  const travel = (k: number) => {
    const { lower, upper } = description.joints.find(({ name }) => name === arm.names[k])!;
    return arm.prismatic[k] ? Math.max(Math.abs(lower), Math.abs(upper)) : 0;
  };
  return (beyond: number) => {
    const reach = new Float64Array(arm.joints);
    let sum = beyond;
    for (let k = joint; k >= 0; k--) {
      reach[k] = arm.prismatic[k] ? 1 : sum;
      const o = 12 * k + 9;
      sum += travel(k) + Math.hypot(arm.links[o]!, arm.links[o + 1]!, arm.links[o + 2]!);
    }
    return reach;
  };
}

/** Everything a part holds as capsules of the frame behind its joint. Its boxes are held together: fingers are a hand's, and stand side by side. */
function held({ covers }: Part, joint: number, to: Transform, reach: (beyond: number) => Float64Array): Capsule[] {
  const blocks: (Block & { link: string })[] = [];
  const balls = covers.flatMap(({ link, cover }) => {
    const here = carried(to, cover);
    blocks.push(...here.blocks.map((block) => ({ ...block, link })));
    return here.balls.map((ball) => ({ ...ball, link }));
  });
  if (blocks.length > 0) balls.push(...sliced(enclosing(blocks)).map((ball) => ({ ...ball, link: blocks[0]!.link })));
  return balls.map(({ link, a, b, radius }) => ({
    link,
    joint,
    a,
    b,
    radius,
    reach: reach(Math.max(Math.hypot(...a), Math.hypot(...b)) + radius),
  }));
}

/** The ends of every capsule in base: six numbers each. */
export function ends({ chain, capsules }: Pick<Capsules, "chain" | "capsules">, q: ArrayLike<number>): Float64Array {
  const F = frames(chain, q);
  const E = new Float64Array(6 * capsules.length);
  for (let c = 0; c < capsules.length; c++) {
    const { joint, a, b } = capsules[c]!;
    const o = 12 * joint;
    for (let i = 0; i < 3; i++) {
      const [x, y, z, p] = [F[o + 3 * i]!, F[o + 3 * i + 1]!, F[o + 3 * i + 2]!, F[o + 9 + i]!];
      E[6 * c + i] = p + x * a[0] + y * a[1] + z * a[2];
      E[6 * c + 3 + i] = p + x * b[0] + y * b[1] + z * b[2];
    }
  }
  return E;
}

const end = (E: Float64Array, o: number): Vec3 => [E[o]!, E[o + 1]!, E[o + 2]!];

/** Two capsules: `at` and `away` are the first one's. Distances are between surfaces, negative where they overlap. */
export function apart({ capsules }: Pick<Capsules, "capsules">, E: Float64Array, c: number, d: number): Nearest {
  const near = segmentToSegment(end(E, 6 * c), end(E, 6 * c + 3), end(E, 6 * d), end(E, 6 * d + 3));
  return { ...near, distance: near.distance - capsules[c]!.radius - capsules[d]!.radius };
}

/** A capsule and an obstacle. */
export function clear({ capsules }: Pick<Capsules, "capsules">, E: Float64Array, c: number, obstacle: Obstacle): Nearest {
  const { R } = obstacle;
  const near = segmentToBox(seen(end(E, 6 * c), obstacle), seen(end(E, 6 * c + 3), obstacle), obstacle.half);
  const turned = (v: Vec3) => (R ? turnedBy(R, v) : v);
  const at = turned(near.at);
  const [x, y, z] = obstacle.centre;
  return { distance: near.distance - capsules[c]!.radius, at: [at[0] + x, at[1] + y, at[2] + z], away: turned(near.away) };
}

const turnedBy = (R: readonly number[], [x, y, z]: Vec3): Vec3 => [
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

/** Postures tried to learn which pairs can neither part nor come nearer; m: a change of distance below this is none. */
const TRIED = 64;
const STILL = 1e-3;

/**
 * The pairs whose distance a motion can change: no neighbours (their joint is between them), none whose distance stays as it is, and none
 * that overlap at the neutral pose, which is what rough geometry looks like where the maker's own pose is free of contact.
 */
function meeting(description: ArmDescription, model: Pick<Capsules, "chain" | "capsules" | "obstacles">) {
  const { chain: arm, capsules: all, obstacles } = model;
  const r = rng("capsules", description.name);
  const joints = arm.names.map((name) => description.joints.find((joint) => joint.name === name)!);
  const tried = Array.from({ length: TRIED }, () =>
    ends(
      model,
      joints.map(({ lower, upper }) => r.between(lower, upper)),
    ),
  );
  const neutral = description.poses["neutral"];
  const home = neutral && ends(model, neutral);
  const meets = (distance: (E: Float64Array) => number) => {
    if (home && !(distance(home) > 0)) return false;
    const seen = tried.map(distance);
    return Math.max(...seen) > 0 && Math.max(...seen) - Math.min(...seen) > STILL;
  };
  const pairs = <T>(
    others: readonly T[],
    may: (c: Capsule, other: T) => boolean,
    far: (E: Float64Array, c: number, d: number) => number,
  ) =>
    all.flatMap((capsule, c) =>
      others.flatMap((other, d) => (may(capsule, other) && meets((E) => far(E, c, d)) ? [[c, d] as const] : [])),
    );
  return {
    own: pairs(
      all,
      (c, d) => c.joint - d.joint > 1,
      (E, c, d) => apart(model, E, c, d).distance,
    ),
    standing: pairs(
      obstacles,
      (c) => c.joint > 0,
      (E, c, d) => clear(model, E, c, obstacles[d]!).distance,
    ),
  };
}
