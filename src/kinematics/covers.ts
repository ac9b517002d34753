import type { ArmDescription, Joint, Primitive } from "../domain/arm.ts";
import type { Vec3 } from "../domain/units.ts";
import { apply, compose, fromPose, identity } from "./transform.ts";
import type { Transform } from "./transform.ts";

/** A segment a-b swept by a ball, m; a sphere when a and b are one. `flat`: nothing of it lies beyond the planes through its ends. */
export interface Ball {
  readonly a: Vec3;
  readonly b: Vec3;
  readonly radius: number;
  readonly flat?: boolean;
}
/** A box about the origin of `frame`, half extents m. */
export interface Block {
  readonly frame: Transform;
  readonly half: Vec3;
}
/** What surely holds a link's collision geometry: every point of it lies in one of these. */
export interface Cover {
  readonly balls: readonly Ball[];
  readonly blocks: readonly Block[];
}

/** A cylinder becomes the capsule about it, which remembers its flat ends; everything else stays as it is. */
function coverOf(primitive: Primitive): Cover {
  const frame = fromPose(primitive.pose);
  if (primitive.shape === "box")
    return { balls: [], blocks: [{ frame, half: primitive.size.map((x) => x / 2) as unknown as Vec3 }] };
  const end = primitive.shape === "sphere" ? 0 : primitive.length / 2;
  const ball = { a: apply(frame, [0, 0, -end]), b: apply(frame, [0, 0, end]), radius: primitive.radius };
  return { balls: [{ ...ball, flat: primitive.shape === "cylinder" }], blocks: [] };
}

const add = (a: Vec3, u: Vec3, t: number): Vec3 => [a[0] + t * u[0], a[1] + t * u[1], a[2] + t * u[2]];
const gap = (a: Vec3, b: Vec3) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const unit = ([x, y, z]: Vec3): Vec3 => add([0, 0, 0], [x, y, z], 1 / Math.hypot(x, y, z));

export const carried = (t: Transform, { balls, blocks }: Cover): Cover => ({
  balls: balls.map((ball) => ({ ...ball, a: apply(t, ball.a), b: apply(t, ball.b) })),
  blocks: blocks.map(({ frame, half }) => ({ frame: compose(t, frame), half })),
});

/** Where a slide between `lower` and `upper` along the unit vector `u` may take a cover. */
const slid = ({ balls, blocks }: Cover, u: Vec3, lower: number, upper: number): Cover => ({
  balls: balls.map(({ a, b, radius }) => {
    if (gap(a, b) === 0) return { a: add(a, u, lower), b: add(b, u, upper), radius };
    const middle = (lower + upper) / 2;
    return { a: add(a, u, middle), b: add(b, u, middle), radius: radius + (upper - lower) / 2 };
  }),
  blocks: blocks.map(({ frame, half }) => {
    const { R } = frame;
    const along = ([0, 1, 2] as const).map((i) => Math.abs(R[i]! * u[0] + R[3 + i]! * u[1] + R[6 + i]! * u[2]));
    return {
      frame: { R, p: add(frame.p, u, (lower + upper) / 2) },
      half: half.map((x, i) => x + (along[i]! * (upper - lower)) / 2) as unknown as Vec3,
    };
  }),
});

export const corners = ({ frame, half }: Block): Vec3[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((k) =>
    apply(frame, [0, 1, 2].map((i) => (k & (1 << i) ? half[i]! : -half[i]!)) as unknown as Vec3),
  );

/** Where turning about the line through the origin along the unit vector `u` may take a cover; what lies on the line stays where it is. */
function turned({ balls, blocks }: Cover, u: Vec3): Cover {
  const onLine = (x: Vec3) => add([0, 0, 0], u, x[0] * u[0] + x[1] * u[1] + x[2] * u[2]);
  const around = (points: readonly Vec3[], radius: number): Ball => {
    const middle = points.reduce((sum, x) => add(sum, x, 1 / points.length), [0, 0, 0] as Vec3);
    const centre = onLine(middle);
    return { a: centre, b: centre, radius: radius + Math.max(...points.map((x) => gap(x, centre))) };
  };
  const stays = ({ a, b }: Ball) => gap(a, onLine(a)) < 1e-9 && gap(b, onLine(b)) < 1e-9;
  return {
    balls: [
      ...balls.map((ball) => (stays(ball) ? ball : around([ball.a, ball.b], ball.radius))),
      ...blocks.map((block) => around(corners(block), 0)),
    ],
    blocks: [],
  };
}

/** What a link may fill of the link that carries its joint, whatever that joint does: for joints that take no command. */
function swept(cover: Cover, { kind, axis, lower, upper, origin }: Joint): Cover {
  const moved =
    kind === "prismatic" ? slid(cover, unit(axis), lower, upper) : kind === "revolute" ? turned(cover, unit(axis)) : cover;
  return carried(fromPose(origin), moved);
}

/** A part of the arm that moves as one: the base (no joint) or what one commanded joint carries. */
export interface Part {
  readonly joint: string | undefined;
  readonly covers: readonly { readonly link: string; readonly cover: Cover }[];
}

/** Every link's cover, in the frame of the link that its part's commanded joint moves (of the base where there is none). */
export function parts(description: ArmDescription): Part[] {
  const above = new Map(description.joints.map((joint) => [joint.child, joint]));
  const found = new Map<string | undefined, { link: string; cover: Cover }[]>(
    [undefined, ...description.commanded].map((joint) => [joint, []]),
  );
  for (const { name, geometry } of description.links) {
    const shapes = geometry.filter((primitive) => primitive.collides).map(coverOf);
    if (shapes.length === 0) continue;
    let cover: Cover = { balls: shapes.flatMap((s) => s.balls), blocks: shapes.flatMap((s) => s.blocks) };
    let joint = above.get(name);
    for (; joint && !description.commanded.includes(joint.name); joint = above.get(joint.parent)) cover = swept(cover, joint);
    found.get(joint?.name)!.push({ link: name, cover });
  }
  return [...found].map(([joint, covers]) => ({ joint, covers }));
}

/** One box around blocks, along the axes of the first. */
export function enclosing(blocks: readonly Block[]): Block {
  const { R, p } = blocks[0]!.frame;
  const local = ([x, y, z]: Vec3): Vec3 => {
    const [u, v, w] = [x - p[0], y - p[1], z - p[2]];
    return [R[0]! * u + R[3]! * v + R[6]! * w, R[1]! * u + R[4]! * v + R[7]! * w, R[2]! * u + R[5]! * v + R[8]! * w];
  };
  const points = blocks.flatMap(corners).map(local);
  const ends = [0, 1, 2].map((i) => [Math.min(...points.map((x) => x[i]!)), Math.max(...points.map((x) => x[i]!))] as const);
  const centre = ends.map(([low, high]) => (low + high) / 2) as unknown as Vec3;
  return {
    frame: { R, p: apply({ R, p }, centre) },
    half: ends.map(([low, high]) => (high - low) / 2) as unknown as Vec3,
  };
}

/** The box around a ball, along the axes of the frame it is given in. */
export function boxed({ a, b, radius, flat }: Ball): Block {
  const length = gap(a, b);
  const half = a.map((x, i) => {
    const along = Math.abs(x - b[i]!);
    return along / 2 + radius * (flat ? Math.sqrt(Math.max(0, 1 - (along / length) ** 2)) : 1);
  });
  return { frame: { R: identity.R, p: a.map((x, i) => (x + b[i]!) / 2) as unknown as Vec3 }, half: half as unknown as Vec3 };
}

/**
 * Capsules that hold a box, lying along its longest side, side by side along the next: as many as make them about as wide as the box is thin.
 * So a flat hand is held by a few bars that stand out little beyond its broad edge, where a tip is.
 */
export function sliced({ frame, half }: Block): Ball[] {
  const [long, wide, thin] = [0, 1, 2].sort((i, j) => half[j]! - half[i]!) as [number, number, number];
  const count = Math.min(Math.max(Math.round(half[wide]! / (2 * half[thin]!)), 1), 4);
  const width = half[wide]! / count;
  const point = (along: number, across: number): Vec3 => {
    const x = [0, 0, 0];
    x[long] = along;
    x[wide] = across;
    return apply(frame, x as unknown as Vec3);
  };
  return Array.from({ length: count }, (_, k) => {
    const across = (2 * k + 1) * width - half[wide]!;
    return { a: point(-half[long]!, across), b: point(half[long]!, across), radius: Math.hypot(half[thin]!, width) };
  });
}
