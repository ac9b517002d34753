import { expect } from "chai";
import fc from "fast-check";
import { rng } from "../../../src/domain/rng.ts";
import { estimate } from "../../../launch/study/bootstrap.ts";
import { principalPlane } from "../../../launch/study/projection.ts";

describe("an estimate over seeds and tasks", () => {
  it("is the mean of the seeds' means, inside its interval", () => {
    const score = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.array(score, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }), (runs) => {
        const { mean, ci95 } = estimate(runs);
        const means = runs.map((run) => run.reduce((a, b) => a + b, 0) / run.length);
        expect(mean).to.be.closeTo(means.reduce((a, b) => a + b, 0) / means.length, 1e-9);
        expect(ci95[0]).to.be.at.most(ci95[1]);
        expect(ci95[0]).to.be.at.least(Math.min(...runs.flat()) - 1e-9);
        expect(ci95[1]).to.be.at.most(Math.max(...runs.flat()) + 1e-9);
      }),
      { numRuns: 25 },
    );
  });

  it("is as wide as its seeds differ, not as its many tasks suggest", () => {
    const draw = rng("test");
    const run = (offset: number) => Array.from({ length: 200 }, () => offset + 0.1 * draw.normal());
    const alike = estimate([run(0), run(0), run(0)]);
    const apart = estimate([run(-1), run(0), run(1)]);
    expect(alike.ci95[1] - alike.ci95[0]).to.be.below(0.1);
    expect(apart.ci95[1] - apart.ci95[0]).to.be.above(1);
  });

  it("covers the truth about as often as it says, for many tasks of one seed", () => {
    let covered = 0;
    for (let trial = 0; trial < 30; trial++) {
      const draw = rng("coverage", trial);
      const { ci95 } = estimate([Array.from({ length: 60 }, () => draw.normal())]);
      if (ci95[0] <= 0 && 0 <= ci95[1]) covered++;
    }
    expect(covered).to.be.within(24, 30);
  });

  it("leaves the outer quarters out of the interquartile mean", () => {
    expect(estimate([[1, 2, 3, 1000]]).iqm).to.equal(2.5);
  });

  it("knows nothing where a score is missing", () => {
    expect(Number.isNaN(estimate([[1, NaN]]).mean)).to.equal(true);
    expect(estimate([]).ci95).to.deep.equal([NaN, NaN]);
  });
});

describe("the plane of principal components", () => {
  it("finds the axes that points were spread along, and how much each carries", () => {
    const draw = rng("plane");
    // Spread 3 along (1, 1, 0)/sqrt 2 and 1 along (0, 0, 1), about (5, 5, 5).
    const rows = Array.from({ length: 2000 }, () => {
      const [a, b] = [3 * draw.normal(), draw.normal()];
      return [5 + a / Math.SQRT2, 5 + a / Math.SQRT2, 5 + b];
    });
    const plane = principalPlane(rows);
    const [x, y] = plane.project([5 + 1 / Math.SQRT2, 5 + 1 / Math.SQRT2, 6]);
    expect(x).to.be.closeTo(1, 0.2);
    expect(y).to.be.closeTo(1, 0.2);
    expect(plane.carried[0]).to.be.closeTo(0.9, 0.02);
    expect(plane.carried[0] + plane.carried[1]).to.be.closeTo(1, 1e-9);
  });

  it("keeps all distances of points that lie in a plane", () => {
    const row = fc.tuple(...([0, 1] as const).map(() => fc.double({ min: -10, max: 10, noNaN: true })));
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 8 }), (rows) => {
        const plane = principalPlane(rows);
        const [a, b] = [rows[0]!, rows.at(-1)!];
        const [p, q] = [plane.project(a), plane.project(b)];
        expect(Math.hypot(p[0] - q[0], p[1] - q[1])).to.be.closeTo(Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!), 1e-6);
      }),
    );
  });

  it("takes points that do not vary, and vectors of one number", () => {
    expect(principalPlane([[1], [1]]).project([3])[1]).to.equal(0);
    expect(principalPlane([[1], [1]]).carried).to.deep.equal([0, 0]);
  });
});
