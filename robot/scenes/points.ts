import type { Vec3 } from "../../src/domain/units.ts";
import type { RosPose } from "../ros1/messages.ts";

/** A point of the frame of a pose, in the frame that the pose is told in. Undefined for what is no pose: a tracker's word for "not seen". */
export function pointOf({ position: p, orientation: { x, y, z, w } }: RosPose, [ox, oy, oz]: Vec3): Vec3 | undefined {
  if (!(Math.abs(Math.hypot(x, y, z, w) - 1) < 1e-2)) return undefined;
  const [cx, cy, cz] = [y * oz - z * oy + w * ox, z * ox - x * oz + w * oy, x * oy - y * ox + w * oz];
  const point: Vec3 = [p.x + ox + 2 * (y * cz - z * cy), p.y + oy + 2 * (z * cx - x * cz), p.z + oz + 2 * (x * cy - y * cx)];
  return point.every(Number.isFinite) ? point : undefined;
}
