import type { ArmDescription, Limits } from "../../src/domain/arm.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { capsules } from "../../src/kinematics/capsules.ts";
import { frames } from "../../src/kinematics/chain.ts";
import { apply, identity, turn, type Transform } from "../../src/kinematics/transform.ts";
import { linkTransforms, tree } from "../../src/kinematics/tree.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import type { PageState, SceneMark } from "../../src/operator/snapshot.ts";
import { BLOCK } from "../../src/tasks/sawyer.ts";
import { jsonChannel } from "./encoding.ts";
import { cube, cylinder, label, sceneUpdate, sphere, update, wire, type Color, type Shapes, type Thing } from "./shapes.ts";
import { seenFrom } from "./transforms.ts";

export type Bounds = Pick<Limits, "workspace" | "keepOut">;

const colour = (r: number, g: number, b: number, a: number): Color => ({ r, g, b, a });
const body = colour(0.55, 0.62, 0.72, 0.6);
const surface = colour(0.62, 0.55, 0.45, 0.6);
const moved = colour(0.85, 0.6, 0.25, 1);
const wanted = colour(0.2, 0.75, 0.35, 0.5);
const inside = colour(0.25, 0.6, 0.95, 1);
const forbidden = colour(0.95, 0.3, 0.25, 1);

/** A frame in the middle between two points, its z along them. */
function between(a: Vec3, b: Vec3): { readonly frame: Transform; readonly length: number } {
  const [x, y, z] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [length, across] = [Math.hypot(x, y, z), Math.hypot(x, y)];
  const p: Vec3 = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
  const along = across <= 1e-9 * length;
  return { frame: { p, R: along ? identity.R : turn([-y / across, x / across, 0], Math.atan2(across, z)).R }, length };
}

/** The arm as the governor keeps it clear of things: the capsules about its moving links, each in the frame of the link its joint carries. */
export function armThings(description: ArmDescription): readonly Thing[] {
  const { chain, capsules: all } = capsules(description);
  const zero = new Float64Array(chain.joints);
  const behind = frames(chain, zero).frames;
  const links = linkTransforms(tree(description), zero);
  const things = new Map<string, { cylinders: NonNullable<Shapes["cylinders"]>; spheres: NonNullable<Shapes["spheres"]> }>();
  for (const { joint, a, b, radius } of all) {
    const frame = description.joints.find(({ name }) => name === chain.names[joint])!.child;
    const o = 12 * joint;
    const to = seenFrom(links.get(frame)!, {
      R: [...behind.subarray(o, o + 9)],
      p: [behind[o + 9]!, behind[o + 10]!, behind[o + 11]!],
    });
    const ends = [apply(to, a), apply(to, b)] as const;
    const { frame: middle, length } = between(...ends);
    const shapes = things.get(frame) ?? { cylinders: [], spheres: [] };
    things.set(frame, shapes);
    if (length > 0) shapes.cylinders.push(cylinder(middle, radius, length, body));
    for (const end of length > 0 ? ends : [ends[0]]) shapes.spheres.push(sphere(end, radius, body));
  }
  return [...things].map(([frame, shapes]) => ({ id: frame, frame, shapes }));
}

/** Extents of what a snapshot only names by its place, m: those of the embedded scene. A box's from `back` to `front` of its place. */
const cabinet = { width: 0.16, depth: 0.2, height: 0.07 };
const locker = { back: -0.14, front: 0, width: 0.12, height: 0.03 };
const tray = { back: -0.045, front: 0.045, width: 0.09, height: 0.02 };
const sheet = 0.005;
const front = 0.01;
const cap: Vec3 = [0.05, 0.05, 0.02];
const block: Vec3 = [BLOCK.width, BLOCK.width, BLOCK.height];
const slab = 0.01;

type Cubes = NonNullable<Shapes["cubes"]>;
/** A box in the frame of what opens: its middle `way` m along, `across` to the left, `up`; its size in that order. */
type Place = (at: Vec3, size: Vec3, color: Color) => Cubes[number];
function framed([x, y, z]: Vec3, [ox, oy]: Vec3): Place {
  const { R } = turn([0, 0, 1], Math.atan2(oy, ox));
  return ([way, across, up], size, color) =>
    cube({ p: [x + ox * way - oy * across, y + oy * way + ox * across, z + up], R }, size, color);
}

/** Floor and four walls, `out` m out. */
function openBox(place: Place, out: number, { back, front, width, height }: typeof tray, color: Color): Cubes {
  const [depth, middle, side, up] = [front - back, out + (back + front) / 2, (width - sheet) / 2, height / 2];
  return [
    place([middle, 0, sheet / 2], [depth, width, sheet], color),
    ...[back + sheet / 2, front - sheet / 2].map((way) => place([out + way, 0, up], [sheet, width, height], color)),
    ...[-side, side].map((across) => place([middle, across, up], [depth, sheet, height], color)),
  ];
}

function markShapes(mark: SceneMark): Shapes {
  const [x, y, z] = mark.position;
  if (mark.kind === "goal") return { spheres: [sphere(mark.position, mark.radius, wanted)] };
  const told = "travel" in mark ? `${mark.kind} ${(mark.travel * 1000).toFixed(0)} mm` : mark.kind;
  const texts = [label([x, y, z + 0.15], told, moved)];
  switch (mark.kind) {
    // Its position is the cap's top as it stands now.
    case "button":
      return { cubes: [cube({ p: [x, y, z - cap[2] / 2], R: identity.R }, cap, moved)], texts };
    case "object":
    case "brick":
      return { cubes: [cube({ p: mark.position, R: identity.R }, block, moved)], texts };
    case "tray":
      return { cubes: openBox(framed(mark.position, [1, 0, 0]), 0, tray, surface), texts };
    case "locker":
      return { cubes: openBox(framed(mark.position, mark.opens), mark.travel, locker, moved), texts };
    case "drawer": {
      const place = framed(mark.position, mark.opens);
      const { width, depth, height } = cabinet;
      return {
        cubes: [
          place([-depth / 2, 0, height / 2], [depth, width, height], surface),
          place([mark.travel + front / 2, 0, height / 2], [front, width, height], moved),
        ],
        texts,
      };
    }
  }
}

/** What stands about the arm, all of it in `base`: boxes of the limits file, the table, what the task moves and where it should go. */
export function sceneThings(base: string, bounds: Bounds | undefined, { scene }: Pick<PageState, "scene">): readonly Thing[] {
  const { workspace, keepOut = [] } = bounds ?? {};
  const boxes: Thing[] = keepOut.map(({ name, min, max }) => ({
    id: `keep out: ${name}`,
    frame: base,
    shapes: { lines: [wire(min, max, forbidden)] },
  }));
  if (workspace) boxes.push({ id: "workspace", frame: base, shapes: { lines: [wire(workspace.min, workspace.max, inside)] } });
  if (scene.table !== undefined) {
    const [from, to] = workspace ? [workspace.min, workspace.max] : [[0.2, -0.6] as const, [1.1, 0.6] as const];
    const middle: Vec3 = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, scene.table - slab / 2];
    const top = cube({ p: middle, R: identity.R }, [to[0] - from[0] + 0.2, to[1] - from[1] + 0.2, slab], surface);
    boxes.push({ id: "table", frame: base, shapes: { cubes: [top] } });
  }
  const marks = scene.marks.map((mark, n): Thing => ({ id: `${mark.kind} ${n}`, frame: base, shapes: markShapes(mark) }));
  return [...boxes, ...marks];
}

/** The arm's own body once, and the scene whenever it changed. */
export function sceneChannels(description: ArmDescription, bounds: Bounds | undefined): readonly Channel[] {
  // Now and not when the first viewer asks: compiling the capsules takes tens of ms, for which a stop on the page would wait.
  const arm = armThings(description);
  const schema = "foxglove.SceneUpdate";
  return [
    jsonChannel({ topic: "/onarm/arm", every: 0, lossy: false }, schema, sceneUpdate, ({ time }, told) =>
      told ? [] : [{ time, message: update(undefined, arm, time) }],
    ),
    jsonChannel({ topic: "/onarm/scene", every: 0.1, lossy: false }, schema, sceneUpdate, ({ state, time }, told) => {
      const before = told && sceneThings(description.base, bounds, told.state);
      const message = update(before, sceneThings(description.base, bounds, state), time);
      return told && message.entities.length + message.deletions.length === 0 ? [] : [{ time, message }];
    }),
  ];
}
