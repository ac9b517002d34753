import type { SceneSpec } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { BUTTON_TRAVEL, REACH_GOAL, REACH_RADIUS, TABLE_Z } from "../../src/tasks/sawyer.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { figureOf } from "../armView.ts";
import { COLOURS } from "../study/figures/svg.ts";
import { box, disc, polygon, polyline, type Camera } from "./camera.ts";
import type { Shot } from "./shots.ts";

/** Sizes of what stands on the table are for the eye alone, m. */
const cabinet = { half: 0.08, depth: 0.2, height: 0.07 };
const bar = { reach: 0.055, height: 0.045, half: 0.05 };
const button = { height: 0.06, half: 0.04, rise: 0.045, cap: 0.025 };
const table = { x: [0.3, 0.9], y: [-0.42, 0.42] } as const;

const TIP = COLOURS[1];
const GOAL = COLOURS[2];
const wood = ["#e9dcc6", "#cbb691", "#b99f74"] as const;
const front = ["#d9c19a", "#c9ab79", "#a9854b"] as const;
const grey = ["#d9dde2", "#aeb6bf", "#9aa3ad"] as const;
const red = ["#e8837a", "#c4554b", "#c4554b"] as const;

/** Arm and scene at one moment, with the way that the tip has come. Pure. */
export function picture(view: Camera, scene: SceneSpec, aim: AimKind | undefined, shot: Shot, way: readonly Vec3[]): string {
  const { drawer, button: knob } = scene;
  const parts: string[] = [tableTop(view)];
  if (drawer) parts.push(chest(view, drawer.position, drawer.opens, shot.drawer ?? drawer.travel));
  if (knob) parts.push(plunger(view, knob.position, shot.button ?? 0));
  if (aim === "reach")
    parts.push(disc(view, REACH_GOAL, REACH_RADIUS * view.scale, { fill: GOAL, "fill-opacity": 0.2, stroke: GOAL }));
  const foot: Vec3 = [shot.tip[0], shot.tip[1], TABLE_Z];
  parts.push(
    polyline(view, [shot.tip, foot], { stroke: TIP, "stroke-width": 0.8, "stroke-dasharray": "2 2" }),
    disc(view, foot, 1.8, { fill: TIP, "fill-opacity": 0.6 }),
    arm(view, shot.q),
    polyline(view, way, { stroke: TIP, "stroke-width": 1.4, "stroke-opacity": 0.9 }),
    disc(view, shot.tip, 3, { fill: TIP, stroke: "#fff", "stroke-width": 0.8 }),
  );
  return parts.join("");
}

function tableTop(view: Camera): string {
  const corners = [0, 1, 1, 0].map((i, k): Vec3 => [table.x[i]!, table.y[k < 2 ? 0 : 1]!, TABLE_Z]);
  return polygon(view, corners, { fill: "#f1f1ee", stroke: "#ddd", "stroke-width": 0.8 });
}

/** The nearer of the two parts is drawn over the other. */
function chest(view: Camera, at: Vec3, opens: Vec3, travel: number): string {
  const { half, depth, height } = cabinet;
  const ahead = (way: number, z: number, across = 0): Vec3 => [
    at[0] + opens[0] * way - opens[1] * across,
    at[1] + opens[1] * way + opens[0] * across,
    at[2] + z,
  ];
  const shell = box(view, { at, ahead: opens, back: -depth, front: 0, half, low: 0, high: height }, wood);
  const inside = { at, ahead: opens, half: half - 0.008, low: 0.008, high: 0.05 };
  const tray = travel > 0.002 ? box(view, { ...inside, back: 0, front: travel }, front) : "";
  const face = box(view, { at, ahead: opens, back: travel, front: travel + 0.01, half, low: 0, high: height }, front);
  const out = travel + bar.reach;
  const rail = polyline(
    view,
    [
      ahead(travel, bar.height, -bar.half),
      ahead(out, bar.height, -bar.half),
      ahead(out, bar.height, bar.half),
      ahead(travel, bar.height, bar.half),
    ],
    { stroke: "#444", "stroke-width": 2 },
  );
  const facing = view.nearness(ahead(1, 0)) > view.nearness(at);
  return (facing ? [shell, tray, face, rail] : [rail, face, tray, shell]).join("");
}

function plunger(view: Camera, top: Vec3, travel: number): string {
  const at: Vec3 = [top[0], top[1], top[2] - button.height];
  const ahead: Vec3 = [1, 0, 0];
  const { half, rise, cap } = button;
  // Drawn three times as deep as it went, or a press of millimetres could not be seen.
  const high = Math.max(rise, button.height - 3 * Math.min(travel, BUTTON_TRAVEL));
  return (
    box(view, { at, ahead, back: -half, front: half, half, low: 0, high: rise }, grey) +
    box(view, { at, ahead, back: -cap, front: cap, half: cap, low: rise, high: Math.max(high, rise + 0.001) }, red)
  );
}

/** Links as strokes, nearer the base the thicker; a light edge keeps the ones in front apart from those behind. */
function arm(view: Camera, q: readonly number[]): string {
  const points = figureOf(q);
  return points
    .slice(1)
    .map((point, i) => {
      const width = 9 - 0.6 * i;
      const segment = [points[i]!, point];
      return (
        polyline(view, segment, { stroke: "#fff", "stroke-width": width + 2 }) +
        polyline(view, segment, { stroke: "#55606c", "stroke-width": width })
      );
    })
    .join("");
}
