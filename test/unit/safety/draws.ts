import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Limits } from "../../../src/domain/arm.ts";
import { limits, moving, reaching, setPoint, seven, stateAt, velocity } from "./oracle.ts";

/** What the properties of the governor are asked with. ONARM_MANY=1000000 asks each property that often: minutes to an hour each. */
export const many = { numRuns: Number(process.env["ONARM_MANY"] ?? 20000) };

const neutral = sawyer.poses.neutral!;
export const within = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });
export const vector = (low: number, high: number) => fc.array(within(low, high), { minLength: 7, maxLength: 7 });
/** Poses the arm works in, poses near walls of the box, and poses anywhere it can be, also at its very limits. */
export const pose = fc.oneof(
  vector(-0.12, 0.12).map((d) => neutral.map((x, k) => x + d[k]!)),
  vector(-0.4, 0.4).map((d) => neutral.map((x, k) => x + d[k]!)),
  fc.tuple(...limits.joints.map((j) => fc.oneof(within(j.lower, j.upper), fc.constantFrom(j.lower, j.upper)))),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.boolean(), within(-0.01, 0.06))
    .map(([k, up, d]) => neutral.map((x, i) => (i !== k ? x : up ? limits.joints[k]!.upper - d : limits.joints[k]!.lower + d))),
);
/** A grid over the box whose outer points lie on its walls, edges and corners; drawn poses stand a few mm off them. */
const { min, max } = limits.workspace;
const grid = [0, 0.3, 1].flatMap((x) => [0, 0.5, 1].flatMap((y) => [0, 0.5, 1].map((z) => [x, y, z])));
const atWalls = grid.map((share) => reaching(share.map((s, i) => min[i]! + s * (max[i]! - min[i]!))));
const wallPose = fc.tuple(fc.constantFrom(...atWalls), vector(-0.005, 0.005)).map(([q, d]) => q.map((x, k) => x + d[k]!));
export const period = fc.oneof(fc.constantFrom(0.002, 0.01, 0.05, 0.1), within(1e-6, 0.1));
export const rates = fc.oneof(vector(-0.1, 0.1), vector(-0.6, 0.6), vector(-3, 3), fc.constant(seven(0)));
export const state = fc.tuple(pose, vector(-0.5, 0.5)).map(([q, v]) => stateAt(q, { velocity: v }));
export const anywhere = fc
  .tuple(state, rates, period, fc.boolean(), fc.option(rates, { nil: undefined }))
  .map(([s, w, T, asPosition, before]) => ({
    state: s,
    command: asPosition
      ? setPoint(
          s.position.map((x, k) => x + w[k]! * T),
          T,
        )
      : velocity(w, T),
    previous: before && velocity(before, T),
  }));
const twist = fc
  .tuple(vector(-0.3, 0.3), within(0, 1))
  .map(([x, turn]) => [x.slice(0, 3), x.slice(3, 6).map((r) => 2 * turn * r)] as const);
/** At a wall, moving as a tip moves: a command and one before it, each from a twist. */
const walled = fc.tuple(wallPose, twist, twist, period).map(([q, to, from, T]) => {
  const previous = velocity(moving(q, ...from), T);
  return { state: stateAt(q, { velocity: previous.value }), command: velocity(moving(q, ...to), T), previous };
});
export const plausible = fc.oneof(anywhere, walled);

/** Sizes of any order of magnitude between two. */
const sized = (low: number, high: number) => within(Math.log(low), Math.log(high)).map(Math.exp);
const span = (low: number, high: number, least: number) =>
  fc.tuple(within(low, high), within(least, high - low)).map(([from, long]) => [from, from + long] as const);
const box = (low: number, high: number, least: number) =>
  fc
    .tuple(span(low, high, least), span(low, high, least), span(low, high, least))
    .map((axes) => ({ min: axes.map(([from]) => from), max: axes.map(([, to]) => to) }));

/** Limits that are sane, and else anything: tight, wide, of any order of magnitude, with boxes anywhere. */
export const anyLimits = fc
  .record({
    speed: fc.array(sized(1e-6, 1e3), { minLength: 7, maxLength: 7 }),
    acceleration: fc.array(sized(1e-5, 1e4), { minLength: 7, maxLength: 7 }),
    jerk: fc.array(sized(1e-4, 1e6), { minLength: 7, maxLength: 7 }),
    narrower: fc.array(within(0, 0.4), { minLength: 7, maxLength: 7 }),
    margin: within(0, 0.3),
    tipSpeed: sized(1e-6, 1e2),
    workspace: fc.oneof(fc.constant(limits.workspace), box(-1.5, 1.5, 0.05), fc.constant({ min: [-9, -9, -9], max: [9, 9, 9] })),
    clearance: fc.oneof(within(0, 0.02), within(0, 0.3)),
    keepOut: fc.array(box(-1, 1, 0.01), { maxLength: 5 }),
    trackingError: sized(1e-3, 10),
  })
  .map(({ speed, acceleration, jerk, narrower, keepOut, ...rest }) => ({
    ...limits,
    ...rest,
    keepOut: keepOut.map((at, k) => ({ name: `box${k}`, ...at })),
    joints: limits.joints.map((j, k) => ({
      ...j,
      lower: j.lower + narrower[k]!,
      upper: j.upper - narrower[k]!,
      speed: speed[k]!,
      acceleration: acceleration[k]!,
      jerk: jerk[k]!,
    })),
  })) as unknown as fc.Arbitrary<Limits>;

export const number = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 5e-324, 1e308, -1e308, 1e-9),
  within(-10, 10),
);
/** The shipped limits with one number of them anything at all, or with anything in its place. */
export const spoiltLimits = fc.tuple(fc.nat(60), fc.oneof(number, fc.anything())).map(([at, bad]) => {
  const places: [object, string | number][] = [];
  const copy = structuredClone(limits) as unknown as Record<string, unknown>;
  const visit = (x: Record<string, unknown> | unknown[]) =>
    Object.entries(x).forEach(([key, value]) => {
      places.push([x, key]);
      if (typeof value === "object" && value !== null) visit(value as Record<string, unknown>);
    });
  delete copy["exploration"];
  visit(copy);
  const [whole, key] = places[Math.floor((at / 61) * places.length)]!;
  (whole as Record<string | number, unknown>)[key] = bad;
  return copy as unknown as Limits;
});
