import { expect } from "chai";
import fc from "fast-check";
import { wayOf } from "../../../launch/graph/trajectory.ts";
import { LIMITS_FILE } from "../../../launch/sawyer.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";

const limits = loadLimits(LIMITS_FILE);
const joints = sawyer.commanded;
const neutral = [...sawyer.poses["neutral"]!];
const point = (q: readonly number[], t: number, v: readonly number[] = []) => ({ q, v, t });
const lifted = (by: number) => neutral.map((x, i) => (i === 5 ? x + by : x));
const refusal = (work: () => unknown): string => {
  try {
    work();
    return "accepted";
  } catch (error) {
    return isOnarmError(error) ? `${error.code}: ${error.message}` : String(error);
  }
};

describe("a trajectory that is to be followed", () => {
  it("begins where the arm is and goes straight through its points, whatever order it names joints in", () => {
    const [one, two] = [lifted(0.1), lifted(0.3)];
    const way = wayOf(
      { joints: [...joints].reverse(), points: [point([...one].reverse(), 1), point([...two].reverse(), 2)] },
      limits,
      neutral,
    );
    expect(way.duration).to.equal(2);
    expect(way.at(0).q[5]).to.be.closeTo(neutral[5]!, 1e-12);
    expect(way.at(0.5).q[5]).to.be.closeTo(neutral[5]! + 0.05, 1e-12);
    expect(way.at(1.5).q[5]).to.be.closeTo(neutral[5]! + 0.2, 1e-12);
    expect(way.at(1.5).v[5]).to.be.closeTo(0.2, 1e-12);
    expect(way.at(9)).to.deep.equal({ q: two, v: joints.map(() => 0) });
  });
  it("with velocities it is smooth: its speed is the slope of its way, and what each point says", () =>
    fc.assert(
      fc.property(fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (v, t) => {
        const zero = joints.map(() => 0);
        const speed = joints.map((_, i) => (i === 5 ? v : 0));
        const way = wayOf(
          { joints, points: [point(neutral, 0, zero), point(lifted(0.1), 1, speed), point(lifted(0.2), 2, zero)] },
          limits,
          neutral,
        );
        const slope = (way.at(t + 1e-6).q[5]! - way.at(t - 1e-6).q[5]!) / 2e-6;
        expect(way.at(t).v[5]).to.be.closeTo(slope, 1e-6);
        expect(way.at(1 - 1e-9).v[5]).to.be.closeTo(v, 1e-6);
      }),
    ));
  for (const [what, goal, why] of [
    ["a joint too few", { joints: joints.slice(1), points: [point(neutral.slice(1), 1)] }, /names each of right_j0/],
    ["no point", { joints, points: [] }, /without points is none/],
    ["a point that is no number", { joints, points: [point(lifted(NaN), 1)] }, /point 0 .* 7 finite positions/],
    [
      "points that go back in time",
      { joints, points: [point(neutral, 2), point(lifted(0.1), 1)] },
      /one after the other in time/,
    ],
    ["two points at once", { joints, points: [point(neutral, 1), point(lifted(0.1), 1)] }, /one after the other in time/],
    [
      "a joint that would have to hurry",
      { joints, points: [point(lifted(1), 0.1)] },
      /right_j5 would have to go at 10.00 rad\/s/,
    ],
    ["a joint that would leave its limits", { joints, points: [point(lifted(5), 100)] }, /right_j5 would leave its limits/],
  ] as const)
    it(`${what} is refused, named`, () => expect(refusal(() => wayOf(goal, limits, neutral))).to.match(why));
});
