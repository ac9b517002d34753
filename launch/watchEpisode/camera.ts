import type { Vec3 } from "../../src/domain/units.ts";
import { element } from "../study/figures/svg.ts";

type Attributes = Readonly<Record<string, string | number>>;
type Pixel = readonly [number, number];

/** A parallel view of the arm's base frame: points in m become places in a picture. */
export interface Camera {
  /** Pixels a metre. */
  readonly scale: number;
  place(point: Vec3): Pixel;
  /** How near a point is, m along the line of sight. */
  nearness(point: Vec3): number;
}

/**
 * Looks at `centre` from `azimuth` (0: from ahead of the arm, back at it; positive: more from its left) and `elevation`, both rad.
 * `scale`: pixels a metre.
 */
export function camera(centre: Vec3, azimuth: number, elevation: number, scale: number, [x0, y0]: Pixel): Camera {
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  const along = (axis: Vec3, p: Vec3) => axis.reduce((sum, a, i) => sum + a * (p[i]! - centre[i]!), 0);
  const [right, up, toward]: [Vec3, Vec3, Vec3] = [
    [-sa, ca, 0],
    [-se * ca, -se * sa, ce],
    [ce * ca, ce * sa, se],
  ];
  return {
    scale,
    place: (p) => [x0 + scale * along(right, p), y0 - scale * along(up, p)],
    nearness: (p) => along(toward, p),
  };
}

const list = (points: readonly Pixel[]) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

export const polygon = ({ place }: Camera, points: readonly Vec3[], attributes: Attributes): string =>
  element("polygon", { points: list(points.map(place)), ...attributes });
export const polyline = ({ place }: Camera, points: readonly Vec3[], attributes: Attributes): string =>
  element("polyline", {
    points: list(points.map(place)),
    fill: "none",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    ...attributes,
  });
export function disc({ place }: Camera, at: Vec3, r: number, attributes: Attributes): string {
  const [cx, cy] = place(at);
  return element("circle", { cx, cy, r, ...attributes });
}

/** A box that stands on its foot `at`, its front looking along `ahead` (unit, horizontal): from `back` to `front` m along it. */
export interface Box {
  readonly at: Vec3;
  readonly ahead: Vec3;
  readonly back: number;
  readonly front: number;
  readonly half: number;
  readonly low: number;
  readonly high: number;
}

/** The faces of a box that a camera sees, the top lightest. */
export function box(
  view: Camera,
  { at, ahead, back, front, half, low, high }: Box,
  [top, side, face]: readonly [string, string, string],
) {
  const corner = (along: number, across: number, z: number): Vec3 => [
    at[0] + ahead[0] * along - ahead[1] * across,
    at[1] + ahead[1] * along + ahead[0] * across,
    at[2] + z,
  ];
  const [far, near] = [back, front];
  const faces: readonly (readonly [string, readonly Vec3[], Vec3])[] = [
    [face, [corner(near, -half, low), corner(near, half, low), corner(near, half, high), corner(near, -half, high)], ahead],
    [
      face,
      [corner(far, -half, low), corner(far, half, low), corner(far, half, high), corner(far, -half, high)],
      [-ahead[0], -ahead[1], 0],
    ],
    [
      side,
      [corner(far, half, low), corner(near, half, low), corner(near, half, high), corner(far, half, high)],
      [-ahead[1], ahead[0], 0],
    ],
    [
      side,
      [corner(far, -half, low), corner(near, -half, low), corner(near, -half, high), corner(far, -half, high)],
      [ahead[1], -ahead[0], 0],
    ],
    [top, [corner(far, -half, high), corner(near, -half, high), corner(near, half, high), corner(far, half, high)], [0, 0, 1]],
  ];
  const origin = view.nearness([0, 0, 0]);
  const seen = faces.filter(([, , normal]) => view.nearness(normal) - origin > 1e-9);
  return seen.map(([fill, points]) => polygon(view, points, { fill, stroke: "#fff", "stroke-width": 0.6 })).join("");
}
