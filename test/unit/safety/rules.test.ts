import { expect } from "chai";
import type { Limits } from "../../../src/domain/arm.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import type { Approach } from "../../../src/safety/approach.ts";
import type { Demand, Motion } from "../../../src/safety/motion.ts";
import { rules, slack } from "../../../src/safety/rules.ts";
import { limits as shipped, only, seven } from "./oracle.ts";

const ruleOf = (name: string) => rules.find((rule) => rule.name === name)!;
const limits = { ...shipped, workspace: { min: [-1, -1, -1], max: [1, 1, 1] } } as unknown as Limits;
const demandOf = (...w: number[]): Demand => Float64Array.from(w);
const wrist = (w: number) => demandOf(...only(6, w));
const T = 0.5;
/** A motion whose every number is made up; periods and rooms are powers of two, so that sums of them are exact. */
const motionOf = (more: Partial<Motion>): Motion => ({
  chain: undefined as never,
  limits,
  position: seven(0) as never,
  period: seconds(T),
  tip: [0, 0, 0] as unknown as Vec3,
  J: new Float64Array(42),
  way: () => wayOf([0, 0, 0], [0, 0, 0]),
  approaches: () => [],
  ...more,
});
const wayOf = (step: number[], velocity: number[]) => ({ step, velocity }) as unknown as ReturnType<Motion["way"]>;
/** The last joint slows down at 5 rad/s2: from 1 rad/s it coasts as far as at full speed for 0.1 s. */
const coast = 1 / 5 / 2;

describe("a rule by itself allows what rounding adds to a limit, and no more:", () => {
  it("a joint's speed", () => {
    const { speed } = limits.joints[6]!;
    const share = (w: number) => ruleOf("joint.speed").share(motionOf({}), wrist(w));
    for (const way of [1, -1]) {
      expect(share(way * (speed + slack(speed)))).to.equal(1);
      expect(share(way * 2 * speed)).to.equal(0.5);
      expect(share(way * speed * (1 + 3e-9))).to.be.lessThan(1);
    }
  });

  it("a joint that stands at its margin, where nothing is left to give", () => {
    const { upper } = limits.joints[6]!;
    const m = motionOf({ position: only(6, upper - limits.margin) as never });
    const rule = ruleOf("joint.envelope");
    expect(rule.share(m, wrist(0))).to.equal(1);
    expect(rule.share(m, wrist(1e-12))).to.equal(1);
    expect(rule.share(m, wrist(3e-12))).to.equal(0);
    expect(rule.share(m, wrist(-1))).to.equal(1);
  });

  it("the tip's speed at the start of the period, and its mean over it, whichever is higher", () => {
    const most = limits.tipSpeed;
    const share = (mean: number, now: number) =>
      ruleOf("tip.speed").share(motionOf({ way: () => wayOf([0, mean * T, 0], [0, 0, now]) }), wrist(1));
    expect(share(0, most + slack(most))).to.equal(1);
    // A displacement of 1e-12 m counts as rounding, too.
    expect(share(most + slack(most) + 1e-12 / T, 0)).to.equal(1);
    expect(share(0, most + 2 * slack(most))).to.be.lessThan(1);
    expect(share(most + slack(most) + 2e-12 / T, 0)).to.be.lessThan(1);
    expect(share(2 * most, 0)).to.equal(0.5);
    expect(share(0, 2 * most)).to.equal(0.5);
    expect(share(2 * most, 4 * most)).to.equal(0.25);
    expect(share(4 * most, 2 * most)).to.equal(0.25);
  });
});

describe("the workspace by itself", () => {
  const rule = ruleOf("workspace");
  const near = { ...limits, workspace: { min: [-0.25, -1, -1], max: [0.25, 1, 1] } } as unknown as Limits;
  /** The last joint moves the tip along x, the one before along y, 1 m per rad. */
  const J = new Float64Array(42);
  [J[6], J[7 + 5]] = [1, 1];
  const share = (reach: number, run: number) =>
    rule.share(motionOf({ limits: near, way: () => wayOf([reach, 0, 0], [run, 0, 0]) }), wrist(1));

  it("counts the way over the period and the way to rest together, and allows a nanometre", () => {
    for (const side of [1, -1]) {
      expect(share(side * (0.25 + 1e-9), 0)).to.equal(1);
      expect(share(side * 0.2, side * 0.4)).to.equal(1);
      expect(share(side * (0.25 + 3e-9), 0)).to.be.lessThan(1);
      expect(share(side * 0.2, side * 0.6)).to.be.lessThan(1);
    }
  });

  it("lets the share pass with which way and braking way, which shrinks with its square, just fit", () => {
    const s = share(0.25, 2);
    expect(s).to.be.within(0.1, 0.9);
    expect(s * 0.25 + s * s * 2 * coast).to.be.closeTo(0.25, 1e-12);
  });

  it("sees a tip that runs at a wall although it ends where it began, and one that gets there although it starts along it", () => {
    expect(share(0, 3)).to.be.closeTo(Math.sqrt(0.25 / (3 * coast)), 1e-12);
    expect(share(0.5, 0)).to.equal(0.5);
    expect(share(0, -3)).to.be.closeTo(Math.sqrt(0.25 / (3 * coast)), 1e-12);
  });

  it("measures the room to the very wall that the tip moves to", () => {
    const lopsided = { ...limits, workspace: { min: [-0.5, -1, -1], max: [0.25, 1, 1] } } as unknown as Limits;
    const to = (reach: number) =>
      rule.share(motionOf({ limits: lopsided, way: () => wayOf([reach, 0, 0], [0, 0, 0]) }), wrist(1));
    expect([to(0.5), to(-0.5), to(-1)]).to.deep.equal([0.5, 1, 0.5]);
  });

  it("counts the way to rest of joints that need long to stop", () => {
    const m = motionOf({ limits: near, way: () => wayOf([0, 0, 0], [0.25, 0, 0]) });
    // 12 rad/s at 5 rad/s2: as far as at full speed for 1.2 s.
    expect(rule.share(m, wrist(12))).to.be.closeTo(Math.sqrt(1 / 1.2), 1e-12);
  });

  it("lets nothing go further out from a tip that stands at a wall or beyond, not even a run without a way", () => {
    for (const x of [0.25, 0.26])
      for (const [reach, run] of [
        [0, 1],
        [0.1, 0],
        [0.1, 1],
      ]) {
        const m = motionOf({ limits: near, tip: [x, 0, 0] as unknown as Vec3, way: () => wayOf([reach!, 0, 0], [run!, 0, 0]) });
        expect(rule.share(m, wrist(1))).to.equal(0);
      }
  });

  it("fits a demand so that it is allowed as it is, with nearly all of the speed that is", () => {
    const way = (w: Demand) => wayOf([w[6]! * T, w[5]! * T, 0], [w[6]!, w[5]!, 0]);
    const m = motionOf({ limits: near, J, way });
    const fitted = rule.fit!(m, demandOf(0, 0, 0, 0, 0, 0.1, 2));
    expect(rule.share(m, fitted)).to.equal(1);
    const reached = fitted[6]! * T + (fitted[6]! * fitted[6]!) / 5 / 2;
    expect(reached).to.be.within(0.249, 0.25 + 1e-9);
    expect(fitted[5], "what goes along the wall stays").to.be.closeTo(0.1, 1e-12);
  });

  it("fits a demand as well where another joint sets the time to stop, and where the way is longer than its beginning tells", () => {
    for (const bend of [1, 1.2]) {
      const way = (w: Demand) => wayOf([bend * w[6]! * T, 0, 0], [w[6]!, 0, 0]);
      const m = motionOf({ limits: near, J, way });
      // The first joint slows down at 3.5 rad/s2: it coasts as far as at full speed for 0.1 s.
      const fitted = rule.fit!(m, demandOf(0.7, 0, 0, 0, 0, 0, 0.48));
      expect(rule.share(m, fitted), `${bend}`).to.equal(1);
      expect((bend * T + 0.1) * fitted[6]!).to.be.within(0.2, 0.25 + 1e-9);
      expect(fitted[0]).to.equal(0.7);
    }
  });
});

describe("clearance by itself", () => {
  const rule = ruleOf("clearance");
  const pair = (way: number, room: number, growth: number[] = seven(0)): Approach => ({
    way,
    room,
    growth: Float64Array.from(growth),
  });
  const share = (...met: Approach[]) => rule.share(motionOf({ approaches: () => met }), wrist(1));

  it("counts the whole way to rest against the room, and allows a nanometre", () => {
    expect(share()).to.equal(1);
    expect(share(pair(0.25 + 1e-9, 0.25))).to.equal(1);
    expect(share(pair(0.25 + 3e-9, 0.25))).to.be.lessThan(1);
    expect(share(pair(-1, 0))).to.equal(1);
    expect(share(pair(0.1, 0))).to.equal(0);
  });

  it("lets the share pass with which way and braking way, which shrinks with its square, just fit; the nearest pair decides", () => {
    const way = 0.6;
    const reach = (way * T) / (T + coast);
    const s = share(pair(way, 0.2));
    expect(s * reach + s * s * (way - reach)).to.be.closeTo(0.2, 1e-12);
    expect(share(pair(way, 0.3), pair(way, 0.2), pair(way, 0.5))).to.equal(s);
  });

  it("asks for the way to rest of the slowest joint", () => {
    const asked: number[] = [];
    const approaches = (_: Demand, c: number) => (asked.push(c), []);
    rule.share(motionOf({ approaches }), demandOf(0.7, 0, 0, 0, 0, 0, 1));
    expect(asked[0]).to.be.closeTo(coast, 1e-15);
    rule.share(motionOf({ approaches }), demandOf(1.4, 0, 0, 0, 0, 0, -1));
    expect(asked[1]).to.be.closeTo(1.4 / 3.5 / 2, 1e-15);
  });

  it("fits a demand all but to what is allowed, takes from the joints that matter only, and little more than it must", () => {
    // The last joint closes a gap of 0.1 m at 0.5 m per rad; the first one opens it.
    const growth = [0.1, 0, 0, 0, 0, 0, -0.5];
    const approaches = (w: Demand, c: number) => [pair((T + c) * (0.5 * w[6]! - 0.1 * w[0]!), 0.1, growth)];
    const m = motionOf({ approaches });
    const fitted = rule.fit!(m, demandOf(0, 0.3, 0, 0, 0, 0, 0.6));
    expect(rule.share(m, fitted), "what is left to scale").to.be.within(0.9999, 1);
    expect(fitted[1], "a joint that has no part in it").to.equal(0.3);
    expect(fitted[0], "the other side gives way").to.be.greaterThan(0);
    const c = Math.max(...[...fitted].map((w, k) => Math.abs(w) / limits.joints[k]!.acceleration)) / 2;
    expect(approaches(fitted, c)[0]!.way).to.be.within(0.0999, 0.10001);
    const free = wrist(0.1);
    expect(rule.fit!(m, free)).to.equal(free);
  });

  it("fits a demand where another joint sets the time to stop, and leaves pairs with room in peace", () => {
    const approaches = (w: Demand, c: number) => [
      pair((T + c) * 0.5 * w[6]!, 0.1, [0, 0, 0, 0, 0, 0, -0.5]),
      pair((T + c) * 0.5 * w[5]!, 0.3, [0, 0, 0, 0, 0, -0.5, 0]),
    ];
    const m = motionOf({ approaches });
    const fitted = rule.fit!(m, demandOf(0, 1, 0, 0, 0, 0.1, 0.6));
    expect(rule.share(m, fitted), "what is left to scale").to.be.within(0.998, 1);
    expect((T + 0.2) * 0.5 * fitted[6]!).to.be.within(0.0999, 0.1002);
    expect([fitted[1], fitted[5]]).to.deep.equal([1, 0.1]);
  });
});
