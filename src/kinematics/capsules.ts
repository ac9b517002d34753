import type { ArmDescription } from "../domain/arm.ts";
import { rng } from "../domain/rng.ts";
import type { Vec3 } from "../domain/units.ts";
import { chain, frames } from "./chain.ts";
import type { Chain } from "./chain.ts";
import { boxed, carried, enclosing, parts, sliced } from "./covers.ts";
import type { Block, Part } from "./covers.ts";
import { nearest, spread } from "./spread.ts";
import { linkTransforms, tree } from "./tree.ts";
import type { Transform } from "./transform.ts";

/** A part of the arm that moves, as a segment swept by a ball: ends in the frame behind joint `joint` (its place among the commanded). */
export interface Capsule {
  readonly link: string;
  readonly joint: number;
  readonly a: Vec3;
  readonly b: Vec3;
  readonly radius: number;
  /** Radius of the ball about its middle that holds it, m. */
  readonly size: number;
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

/** Two things that may meet: a capsule, and another one or an obstacle. Joints up to `below` carry both (-1: none), and cannot change their distance. */
export interface Pair {
  readonly capsule: number;
  readonly other: number | Obstacle;
  readonly below: number;
}

/** An arm's own collision model: what moves, and which of that can meet another part of the arm. */
export interface Capsules {
  readonly chain: Chain;
  readonly capsules: readonly Capsule[];
  readonly pairs: readonly Pair[];
}

/** Compiles the model. Throws "config.invalid" when the description has no chain to its tip. */
export function capsules(description: ArmDescription): Capsules {
  const arm = chain(description);
  const zero = new Float64Array(arm.joints);
  const behind = frames(arm, zero).frames;
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
  const model = { chain: arm, capsules: moving };
  return { ...model, pairs: meeting(description, model, obstacles) };
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
    size: radius + Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2,
    reach: reach(Math.max(Math.hypot(...a), Math.hypot(...b)) + radius),
  }));
}

/** Postures tried to learn which pairs can neither part nor come nearer; m: a change of distance below this is none. */
const TRIED = 64;
const STILL = 1e-3;

/**
 * The pairs whose distance a motion can change: no neighbours (their joint is between them), none whose distance stays as it is, and none
 * that overlap at the neutral pose, which is what rough geometry looks like where the maker's own pose is free of contact.
 */
function meeting(description: ArmDescription, model: Omit<Capsules, "pairs">, obstacles: readonly Obstacle[]): Pair[] {
  const { chain: arm, capsules: all } = model;
  const r = rng("capsules", description.name);
  const joints = arm.names.map((name) => description.joints.find((joint) => joint.name === name)!);
  const neutral = description.poses["neutral"];
  const home = neutral && spread(model, neutral);
  const tried = Array.from({ length: TRIED }, () =>
    spread(
      model,
      joints.map(({ lower, upper }) => r.between(lower, upper)),
    ),
  );
  const meets = (pair: Pair) => {
    if (home && !(nearest(model, home.ends, pair).distance > 0)) return false;
    const seen = tried.map((at) => nearest(model, at.ends, pair).distance);
    return Math.max(...seen) > 0 && Math.max(...seen) - Math.min(...seen) > STILL;
  };
  const candidates = all.flatMap(({ joint }, capsule): Pair[] => [
    ...all.flatMap((other, d) => (joint - other.joint > 1 ? [{ capsule, other: d, below: other.joint }] : [])),
    ...(joint > 0 ? obstacles.map((other) => ({ capsule, other, below: -1 })) : []),
  ]);
  return candidates.filter(meets);
}
