import { expect } from "chai";
import type { Limits } from "../../../src/domain/arm.ts";
import { rng } from "../../../src/domain/rng.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import type { Demand, Motion } from "../../../src/safety/motion.ts";
import { accelerated } from "../../../src/safety/ramp.ts";
import { slack } from "../../../src/safety/rules.ts";
import { limits as shipped, only, seven } from "./oracle.ts";

const T = 0.01;
/** rad/s2 and rad/s3 of the last two joints: in 10 ms the acceleration may change by 1 rad/s2. */
const A = 5;
const JERK = 100;
const STEP = JERK * T;
const gentle = {
  ...shipped,
  tipSpeed: 10,
  workspace: { min: [-9, -9, -9], max: [9, 9, 9] },
  joints: shipped.joints.map((joint, k) => (k === 6 ? { ...joint, jerk: JERK } : joint)),
} as unknown as Limits;

const vector = (five: number, six: number): Demand => Float64Array.from([0, 0, 0, 0, 0, five, six]);
const free = (more: Partial<Motion> = {}): Motion => ({
  chain: undefined as never,
  limits: gentle,
  position: seven(0) as never,
  period: seconds(T),
  tip: [0, 0, 0] as unknown as Vec3,
  J: new Float64Array(42),
  way: () => ({ step: [0, 0, 0], velocity: [0, 0, 0] }) as unknown as ReturnType<Motion["way"]>,
  approaches: () => [],
  ...more,
});
const refused = () => {
  throw new Error("the hard rules were asked for a way out although there was one");
};
const next = (start: Demand, before: readonly number[] | undefined, target: Demand, m = free(), reasons = new Set<string>()) =>
  accelerated(m, start, before, target, reasons, refused);

/** The last joint from speed and acceleration toward a speed, period by period, until it stays there. */
function ramp(v: number, a: number, target: number) {
  const path = [{ v, a }];
  for (let k = 0; k < 400; k++) {
    const after = next(vector(0, v), only(6, a), vector(0, target))[6]!;
    [a, v] = [(after - v) / T, after];
    path.push({ v, a });
    if (v === target && Math.abs(a) <= 1e-6) return path;
  }
  throw new Error(`never gets to ${target}`);
}

describe("a ramp under a jerk limit", () => {
  it("changes its acceleration by no more than jerk allows, keeps it inside its limit, and arrives, from wherever it comes", () => {
    const r = rng("ramps");
    for (let n = 0; n < 200; n++) {
      const path = ramp(r.between(-1, 1), r.between(-A, A), r.between(-1, 1));
      path.slice(1).forEach(({ a }, k) => {
        expect(Math.abs(a - path[k]!.a)).to.be.at.most(STEP + 1e-6);
        expect(Math.abs(a)).to.be.at.most(A + 1e-6);
      });
    }
  });

  it("from rest goes straight to its target, never past it, in as few periods as jerk allows, up and down alike", () => {
    // 1 rad/s: 1, 2, 3, 4 rad/s2, then 5 for as long as it takes, then 4, 3, 2, 1: 0.2 rad/s are gained in the ramps.
    for (const [target, periods] of [
      [1, 24],
      [0.25, 9],
      [0.09, 6],
      [0.02, 3],
      [0.01, 1],
      [0.003, 1],
    ] as const) {
      const up = ramp(0, 0, target);
      expect(up.length - 2, `to ${target}`).to.be.at.most(periods);
      up.forEach(({ v }) => expect(v).to.be.within(0, target));
      const down = ramp(0, 0, -target);
      expect(down.map(({ v }) => -v || 0)).to.deep.equal(up.map(({ v }) => v));
    }
  });

  it("does not swing past where jerk still allows to end in time", () => {
    // From 1 rad/s2 the acceleration ends within a period; 1.5 rad/s2 would not.
    for (const target of [0.01, 0.015, 0.02, 0.025, 0.03]) {
      const path = ramp(0, STEP, target);
      expect(Math.max(...path.map(({ v }) => v)), `${target}`).to.be.at.most(target + 1e-12);
    }
  });

  it("reaches its full acceleration on a long way", () =>
    expect(Math.max(...ramp(0, 0, 1).map(({ a }) => a))).to.be.closeTo(A, 1e-9));

  it("counts an acceleration beyond its limit as the limit", () => {
    expect(next(vector(0, 0), only(6, 100), vector(0, 0))[6]).to.be.closeTo((A - STEP) * T, 1e-12);
    expect(next(vector(0, 0), only(6, -100), vector(0, 0))[6]).to.be.closeTo(-(A - STEP) * T, 1e-12);
  });

  it("binds only the joints whose jerk is small, and none where the acceleration before is not known", () => {
    expect([...next(vector(0, 0), seven(0), vector(1, 0))]).to.deep.equal([...vector(A * T, 0)]);
    expect(next(vector(0, 0), undefined, vector(0, 1))[6]).to.be.closeTo(A * T, 1e-12);
    expect(next(vector(0, 0), seven(0), vector(0, 1))[6]).to.be.closeTo(STEP * T, 1e-12);
  });

  it("is told as what bound: jerk, acceleration, or both", () => {
    const told = (before: readonly number[] | undefined, target: Demand) => {
      const reasons = new Set<string>();
      next(vector(0, 0), before, target, free(), reasons);
      return [...reasons];
    };
    expect(told(seven(0), vector(0, 0.005))).to.deep.equal([]);
    expect(told(seven(0), vector(0, 0.03))).to.deep.equal(["joint.jerk"]);
    expect(told(seven(0), vector(0, 1))).to.deep.equal(["joint.acceleration", "joint.jerk"]);
    expect(told(undefined, vector(0, 1))).to.deep.equal(["joint.acceleration"]);
    expect(told(undefined, vector(0, 0.03))).to.deep.equal([]);
  });

  it("is left for what acceleration alone allows, still toward the target, where it would run into a wall", () => {
    // The last joint moves the tip along x at 1 m per rad; 0.96 rad/s is what still fits before the wall.
    const room = 0.96 * T + (0.96 * 0.96) / A / 2;
    const limits = { ...gentle, workspace: { min: [-9, -9, -9], max: [room, 9, 9] } } as unknown as Limits;
    const way = (w: Demand) => ({ step: [w[6]! * T, 0, 0], velocity: [w[6]!, 0, 0] }) as unknown as ReturnType<Motion["way"]>;
    const m = free({ limits, way });
    const reasons = new Set<string>();
    const got = next(vector(0, 1), seven(0), vector(0.01, 0.5), m, reasons);
    expect(got[6]).to.be.closeTo(1 - A * T, 1e-12);
    expect(got[5], "on the straight way").to.be.closeTo(0.001, 1e-12);
    expect([...reasons]).to.deep.equal(["joint.acceleration", "joint.jerk"]);
  });
});

describe("a ramp", () => {
  it("is the very target where the joints may reach it, to what rounding adds", () => {
    for (const side of [1, -1]) {
      const within = vector(0, side * (A * T + slack(A * T)));
      expect(next(vector(0, 0), undefined, within)).to.equal(within);
      const beyond = vector(0, side * (A * T + 2 * slack(A * T)));
      expect(next(vector(0, 0), undefined, beyond)).to.not.equal(beyond);
    }
  });

  it("leads all joints straight to the target, those that do not change too", () => {
    const start = vector(0.3, -0.1);
    const target = Float64Array.from([0, 0, 0.2, 0, 0, 0.3, 0.9]);
    const got = next(start, undefined, target);
    const share = got[2]! / 0.2;
    expect(share).to.be.closeTo((A * T) / 1, 1e-12);
    got.forEach((w, k) => expect(w).to.be.closeTo(start[k]! + share * (target[k]! - start[k]!), 1e-12));
    expect(got[5]).to.equal(0.3);
  });

  it("lets each joint go its own way where one must first go back: the others do not go back with it", () => {
    const got = next(vector(0, 0), only(6, -A), vector(0.01, 0.5));
    expect(got[6]).to.be.closeTo(-(A - STEP) * T, 1e-12);
    expect(got[5]).to.be.closeTo(0.01, 1e-12);
  });

  it("does not leave a joint where it is when its acceleration cannot end at once, though another may go on", () => {
    const got = next(vector(0, 0.2), only(6, A), vector(0.01, 0.2));
    expect(got[6]).to.be.closeTo(0.2 + (A - STEP) * T, 1e-12);
    expect(got[5]).to.be.closeTo(0.01, 1e-12);
  });
});
