import type { SceneSpec, SceneState } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { BLOCK, BUTTON_TRAVEL, TABLE_Z } from "../../src/tasks/sawyer.ts";
import { box, polyline, type Camera } from "./camera.ts";

/** Sizes of what stands on the table are for the eye alone, m. */
const cabinet = { half: 0.08, depth: 0.2, height: 0.07 };
const bar = { reach: 0.055, height: 0.045, half: 0.05 };
const button = { height: 0.06, half: 0.04, rise: 0.045, cap: 0.025 };
const locker = { back: -0.14, front: 0, half: 0.06, height: 0.03 };
const tray = { back: -0.045, front: 0.045, half: 0.045, height: 0.02 };
const sheet = 0.005;

type Shades = readonly [top: string, side: string, face: string];
const wood: Shades = ["#e9dcc6", "#cbb691", "#b99f74"];
const front: Shades = ["#d9c19a", "#c9ab79", "#a9854b"];
const grey: Shades = ["#d9dde2", "#aeb6bf", "#9aa3ad"];
const red: Shades = ["#e8837a", "#c4554b", "#c4554b"];
const teal: Shades = ["#a9d3d0", "#6fb0ac", "#5a9c98"];
const slate: Shades = ["#c3cbe0", "#93a0c4", "#8090b8"];
const pink: Shades = ["#e58abc", "#c2418a", "#a8327a"];

/** A part of what stands on the table. Of two parts the one whose middle is nearer is drawn over the other. */
export interface Part {
  readonly middle: Vec3;
  readonly drawn: string;
  /** A block that is off what blocks can lie on. */
  readonly carried?: boolean;
}
/** m: higher than any floor is above the table. */
const LIFTED = 0.02;

const raised = ([x, y, z]: Vec3, by: number): Vec3 => [x, y, z + by];
/** From the foot `at` of a front that looks along `ahead`: `way` m along it, `across` to its left, `z` up. */
const framed =
  (at: Vec3, ahead: Vec3) =>
  (way: number, z: number, across = 0): Vec3 => [
    at[0] + ahead[0] * way - ahead[1] * across,
    at[1] + ahead[1] * way + ahead[0] * across,
    at[2] + z,
  ];

/** Everything that is set out in a scene, where it was seen. What was not seen stands as it was set out. */
export function parts(view: Camera, scene: SceneSpec, seen: SceneState["facts"]): Part[] {
  const { drawer, button: knob, locker: store, tray: dish } = scene;
  const block = (name: "object" | "brick") => {
    const spec = scene[name];
    const at = seen[name]?.position ?? (spec && raised(spec.position, BLOCK.height / 2));
    return at ? [cube(view, at)] : [];
  };
  return [
    ...(drawer ? chest(view, drawer.position, drawer.opens, seen["drawer"]?.travel ?? drawer.travel) : []),
    ...(knob ? [plunger(view, knob.position, seen["button"]?.travel ?? 0)] : []),
    ...(store ? openBox(view, store.position, store.opens, seen["locker"]?.travel ?? store.travel, locker, teal) : []),
    ...(dish ? openBox(view, dish.position, [1, 0, 0], 0, tray, slate) : []),
    ...block("object"),
    ...block("brick"),
  ];
}

function chest(view: Camera, at: Vec3, opens: Vec3, travel: number): Part[] {
  const { half, depth, height } = cabinet;
  const ahead = framed(at, opens);
  const inside = { at, ahead: opens, half: half - 0.008, low: 0.008, high: 0.05 };
  const face = { at, ahead: opens, back: travel, front: travel + 0.01, half, low: 0, high: height };
  const shell = { at, ahead: opens, back: -depth, front: 0, half, low: 0, high: height };
  const out = travel + bar.reach;
  const rail = [
    ahead(travel, bar.height, -bar.half),
    ahead(out, bar.height, -bar.half),
    ahead(out, bar.height, bar.half),
    ahead(travel, bar.height, bar.half),
  ];
  return [
    { middle: ahead(-depth / 2, height / 2), drawn: box(view, shell, wood) },
    ...(travel > 0.002
      ? [{ middle: ahead(travel / 2, 0.03), drawn: box(view, { ...inside, back: 0, front: travel }, front) }]
      : []),
    { middle: ahead(travel, height / 2), drawn: box(view, face, front) },
    { middle: ahead(out, bar.height), drawn: polyline(view, rail, { stroke: "#444", "stroke-width": 2 }) },
  ];
}

function plunger(view: Camera, top: Vec3, travel: number): Part {
  const at = raised(top, -button.height);
  const ahead: Vec3 = [1, 0, 0];
  const { half, rise, cap } = button;
  // Drawn three times as deep as it went, or a press of millimetres could not be seen.
  const high = Math.max(rise, button.height - 3 * Math.min(travel, BUTTON_TRAVEL));
  const drawn =
    box(view, { at, ahead, back: -half, front: half, half, low: 0, high: rise }, grey) +
    box(view, { at, ahead, back: -cap, front: cap, half: cap, low: rise, high: Math.max(high, rise + 0.001) }, red);
  return { middle: raised(at, rise / 2), drawn };
}

/** Floor and walls apart, so that a block in it is drawn before the near walls and after the far ones. `out`: how far it is driven out, m. */
function openBox(view: Camera, at: Vec3, ahead: Vec3, out: number, { back, front, half, height }: typeof tray, shades: Shades) {
  const place = framed(at, ahead);
  const side = half - sheet / 2;
  const [rear, fore, middle] = [out + back, out + front, out + (back + front) / 2];
  const wall = (across: number, from: number, to: number, thick: number, high: number): Part => ({
    middle: place((from + to) / 2, high / 2, across),
    drawn: box(view, { at: place(0, 0, across), ahead, back: from, front: to, half: thick, low: 0, high }, shades),
  });
  return [
    // Beneath all that lies in it, wherever that lies.
    { ...wall(0, rear, fore, half, sheet), middle: place(middle, -height) },
    wall(0, rear, rear + sheet, half, height),
    wall(-side, rear, fore, sheet / 2, height),
    wall(side, rear, fore, sheet / 2, height),
    wall(0, fore - sheet, fore, half, height),
  ];
}

function cube(view: Camera, middle: Vec3): Part {
  const [w, h] = [BLOCK.width / 2, BLOCK.height / 2];
  const solid = { at: middle, ahead: [1, 0, 0] as Vec3, back: -w, front: w, half: w, low: -h, high: h };
  return { middle, drawn: box(view, solid, pink), carried: middle[2] - h > TABLE_Z + LIFTED };
}
