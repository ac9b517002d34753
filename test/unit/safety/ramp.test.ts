import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Limits, SentCommand, Verdict } from "../../../src/domain/arm.ts";
import { governor } from "../../../src/safety/governor.ts";
import { limits, now, only, reaching, seven, stateAt, velocity } from "./oracle.ts";

const T = 0.01;
const q = reaching([0.6, 0, 0.12]);
const withJerk = (of: (k: number) => number): Limits =>
  ({ ...limits, joints: limits.joints.map((j, k) => ({ ...j, jerk: of(k) })) }) as unknown as Limits;
const sent = (value: readonly number[], acceleration: readonly number[]): SentCommand => ({
  ...velocity(value, T),
  acceleration,
});
const out = (verdict: Verdict) => {
  if (verdict.kind === "stop") throw new Error(verdict.reason);
  return verdict.command.value;
};
/** The wrist asked for `to` rad/s after `from` rad/s and `before` rad/s2. */
const wrist = (given: Limits, to: number, from: number, before: number) =>
  governor(sawyer, given)(
    now,
    stateAt(q, { velocity: only(6, from) }),
    velocity(only(6, to), T),
    sent(only(6, from), only(6, before)),
  );

describe("the jerk limit", () => {
  it("lets acceleration change by jerk times period, and says so", () => {
    const verdict = wrist(
      withJerk(() => 100),
      0.3,
      0,
      0,
    );
    expect(out(verdict)[6]).to.be.closeTo(100 * T * T, 1e-12);
    expect(verdict).to.include({ kind: "clamp", reason: "joint.acceleration,joint.jerk" });
  });

  it("says of a change that acceleration allows that it was jerk alone", () => {
    const verdict = wrist(
      withJerk(() => 100),
      0.03,
      0,
      0,
    );
    expect(verdict).to.include({ kind: "clamp", reason: "joint.jerk" });
    expect(verdict.kind === "clamp" && verdict.joints).to.deep.equal([6]);
  });

  it("does not bind as shipped, and is not asked where the last acceleration is not known", () => {
    expect(wrist(limits, 0.05, 0, -5).kind).to.equal("pass");
    const given = withJerk(() => 100);
    expect(governor(sawyer, given)(now, stateAt(q), velocity(only(6, 0.05), T), velocity(seven(0), T)).kind).to.equal("pass");
  });

  it("is each joint's own: beside one that it binds, another may do what acceleration allows", () => {
    const given = withJerk((k) => (k === 6 ? 100 : 1000));
    const from = seven(0);
    const verdict = governor(sawyer, given)(now, stateAt(q), velocity([0, 0, 0, 0, 0, 0.03, 0], T), sent(from, only(6, 0)));
    expect(verdict.kind).to.equal("pass");
  });

  for (const way of [1, -1])
    it(`brings a joint to its ${way > 0 ? "higher" : "lower"} target without swinging past it, never breaking it`, () => {
      const given = withJerk(() => 100);
      let [w, a] = [0, 0];
      for (let t = 0; t < 60; t++) {
        const next = out(wrist(given, way * 0.3, w, a))[6]!;
        const acceleration = (next - w) / T;
        expect(Math.abs(acceleration - a)).to.be.at.most(100 * T + 1e-9);
        expect(Math.abs(acceleration)).to.be.at.most(5 + 1e-9);
        expect(way * next).to.be.at.most(0.3 + 1e-9);
        [w, a] = [next, acceleration];
      }
      expect(w).to.be.closeTo(way * 0.3, 1e-9);
      expect(a).to.be.closeTo(0, 1e-9);
    });

  it("goes on the wrong way first where the arm was being accelerated that way, if not faster than it was", () => {
    const [w] = out(
      wrist(
        withJerk(() => 100),
        0.3,
        0.1,
        -3,
      ),
    ).slice(6);
    expect(w).to.be.closeTo(0.1 - 2 * T, 1e-12);
  });

  it("takes an acceleration beyond its own limit for the limit, so that a hard stop does not go on into reverse for longer", () => {
    const [w] = out(
      wrist(
        withJerk(() => 100),
        0.3,
        0,
        -80,
      ),
    ).slice(6);
    expect(w).to.be.closeTo(-4 * T, 1e-12);
  });

  it("lets nothing but rest through, and does not throw, when it is as small as a number can be", () => {
    const given = withJerk(() => 5e-324);
    expect(out(wrist(given, 0.3, 0.1, 0))[6]).to.be.closeTo(0.1, 1e-9);
    expect(wrist(given, 0, 0.1, 0).kind).to.equal("pass");
  });

  it("gives way to a harder limit: a joint near its end is braked all the same", () => {
    const near = q.map((x, k) => (k === 6 ? limits.joints[6]!.upper - limits.margin - 0.001 : x));
    const state = stateAt(near, { velocity: only(6, 1) });
    const verdict = governor(
      sawyer,
      withJerk(() => 10),
    )(now, state, velocity(only(6, 1), T), sent(only(6, 1), seven(0)));
    expect(out(verdict)[6]).to.be.within(0, 0.08);
  });

  it("gives way to them no further than it must: what acceleration alone allows comes first", () => {
    const near = q.map((x, k) => (k === 6 ? limits.joints[6]!.upper - limits.margin - 0.011 : x));
    const state = stateAt(near, { velocity: only(6, 0.32) });
    const given = withJerk(() => 10);
    const verdict = governor(sawyer, given)(now, state, velocity(only(6, 0.3), T), sent(only(6, 0.32), only(6, 5)));
    const value = out(verdict)[6]!;
    expect((value - 0.32) / T).to.be.within(-5 - 1e-9, 0);
  });
});
