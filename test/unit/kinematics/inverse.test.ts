import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { chain, forward, jacobian } from "../../../src/kinematics/chain.ts";
import { dampedLeastSquares, orientationError } from "../../../src/kinematics/inverse.ts";
import { turn } from "../../../src/kinematics/transform.ts";

const arm = chain(sawyer);
const neutral = sawyer.poses.neutral!;
const length = (v: readonly number[]) => Math.hypot(...v);

const direction = fc
  .tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
  )
  .filter((v) => length(v) > 0.1)
  .map((v) => v.map((x) => x / length(v)) as unknown as Vec3);

/** Drives the tip along a straight line in a world that is only kinematics; returns the worst distances seen. */
const drive = (line: Vec3, metres: number, seconds: number, restGain: number) => {
  const q = [...neutral] as number[];
  const start = forward(arm, q);
  const period = 0.01;
  let off = 0;
  let tilt = 0;
  const steps = Math.round(seconds / period);
  for (let t = 0; t < steps; t++) {
    const { tip, J } = jacobian(arm, q);
    const goal = line.map((d, i) => start.p[i]! + (d * metres * t) / steps);
    const back = goal.map((g, i) => 3 * (g - tip.p[i]!));
    const twist = [
      ...line.map((d, i) => (d * metres) / seconds + back[i]!),
      ...orientationError(tip.R, start.R).map((e) => 3 * e),
    ];
    const rest = { q, target: neutral, gain: restGain };
    const v = dampedLeastSquares(J, 7, twist, { damping: 0.02, rest });
    for (let k = 0; k < 7; k++) q[k]! += v[k]! * period;
    const now = forward(arm, q);
    off = Math.max(off, length(now.p.map((x, i) => x - (start.p[i]! + (line[i]! * metres * (t + 1)) / steps))));
    tilt = Math.max(tilt, length(orientationError(now.R, start.R)));
  }
  return { off, tilt, q };
};

describe("damped least squares", () => {
  it("drives the tip along 10 cm lines within 1 mm and 0.2 degrees", () => {
    for (const line of [
      [1, 0, 0],
      [0, 1, 0],
      [0, -1, 0],
      [0, 0, 1],
      [0.6, 0, 0.8],
    ] as const) {
      const { off, tilt } = drive(line, 0.1, 2, 0.5);
      expect(off, `along ${line}`).to.be.lessThan(0.001);
      expect(tilt, `along ${line}`).to.be.lessThan(0.0035);
    }
  });

  it("gives the tip the twist that was asked for where the arm is not singular", () => {
    fc.assert(
      fc.property(direction, direction, (linear, angular) => {
        const { J } = jacobian(arm, neutral);
        const twist = [...linear.map((x) => 0.1 * x), ...angular.map((x) => 0.1 * x)];
        const v = dampedLeastSquares(J, 7, twist, { damping: 1e-4 });
        for (let i = 0; i < 6; i++) {
          let got = 0;
          for (let k = 0; k < 7; k++) got += J[7 * i + k]! * v[k]!;
          expect(got).to.be.closeTo(twist[i]!, 1e-5);
        }
      }),
    );
  });

  it("pulls toward rest without moving the tip", () => {
    const q = neutral.map((x, k) => x + 0.1 * Math.sin(k + 1));
    const { J } = jacobian(arm, q);
    const v = dampedLeastSquares(J, 7, new Float64Array(6), { damping: 1e-4, rest: { q, target: neutral, gain: 0.5 } });
    expect(length([...v])).to.be.greaterThan(0.001);
    for (let i = 0; i < 6; i++) {
      let got = 0;
      for (let k = 0; k < 7; k++) got += J[7 * i + k]! * v[k]!;
      expect(got).to.be.closeTo(0, 1e-6);
    }
    const nearer = q.map((x, k) => x + 0.1 * v[k]!);
    expect(length(nearer.map((x, k) => x - neutral[k]!))).to.be.lessThan(length(q.map((x, k) => x - neutral[k]!)));
  });

  it("stays calm at full stretch, where an undamped inverse runs away", () => {
    const straight = [0, 0, 0, 0, 0, 0, 0];
    const { J } = jacobian(arm, straight);
    const v = dampedLeastSquares(J, 7, [0.25, 0, 0, 0, 0, 0], { damping: 0.05 });
    for (const x of v) expect(Math.abs(x)).to.be.lessThan(0.25 / (2 * 0.05) + 1e-9);
  });

  it("does not hide a NaN", () => {
    const { J } = jacobian(arm, neutral);
    const v = dampedLeastSquares(J, 7, [NaN, 0, 0, 0, 0, 0], { damping: 0.02 });
    expect([...v].every(Number.isNaN)).to.equal(true);
  });
});

describe("the orientation error", () => {
  it("is the rotation vector from one frame to the other, up to half a turn", () => {
    fc.assert(
      fc.property(
        direction,
        fc.double({ min: 0, max: Math.PI - 1e-6, noNaN: true }),
        direction,
        fc.double({ min: -3, max: 3, noNaN: true }),
        (axis, angle, other, by) => {
          const R = turn(other, by).R;
          const step = turn(axis, angle).R;
          const Rref = [0, 1, 2].flatMap((i) =>
            [0, 1, 2].map((j) => [0, 1, 2].reduce((s, k) => s + step[3 * i + k]! * R[3 * k + j]!, 0)),
          );
          const error = orientationError(R, Rref);
          for (let i = 0; i < 3; i++) expect(error[i]).to.be.closeTo(axis[i]! * angle, 1e-7);
        },
      ),
    );
  });

  it("is zero between equal frames and pi long at half a turn about any axis", () => {
    expect(orientationError([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1])).to.deep.equal([0, 0, 0]);
    fc.assert(
      fc.property(direction, (axis) => {
        expect(length(orientationError([1, 0, 0, 0, 1, 0, 0, 0, 1], turn(axis, Math.PI).R))).to.be.closeTo(Math.PI, 1e-7);
      }),
    );
  });
});
