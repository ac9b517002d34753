import { z } from "zod";
import { identity, type Transform } from "../../src/kinematics/transform.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { foxgloveTime } from "./encoding.ts";
import { quaternion, xyz } from "./transforms.ts";

// foxglove.SceneUpdate: https://docs.foxglove.dev/docs/visualization/message-schemas/scene-update. Of shapes that are not used the lists stay empty.
const time = z.object({ sec: z.int(), nsec: z.int() });
const vector = z.object({ x: z.number(), y: z.number(), z: z.number() });
const pose = z.object({ position: vector, orientation: vector.extend({ w: z.number() }) });
const color = z.object({ r: z.number(), g: z.number(), b: z.number(), a: z.number() });
const solid = z.object({ pose, size: vector, color });
const unused = z.array(z.object({}));
const entity = z.object({
  timestamp: time,
  frame_id: z.string(),
  id: z.string(),
  lifetime: time,
  frame_locked: z.boolean(),
  metadata: unused,
  arrows: unused,
  cubes: z.array(solid),
  spheres: z.array(solid),
  cylinders: z.array(solid.extend({ bottom_scale: z.number(), top_scale: z.number() })),
  lines: z.array(
    z.object({
      type: z.int(),
      pose,
      thickness: z.number(),
      scale_invariant: z.boolean(),
      points: z.array(vector),
      color,
      colors: z.array(color),
      indices: z.array(z.int()),
    }),
  ),
  triangles: unused,
  texts: z.array(
    z.object({
      pose,
      billboard: z.boolean(),
      font_size: z.number(),
      scale_invariant: z.boolean(),
      color,
      text: z.string(),
    }),
  ),
  models: unused,
});
export const sceneUpdate = z.object({
  deletions: z.array(z.object({ timestamp: time, type: z.int(), id: z.string() })),
  entities: z.array(entity),
});
export type SceneUpdate = z.infer<typeof sceneUpdate>;
type Entity = SceneUpdate["entities"][number];

export type Color = z.infer<typeof color>;
/** The shapes of one entity, in the frame of a link. */
export type Shapes = Partial<Pick<Entity, "cubes" | "spheres" | "cylinders" | "lines" | "texts">>;
export interface Thing {
  readonly id: string;
  readonly frame: string;
  readonly shapes: Shapes;
}

const poseOf = ({ p, R }: Transform) => ({ position: xyz(p), orientation: quaternion(R) });
const at = (p: Vec3): Transform => ({ p, R: identity.R });

export const cube = (frame: Transform, size: Vec3, color: Color): NonNullable<Shapes["cubes"]>[number] => ({
  pose: poseOf(frame),
  size: xyz(size),
  color,
});
export const sphere = (centre: Vec3, radius: number, color: Color): NonNullable<Shapes["spheres"]>[number] => ({
  pose: poseOf(at(centre)),
  size: { x: 2 * radius, y: 2 * radius, z: 2 * radius },
  color,
});
export const cylinder = (
  frame: Transform,
  radius: number,
  length: number,
  color: Color,
): NonNullable<Shapes["cylinders"]>[number] => ({
  pose: poseOf(frame),
  size: { x: 2 * radius, y: 2 * radius, z: length },
  bottom_scale: 1,
  top_scale: 1,
  color,
});

const corners: readonly Vec3[] = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => [k & 1, (k >> 1) & 1, (k >> 2) & 1]);
/** The edges of a box: pairs of corners that differ in one coordinate. */
const edges = corners.flatMap((_, k) => [1, 2, 4].filter((bit) => !(k & bit)).flatMap((bit) => [k, k | bit]));

/** A box as its edges, a few pixels wide from however far. */
export const wire = (min: Vec3, max: Vec3, color: Color): NonNullable<Shapes["lines"]>[number] => ({
  type: 2,
  pose: poseOf(identity),
  thickness: 2,
  scale_invariant: true,
  points: corners.map(([i, j, k]) => ({ x: i ? max[0] : min[0], y: j ? max[1] : min[1], z: k ? max[2] : min[2] })),
  color,
  colors: [],
  indices: edges,
});

export const label = (position: Vec3, text: string, color: Color): NonNullable<Shapes["texts"]>[number] => ({
  pose: poseOf(at(position)),
  billboard: true,
  font_size: 14,
  scale_invariant: true,
  color,
  text,
});

/** Kinds of deletion: by its name, or all there is of this topic. */
const one = 0;
const all = 1;

/**
 * What changes a viewer's scene from `before` to `after`; undefined: a scene that it may have of an earlier connection, which goes first. `stamp`:
 * ns since the Unix epoch. Entities move with their frame.
 */
export function update(before: readonly Thing[] | undefined, after: readonly Thing[], stamp: bigint): SceneUpdate {
  const timestamp = foxgloveTime(stamp);
  const known = new Map(before?.map((thing) => [thing.id, JSON.stringify(thing)]));
  const stays = new Set(after.map(({ id }) => id));
  const gone = before?.filter(({ id }) => !stays.has(id)).map(({ id }) => ({ timestamp, type: one, id }));
  return {
    deletions: gone ?? [{ timestamp, type: all, id: "" }],
    entities: after
      .filter((thing) => known.get(thing.id) !== JSON.stringify(thing))
      .map(({ id, frame, shapes }) => ({
        timestamp,
        frame_id: frame,
        id,
        lifetime: { sec: 0, nsec: 0 },
        frame_locked: true,
        metadata: [],
        arrows: [],
        cubes: [],
        spheres: [],
        cylinders: [],
        lines: [],
        triangles: [],
        texts: [],
        models: [],
        ...shapes,
      })),
  };
}
