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

/** Walks the chain to the tip; writes the frame behind every joint into `F` (R row-major, then p) when there is one. */
function walk(chain: Chain, q: ArrayLike<number>, F?: Float64Array): Transform {
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
    if (!F) continue;
    // One by one: this is walked several times a period, and a list on the right-hand side costs more than the walk.
    F[o] = a;
    F[o + 1] = b;
    F[o + 2] = c;
    F[o + 3] = d;
    F[o + 4] = e;
    F[o + 5] = f;
    F[o + 6] = g;
    F[o + 7] = h;
    F[o + 8] = i;
    F[o + 9] = x;
    F[o + 10] = y;
    F[o + 11] = z;
  }
  return { p: [x, y, z], R: [a, b, c, d, e, f, g, h, i] };
}

/** Tip frame in base. `q`: commanded joints, rad (m for prismatic); a NaN in it gives NaN out, never an error. */
export const forward = (chain: Chain, q: ArrayLike<number>): Transform => walk(chain, q);

/**
 * Tip frame, and the frame behind every joint: 12 numbers a joint (R row-major, then p), in base; its third column is the joint's axis.
 * They are written into `F`, which stays the caller's.
 */
export function frames(
  chain: Chain,
  q: ArrayLike<number>,
  F: Float64Array = new Float64Array(12 * chain.joints),
): { tip: Transform; frames: Float64Array } {
  return { tip: walk(chain, q, F), frames: F };
}

/** Tip frame and the geometric Jacobian at the tip: 6 x n row-major, linear rows then angular rows, in base. Both are the caller's. */
export function jacobian(chain: Chain, q: ArrayLike<number>): { tip: Transform; J: Float64Array } {
  const { tip, frames: F } = frames(chain, q);
  return { tip, J: jacobianAt(chain, F, tip.p) };
}

/** The same Jacobian from the frames behind the joints, at a point `p` that the last joint carries. */
export function jacobianAt({ joints: n, prismatic }: Chain, F: Float64Array, [x, y, z]: Vec3): Float64Array {
  const J = new Float64Array(6 * n);
  for (let k = 0; k < n; k++) {
    const o = 12 * k;
    const [ax, ay, az] = [F[o + 2]!, F[o + 5]!, F[o + 8]!];
    if (prismatic[k]) {
      [J[k], J[n + k], J[2 * n + k]] = [ax, ay, az];
      continue;
    }
    const [rx, ry, rz] = [x - F[o + 9]!, y - F[o + 10]!, z - F[o + 11]!];
    J[k] = ay * rz - az * ry;
    J[n + k] = az * rx - ax * rz;
    J[2 * n + k] = ax * ry - ay * rx;
    J[3 * n + k] = ax;
    J[4 * n + k] = ay;
    J[5 * n + k] = az;
  }
  return J;
}
