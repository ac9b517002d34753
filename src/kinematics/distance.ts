import type { Vec3 } from "../domain/units.ts";

/** How far a segment is from another thing, m, and where: `at` on the segment, `away` the unit direction in which that point leaves the thing. */
export interface Nearest {
  readonly distance: number;
  readonly at: Vec3;
  readonly away: Vec3;
}

/** Halvings of a segment: a length of 1 m is then known to a third of a nanometre. */
const HALVINGS = 31;

/** Signed distance of a point to a box about the origin with half extents `h`, m: negative inside, where it is the way to the nearest face. */
export function pointToBox(x: number, y: number, z: number, h: Vec3): number {
  const [u, v, w] = [Math.abs(x) - h[0], Math.abs(y) - h[1], Math.abs(z) - h[2]];
  const most = Math.max(u, v, w);
  if (!(most > 0)) return most;
  const [a, b, c] = [Math.max(u, 0), Math.max(v, 0), Math.max(w, 0)];
  return Math.sqrt(a * a + b * b + c * c);
}

/** Unit gradient of that distance; on a ridge inside the box, of one of the faces that are equally near. */
function awayFromBox(x: number, y: number, z: number, h: Vec3): Vec3 {
  const [u, v, w] = [Math.abs(x) - h[0], Math.abs(y) - h[1], Math.abs(z) - h[2]];
  const most = Math.max(u, v, w);
  if (!(most > 0)) return u === most ? [side(x), 0, 0] : v === most ? [0, side(y), 0] : [0, 0, side(z)];
  const [a, b, c] = [Math.max(u, 0), Math.max(v, 0), Math.max(w, 0)];
  const length = Math.sqrt(a * a + b * b + c * c);
  return [(a * side(x)) / length, (b * side(y)) / length, (c * side(z)) / length];
}

/** Whether the distance to the box does not fall any more at share `t` of the way from `a` along `d`. */
function rising(a: Vec3, d: Vec3, t: number, h: Vec3): boolean {
  const away = awayFromBox(a[0] + t * d[0], a[1] + t * d[1], a[2] + t * d[2], h);
  return away[0] * d[0] + away[1] * d[1] + away[2] * d[2] >= 0;
}

/** Share of the way along a segment at which a convex distance is least: its slope tells on which side of a point that is. */
function lowest(a: Vec3, d: Vec3, h: Vec3): number {
  if (rising(a, d, 0, h)) return 0;
  if (!rising(a, d, 1, h)) return 1;
  let [low, high] = [0, 1];
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2;
    if (rising(a, d, middle, h)) high = middle;
    else low = middle;
  }
  return high;
}

/** Segment a-b against a box about the origin with half extents `h`, all in the box's frame. */
export function segmentToBox(a: Vec3, b: Vec3, h: Vec3): Nearest {
  const d = less(b, a);
  const at = along(a, d, lowest(a, d, h));
  return { distance: pointToBox(at[0], at[1], at[2], h), at, away: awayFromBox(at[0], at[1], at[2], h) };
}

/** Segment a-b against segment c-d. Where they cross there is no direction away, and `away` is zero. */
export function segmentToSegment(a: Vec3, b: Vec3, c: Vec3, d: Vec3): Nearest {
  const u = less(b, a);
  const v = less(d, c);
  const r = less(a, c);
  const [uu, vv, uv, ur, vr] = [dot(u, u), dot(v, v), dot(u, v), dot(u, r), dot(v, r)];
  // By cross products: uu * vv - uv * uv has lost all its figures where lines are parallel to 1e-7, which put the nearest points micrometres off.
  const normal = cross(u, v);
  const skew = dot(normal, normal);
  // The nearest point of the line through a-b, then of c-d to it, then of a-b to that: exact for segments, points among them.
  let s = skew > 1e-28 * uu * vv ? share(dot(cross(v, r), normal) / skew) : 0;
  const t = vv > 0 ? share((uv * s + vr) / vv) : 0;
  s = uu > 0 ? share((uv * t - ur) / uu) : 0;
  const at = along(a, u, s);
  const gap = less(at, along(c, v, t));
  const distance = Math.sqrt(dot(gap, gap));
  return { distance, at, away: distance > 0 ? [gap[0] / distance, gap[1] / distance, gap[2] / distance] : [0, 0, 0] };
}

const less = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vec3, b: Vec3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vec3, b: Vec3): Vec3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const along = (a: Vec3, u: Vec3, s: number): Vec3 => [a[0] + s * u[0], a[1] + s * u[1], a[2] + s * u[2]];
const side = (x: number) => (x < 0 ? -1 : 1);
const share = (x: number) => Math.min(Math.max(x, 0), 1);
