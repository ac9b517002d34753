import { sawyer } from "../../../robot/description/sawyer.ts";
import type { KeepOut } from "../../../src/domain/arm.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";

/** What the arm is made of, once more and by hand: [link, one end, other end, radius], m in the link's frame. Links of a row of `carried` move as one. */
type P = readonly [number, number, number];
type Part = readonly [link: string, a: P, b: P, radius: number];
const carried: readonly (readonly Part[])[] = [
  [
    ["right_l0", [0.08, 0, 0.23], [0.08, 0, 0.23], 0.07],
    ["head", [0, 0, 0.08], [0, 0, 0.08], 0.18],
  ],
  [
    ["right_l1", [0, 0, 0.1225], [0, 0, 0.1225], 0.07],
    ["right_l1 shaft", [0, 0, -0.035], [0, 0, 0.105], 0.07],
  ],
  [
    ["right_l2 shaft", [0, 0, -0.09], [0, 0, 0.25], 0.06],
    ["right_l2", [0, 0, 0.26], [0, 0, 0.26], 0.06],
  ],
  [["right_l3", [0, -0.01, -0.12], [0, -0.01, -0.12], 0.06]],
  [
    ["right_l4 shaft", [0, 0, -0.04], [0, 0, 0.26], 0.045],
    ["right_l4", [0, 0.01, 0.26], [0, 0.01, 0.26], 0.06],
  ],
  [["right_l5", [0, 0, 0.1], [0, 0, 0.1], 0.06]],
  [
    ["right_l6", [0, 0.015, -0.035], [0, 0.015, 0.015], 0.055],
    ["right_hand", [0, 0, 0.005], [0, 0, 0.035], 0.035],
    ["right_gripper_base", [0, 0, 0], [0, 0, 0.0194], 0.04],
    ["right_gripper_base", [0, 0, 0.0194], [0, 0, 0.06562], 0.029],
    // Both fingers wherever they are: two bars across the hand, 37.5 mm of the fingers' length each.
    ["right_gripper_tip", [0, 0.043333, -0.05625], [0, -0.043333, -0.05625], 0.0203853502],
    ["right_gripper_tip", [0, 0.043333, -0.01875], [0, -0.043333, -0.01875], 0.0203853502],
  ],
];
/** [lower corner, upper corner] in base: pedestal with its controller and feet, and the base link. */
const standing: readonly (readonly [string, P, P])[] = [
  ["pedestal", [-0.2, -0.18, -0.6], [0.16, 0.18, 0.02]],
  ["controller", [-0.435, -0.2, -0.645], [-0.215, 0.2, -0.115]],
  ["feet", [-0.5075, -0.35, -0.913], [0.2625, 0.35, -0.603]],
  ["base", [-0.08, -0.08, 0], [0.08, 0.08, 0.24]],
];
/** Overlap at the neutral pose, and everywhere near it: the vendor's ball about the head is larger than the head. */
const touching = ["right_l2 shaft-head"];
/** What no motion brings nearer by a millimetre. */
const rigid = [
  "right_l1 shaft-base",
  "right_l1 shaft-pedestal",
  "right_l1 shaft-feet",
  "right_l1-feet",
  "right_l4 shaft-right_l2",
];
const settled = new Set([...touching, ...rigid]);

const all = tree(sawyer);
interface Placed {
  readonly link: string;
  readonly row: number;
  readonly a: P;
  readonly b: P;
  readonly radius: number;
}
function placed(q: readonly number[]): Placed[] {
  const frames = linkTransforms(all, q);
  return carried.flatMap((parts, row) =>
    parts.map(([link, a, b, radius]) => {
      const { p, R } = frames.get(link.split(" ")[0]!)!;
      const put = ([x, y, z]: P): P => [
        p[0] + R[0]! * x + R[1]! * y + R[2]! * z,
        p[1] + R[3]! * x + R[4]! * y + R[5]! * z,
        p[2] + R[6]! * x + R[7]! * y + R[8]! * z,
      ];
      return { link, row, a: put(a), b: put(b), radius };
    }),
  );
}

const on = (a: P, b: P, t: number): P => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
const far = (a: P, b: P) => Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2);

/** Least value over [0, 1] of a function without hollows but one: tried at a few places, then narrowed down by golden sections. */
function least(f: (t: number) => number): number {
  const N = 4;
  const tried = [0, 1, 2, 3, 4].map((k) => f(k / N));
  const best = tried.indexOf(Math.min(...tried));
  let [low, high] = [Math.max(best - 1, 0) / N, Math.min(best + 1, N) / N];
  const golden = (Math.sqrt(5) - 1) / 2;
  let [u, v] = [high - golden * (high - low), low + golden * (high - low)];
  let [fu, fv] = [f(u), f(v)];
  for (let k = 0; k < 38; k++) {
    if (fu <= fv) {
      [high, v, fv] = [v, u, fu];
      u = high - golden * (high - low);
      fu = f(u);
    } else {
      [low, u, fu] = [u, v, fv];
      v = low + golden * (high - low);
      fv = f(v);
    }
  }
  return Math.min(fu, fv, tried[best]!);
}

function toSegment(p: P, { a, b }: Placed): number {
  const [x, y, z] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const square = x * x + y * y + z * z;
  if (square === 0) return far(p, a);
  const t = ((p[0] - a[0]) * x + (p[1] - a[1]) * y + (p[2] - a[2]) * z) / square;
  return far(p, on(a, b, Math.min(Math.max(t, 0), 1)));
}
function toBox(p: P, low: P, high: P): number {
  const x = Math.max(low[0] - p[0], p[0] - high[0]);
  const y = Math.max(low[1] - p[1], p[1] - high[1]);
  const z = Math.max(low[2] - p[2], p[2] - high[2]);
  const most = Math.max(x, y, z);
  return most <= 0 ? most : Math.sqrt(Math.max(x, 0) ** 2 + Math.max(y, 0) ** 2 + Math.max(z, 0) ** 2);
}
const apart = (c: Placed, d: Placed) => least((t) => toSegment(on(c.a, c.b, t), d)) - c.radius - d.radius;
const clear = (c: Placed, low: P, high: P) => least((t) => toBox(on(c.a, c.b, t), low, high)) - c.radius;

export interface Meeting {
  readonly pair: string;
  readonly before: number;
  readonly after: readonly number[];
}

/** Distances of all that may meet, now and in other postures, m; pairs that stay farther apart than `beyond` are left out. */
export function meeting(
  q: readonly number[],
  others: readonly (readonly number[])[],
  keepOut: readonly KeepOut[],
  beyond: number,
): Meeting[] {
  const now = placed(q);
  const then = others.map(placed);
  const boxes = [...standing, ...keepOut.map(({ name, min, max }) => [name, min, max] as const)];
  const found: Meeting[] = [];
  now.forEach((c, i) => {
    now.forEach((d, j) => {
      if (c.row - d.row < 2 || settled.has(`${c.link}-${d.link}`)) return;
      const size = (far(c.a, c.b) + far(d.a, d.b)) / 2 + c.radius + d.radius;
      if (then.every((p) => far(on(p[i]!.a, p[i]!.b, 0.5), on(p[j]!.a, p[j]!.b, 0.5)) - size > beyond)) return;
      found.push({ pair: `${c.link}-${d.link}`, before: apart(c, d), after: then.map((p) => apart(p[i]!, p[j]!)) });
    });
    boxes.forEach(([name, low, high], b) => {
      if (b < standing.length && (c.row === 0 || settled.has(`${c.link}-${name}`))) return;
      if (then.every((p) => toBox(on(p[i]!.a, p[i]!.b, 0.5), low, high) - far(c.a, c.b) / 2 - c.radius > beyond)) return;
      found.push({ pair: `${c.link}-${name}`, before: clear(c, low, high), after: then.map((p) => clear(p[i]!, low, high)) });
    });
  });
  return found;
}
