import type { SceneSpec } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { aimOf } from "../../src/tasks/ownTasks.ts";
import { TABLE_Z } from "../../src/tasks/sawyer.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { figureOf, fingersOf, goalOf } from "../armView.ts";
import { COLOURS } from "../study/figures/svg.ts";
import { disc, polygon, polyline, type Camera } from "./camera.ts";
import type { Shot } from "./shots.ts";
import { parts } from "./things.ts";

/** Sizes for the eye alone, m. */
const table = { x: [0.3, 0.96], y: [-0.42, 0.42] } as const;
const FINGER = 0.035;

const TIP = COLOURS[1];
const GOAL = COLOURS[2];

/** Arm and scene at one moment, with the way that the tip has come. Pure. */
export function picture(view: Camera, scene: SceneSpec, aim: AimKind | undefined, shot: Shot, way: readonly Vec3[]): string {
  const things = parts(view, scene, shot.things).sort((a, b) => view.nearness(a.middle) - view.nearness(b.middle));
  const drawn = (carried: boolean) => things.flatMap((part) => ((part.carried ?? false) === carried ? part.drawn : [])).join("");
  const goal = aim && goalOf(aimOf(aim), shot.things["tray"]?.position ?? scene.tray?.position);
  const foot: Vec3 = [shot.tip[0], shot.tip[1], TABLE_Z];
  return [
    tableTop(view),
    drawn(false),
    goal ? disc(view, goal.position, goal.radius * view.scale, { fill: GOAL, "fill-opacity": 0.2, stroke: GOAL }) : "",
    polyline(view, [shot.tip, foot], { stroke: TIP, "stroke-width": 0.8, "stroke-dasharray": "2 2" }),
    disc(view, foot, 1.8, { fill: TIP, "fill-opacity": 0.6 }),
    arm(view, shot.q),
    // In the hand, which the arm's strokes would hide.
    drawn(true),
    polyline(view, way, { stroke: TIP, "stroke-width": 1.4, "stroke-opacity": 0.9 }),
    ...(shot.gap === undefined ? [] : fingersOf(shot.q, shot.gap, FINGER)).map((finger) =>
      polyline(view, finger, { stroke: "#222", "stroke-width": 2 }),
    ),
    disc(view, shot.tip, 2.4, { fill: TIP, stroke: "#fff", "stroke-width": 0.8 }),
  ].join("");
}

function tableTop(view: Camera): string {
  const corners = [0, 1, 1, 0].map((i, k): Vec3 => [table.x[i]!, table.y[k < 2 ? 0 : 1]!, TABLE_Z]);
  return polygon(view, corners, { fill: "#f1f1ee", stroke: "#ddd", "stroke-width": 0.8 });
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
