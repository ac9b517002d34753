import type { ArmDescription, Joint } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import type { Vec3 } from "../domain/units.ts";
import { compose, fromPose, identity, turn } from "./transform.ts";
import type { Transform } from "./transform.ts";

export type { Transform } from "./transform.ts";

/**
 * The commanded joints between base and tip, compiled: every fixed joint is folded into its neighbour and every joint moves about or along
 * its own z. `links`: per joint 12 numbers, the frame it starts from in the one before (R row-major, then p); `tool`: the same for the tip.
 */
export interface Chain {
  readonly joints: number;
  readonly names: readonly string[];
  readonly links: Float64Array;
  readonly prismatic: readonly boolean[];
  readonly tool: Float64Array;
}

/** A rotation whose third column is `axis`: after it, the joint moves about z. */
function zTo(axis: Vec3): Transform {
  const [x, y, z] = axis;
  const norm = Math.hypot(x, y, z);
  const sine = Math.hypot(x, y);
  if (sine < 1e-12 * norm) return z > 0 ? identity : turn([1, 0, 0], Math.PI);
  return turn([-y / sine, x / sine, 0], Math.atan2(sine, z));
}

const transpose = ({ R }: Transform): Transform => ({
  p: [0, 0, 0],
  R: [R[0]!, R[3]!, R[6]!, R[1]!, R[4]!, R[7]!, R[2]!, R[5]!, R[8]!],
});
const packed = (t: Transform) => Float64Array.from([...t.R, ...t.p]);

/** The joints from base to `tip`, base first. */
function path(description: ArmDescription, tip: string): Joint[] {
  const above = new Map(description.joints.map((joint) => [joint.child, joint]));
  const joints: Joint[] = [];
  for (let at = tip; at !== description.base;) {
    const joint = above.get(at);
    if (!joint || joints.length > description.joints.length)
      throw new OnarmError(
        "config.invalid",
        `${description.name}: no joints lead from ${description.base} to ${tip}; name a link of the arm`,
        { tip },
      );
    joints.unshift(joint);
    at = joint.parent;
  }
  return joints;
}

/**
 * Compiles the way from base to `tip` (default: the description's tip). Joints that take no command stand at zero.
 * Throws "config.invalid" when the tip is not reached or the commanded joints do not lie on the way in their order.
 */
export function chain(description: ArmDescription, tip: string = description.tip): Chain {
  const names: string[] = [];
  const links: number[] = [];
  const prismatic: boolean[] = [];
  let pending = identity;
  for (const joint of path(description, tip)) {
    pending = compose(pending, fromPose(joint.origin));
    if (joint.kind === "fixed" || !description.commanded.includes(joint.name)) continue;
    const align = zTo(joint.axis);
    links.push(...packed(compose(pending, align)));
    names.push(joint.name);
    prismatic.push(joint.kind === "prismatic");
    pending = transpose(align);
  }
  if (names.join() !== description.commanded.join())
    throw new OnarmError(
      "config.invalid",
      `${description.name}: the commanded joints do not all lead to ${tip} in their order; they would be ${names.join(", ")}`,
      {
        tip,
      },
    );
  return { joints: names.length, names, links: Float64Array.from(links), prismatic, tool: packed(pending) };
}

/** Walks the chain; writes each joint's axis and origin into `J` (rows 3..5 and 0..2), and the frame behind it into `F`, when there is one. */
function walk(chain: Chain, q: ArrayLike<number>, J?: Float64Array, F?: Float64Array): Transform {
  const { joints: n, links, prismatic, tool: t } = chain;
  let [a, b, c, d, e, f, g, h, i, x, y, z] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
  for (let k = 0; k <= n; k++) {
    const o = k === n ? 0 : 12 * k;
    const m = k === n ? t : links;
    const [m0, m1, m2, m3, m4, m5] = [m[o]!, m[o + 1]!, m[o + 2]!, m[o + 3]!, m[o + 4]!, m[o + 5]!];
    const [m6, m7, m8, px, py, pz] = [m[o + 6]!, m[o + 7]!, m[o + 8]!, m[o + 9]!, m[o + 10]!, m[o + 11]!];
    x += a * px + b * py + c * pz;
    y += d * px + e * py + f * pz;
    z += g * px + h * py + i * pz;
    [a, b, c, d, e, f, g, h, i] = [
      a * m0 + b * m3 + c * m6,
      a * m1 + b * m4 + c * m7,
      a * m2 + b * m5 + c * m8,
      d * m0 + e * m3 + f * m6,
      d * m1 + e * m4 + f * m7,
      d * m2 + e * m5 + f * m8,
      g * m0 + h * m3 + i * m6,
      g * m1 + h * m4 + i * m7,
      g * m2 + h * m5 + i * m8,
    ];
    if (k === n) break;
    if (J) {
      J[k] = x;
      J[n + k] = y;
      J[2 * n + k] = z;
      J[3 * n + k] = c;
      J[4 * n + k] = f;
      J[5 * n + k] = i;
    }
    const angle = q[k]!;
    if (prismatic[k]) {
      x += c * angle;
      y += f * angle;
      z += i * angle;
    } else {
      const sin = Math.sin(angle);
      const cos = Math.cos(angle);
      [a, b, d, e, g, h] = [
        a * cos + b * sin,
        b * cos - a * sin,
        d * cos + e * sin,
        e * cos - d * sin,
        g * cos + h * sin,
        h * cos - g * sin,
      ];
    }
    if (F) F.set([a, b, c, d, e, f, g, h, i, x, y, z], 12 * k);
  }
  return { p: [x, y, z], R: [a, b, c, d, e, f, g, h, i] };
}

/** Tip frame in base. `q`: commanded joints, rad (m for prismatic); a NaN in it gives NaN out, never an error. */
export const forward = (chain: Chain, q: ArrayLike<number>): Transform => walk(chain, q);

/** The frame behind every joint, in base: 12 numbers a joint (R row-major, then p); the joint's axis is the third column. The caller's. */
export function frames(chain: Chain, q: ArrayLike<number>): Float64Array {
  const F = new Float64Array(12 * chain.joints);
  walk(chain, q, undefined, F);
  return F;
}

/** Tip frame and the geometric Jacobian at the tip: 6 x n row-major, linear rows then angular rows, in base. Both are the caller's. */
export function jacobian(chain: Chain, q: ArrayLike<number>): { tip: Transform; J: Float64Array } {
  const n = chain.joints;
  const J = new Float64Array(6 * n);
  const tip = walk(chain, q, J);
  const [x, y, z] = tip.p;
  for (let k = 0; k < n; k++) {
    const [ax, ay, az] = [J[3 * n + k]!, J[4 * n + k]!, J[5 * n + k]!];
    const [rx, ry, rz] = [x - J[k]!, y - J[n + k]!, z - J[2 * n + k]!];
    const slides = chain.prismatic[k];
    J[k] = slides ? ax : ay * rz - az * ry;
    J[n + k] = slides ? ay : az * rx - ax * rz;
    J[2 * n + k] = slides ? az : ax * ry - ay * rx;
    if (slides) J[3 * n + k] = J[4 * n + k] = J[5 * n + k] = 0;
  }
  return { tip, J };
}
