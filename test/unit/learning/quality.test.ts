import { expect } from "chai";
import * as fc from "fast-check";
import { areaUnderCurve, labelQuality, r2 } from "../../../src/learning/quality.ts";
import { klBetween, klFromPrior, normalisedShift } from "../../../src/learning/shift.ts";

describe("the area under the ROC curve", () => {
  it("is 1 where every positive scores above every negative, 0 the other way round, 0.5 where all are alike", () => {
    const positive = [true, false, true, false];
    expect(areaUnderCurve([3, 1, 2, 0], positive)).to.equal(1);
    expect(areaUnderCurve([0, 2, 1, 3], positive)).to.equal(0);
    expect(areaUnderCurve([5, 5, 5, 5], positive)).to.equal(0.5);
  });

  it("counts a tie of a positive and a negative as half a pair", () => {
    expect(areaUnderCurve([1, 1, 0], [true, false, false])).to.equal(0.75);
  });

  it("is the share of pairs in the right order, ties half, for any scores", () => {
    const sample = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), (all) => {
        const [scores, positive] = [all.map((s) => s[0]), all.map((s) => s[1])];
        const of = (wanted: boolean) => scores.filter((_, i) => positive[i] === wanted);
        const pairs = of(true).flatMap((p) => of(false).map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const found = areaUnderCurve(scores, positive);
        if (pairs.length === 0) return Number.isNaN(found);
        return Math.abs(found - pairs.reduce((a: number, b) => a + b, 0) / pairs.length) < 1e-12;
      }),
    );
  });

  it("is NaN where a score is no number: such a decoder is not judged", () => {
    expect(areaUnderCurve([0.2, NaN, 0.9], [false, true, true])).to.satisfy(Number.isNaN);
    expect(areaUnderCurve([NaN, NaN], [false, true])).to.satisfy(Number.isNaN);
  });

  it("is NaN without both kinds", () => {
    expect(areaUnderCurve([1, 2], [true, true])).to.satisfy(Number.isNaN);
    expect(areaUnderCurve([1, 2], [false, false])).to.satisfy(Number.isNaN);
    expect(areaUnderCurve([], [])).to.satisfy(Number.isNaN);
  });
});

describe("R2", () => {
  it("is 1 for the truth, 0 for its mean, negative for worse", () => {
    const truth = [1, 2, 3, 6];
    expect(r2(truth, truth)).to.equal(1);
    expect(r2([3, 3, 3, 3], truth)).to.equal(0);
    expect(r2([6, 3, 2, 1], truth)).to.be.below(0);
  });

  it("is 1 - residual / total sum of squares", () => {
    expect(r2([1.5, 2, 3, 5], [1, 2, 3, 6])).to.be.closeTo(1 - 1.25 / 14, 1e-12);
  });

  it("is NaN where the truth does not vary, or a prediction is no number", () => {
    expect(r2([1, 2], [3, 3])).to.satisfy(Number.isNaN);
    expect(r2([1, NaN], [3, 4])).to.satisfy(Number.isNaN);
    expect(r2([], [])).to.satisfy(Number.isNaN);
  });
});

describe("the quality of labels", () => {
  it("counts misses taken for hits, hits for misses, and how far what is said is from what happens", () => {
    // Two bins: 0.1 is said three times and true once, 0.9 is said twice and true once.
    const { auc, falseHits, missed, calibrationError } = labelQuality(
      [0.1, 0.1, 0.1, 0.9, 0.9],
      [false, false, true, true, false],
    );
    expect([falseHits, missed]).to.deep.equal([1 / 3, 1 / 2]);
    expect(calibrationError).to.be.closeTo((Math.abs(0.3 - 1) + Math.abs(1.8 - 1)) / 5, 1e-12);
    expect(auc).to.equal(areaUnderCurve([0.1, 0.1, 0.1, 0.9, 0.9], [false, false, true, true, false]));
  });

  it("is perfect for a decoder that knows, certain ends included", () => {
    const known = labelQuality([0, 1, 1, 0], [false, true, true, false]);
    expect(known).to.deep.equal({ auc: 1, falseHits: 0, missed: 0, calibrationError: 0 });
  });

  it("is a number or NaN for anything, and never flatters what is no chance", () => {
    const anything = fc.array(fc.tuple(fc.oneof(fc.double(), fc.double({ min: 0, max: 1 })), fc.boolean()));
    fc.assert(
      fc.property(anything, (rows) => {
        const chance = rows.map(([p]) => p);
        const quality = Object.values(
          labelQuality(
            chance,
            rows.map(([, hit]) => hit),
          ),
        );
        const sound = chance.every((p) => p >= 0 && p <= 1);
        return quality.every((q) => Number.isNaN(q) || (sound && q >= 0 && q <= 1));
      }),
    );
  });
});

describe("the KL of two beliefs", () => {
  const normal = (mean: number[], variance: number[]) => ({ mean, variance });

  it("is 0 from a belief to itself, and never negative", () => {
    const gaussian = fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.05, max: 4, noNaN: true }));
    fc.assert(
      fc.property(gaussian, gaussian, ([ma, va], [mb, vb]) => {
        const [a, b] = [normal([ma], [va]), normal([mb], [vb])];
        return Math.abs(klBetween(a, a)) < 1e-12 && klBetween(a, b) > -1e-12;
      }),
    );
  });

  it("has the known values in nats, and sums over the latent", () => {
    expect(klBetween(normal([1], [1]), normal([0], [1]))).to.equal(0.5);
    expect(klBetween(normal([0], [0.25]), normal([0], [1]))).to.be.closeTo(0.3181, 5e-5);
    expect(klBetween(normal([0], [1]), normal([0], [0.25]))).to.be.closeTo(0.5 * (4 - 1 - Math.log(4)), 1e-12);
    expect(klBetween(normal([1, 0], [1, 0.25]), normal([0, 0], [1, 1]))).to.be.closeTo(0.8181, 5e-5);
  });

  it("to the prior is the KL to N(0, I)", () => {
    expect(klFromPrior(normal([0, 0], [1, 1]))).to.equal(0);
    expect(klFromPrior(normal([1, 0], [1, 0.25]))).to.be.closeTo(0.8181, 5e-5);
  });
});

describe("the normalised shift", () => {
  it("is 0 where own exploration lies as near as another offline history, 1 as far as another task", () => {
    expect(normalisedShift({ withinOnline: 2, withinOffline: 2, betweenOffline: 10 })).to.equal(0);
    expect(normalisedShift({ withinOnline: 10, withinOffline: 2, betweenOffline: 10 })).to.equal(1);
    expect(normalisedShift({ withinOnline: 4, withinOffline: 2, betweenOffline: 10 })).to.equal(0.25);
  });
});
