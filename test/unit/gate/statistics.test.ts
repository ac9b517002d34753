import { expect } from "chai";
import fc from "fast-check";
import { rng, type Rng } from "../../../src/domain/rng.ts";
import { bootstrapMean, interquartileMean, pairedBootstrap, wilson } from "../../../src/gate/statistics.ts";

const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);
const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });

/** Share of data sets whose 95 % interval holds the truth, zero. */
function coverage(sets: number, n: number, draw: (random: Rng) => number): number {
  const random = rng("coverage", n);
  const holds = Array.from({ length: sets }, (_, seed) => {
    const { low, high } = bootstrapMean(
      draws(n, () => draw(random)),
      { samples: 600, seed },
    );
    return low <= 0 && 0 <= high;
  });
  return holds.filter(Boolean).length / sets;
}

describe("The statistics of the gate", () => {
  it("give a 95 % interval that holds the truth in 92 to 98 of 100 data sets, bell-shaped or yes-and-no", () => {
    expect(coverage(400, 40, (random) => random.normal())).to.be.within(0.92, 0.98);
    const paired = (random: Rng) => Number(random.uniform() < 0.4) - Number(random.uniform() < 0.4);
    expect(coverage(400, 40, paired)).to.be.within(0.92, 0.98);
  });

  it("give a narrower interval at a lower level and with more tasks", () => {
    const random = rng("width");
    const values = draws(200, () => random.normal());
    const width = (xs: number[], level: number) => {
      const { low, high } = bootstrapMean(xs, { samples: 2000, level });
      return high - low;
    };
    expect(width(values, 0.8)).to.be.below(width(values, 0.95));
    expect(width(values, 0.95)).to.be.below(width(values.slice(0, 20), 0.95));
  });

  it("give the same answer for the same values in any order, and another for another seed", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 30 }), fc.integer(), (values, seed) => {
        const options = { samples: 50, seed };
        expect(bootstrapMean([...values].reverse(), options)).to.deep.equal(bootstrapMean(values, options));
      }),
      { numRuns: 100 },
    );
    const values = draws(30, () => rng("seed").normal()).map((x, i) => x + i);
    expect(bootstrapMean(values, { seed: 1 })).not.to.deep.equal(bootstrapMean(values, { seed: 2 }));
  });

  it("put the interval around the mean of the differences, inside their range, and mirror it when the two sides change places", () => {
    const random = rng("mirror");
    for (let seed = 0; seed < 20; seed++) {
      const a = draws(40, () => random.normal());
      const b = draws(40, () => random.normal() + 0.3);
      const forth = pairedBootstrap(b, a, { samples: 4000, seed });
      const back = pairedBootstrap(a, b, { samples: 4000, seed });
      const slack = 0.1 * (forth.high - forth.low);
      expect(forth.low).to.be.below(forth.mean);
      expect(forth.high).to.be.above(forth.mean);
      expect(back.mean).to.be.closeTo(-forth.mean, 1e-12);
      expect(back.low).to.be.closeTo(-forth.high, slack);
      expect(back.high).to.be.closeTo(-forth.low, slack);
      const differences = b.map((x, i) => x - a[i]!);
      expect(forth.low).to.be.at.least(Math.min(...differences));
      expect(forth.high).to.be.at.most(Math.max(...differences));
    }
  });

  it("cancel what is common to a pair: the difficulty of a task does not widen the interval", () => {
    const random = rng("difficulty");
    const difficulty = draws(40, () => 100 * random.normal());
    const a = difficulty.map((x) => x + random.normal());
    const b = difficulty.map((x) => x + 2 + random.normal());
    const { low, high } = pairedBootstrap(b, a, { samples: 2000 });
    expect(low).to.be.above(1);
    expect(high).to.be.below(3);
  });

  it("say NaN where there is nothing to say", () => {
    const unsaid = [
      bootstrapMean([]).low,
      bootstrapMean([1, NaN, 2], { samples: 100 }).low,
      bootstrapMean([1, Infinity], { samples: 100 }).low,
      pairedBootstrap([1, 2, 3], [1, 2], { samples: 100 }).low,
      wilson(0, 0).mean,
      interquartileMean([]),
    ];
    expect(unsaid.map(Number.isNaN)).to.deep.equal(unsaid.map(() => true));
  });

  it("agree with Wilson's published intervals, and stay inside 0 and 1", () => {
    // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [successes, n, low, high] of published) {
      expect(wilson(successes, n).low).to.be.closeTo(low, 5e-5);
      expect(wilson(successes, n).high).to.be.closeTo(high, 5e-5);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const { mean, low, high } = wilson(Math.round(share * n), n);
        expect(low).to.be.within(0, mean + 1e-12);
        expect(high).to.be.within(mean - 1e-12, 1);
      }),
    );
  });

  it("take the mean of the middle half, whatever the tails do", () => {
    expect(interquartileMean([1, 2, 3, 4])).to.equal(2.5);
    expect(interquartileMean([-1e9, 2, 3, 1e9])).to.equal(2.5);
    expect(interquartileMean([7])).to.equal(7);
  });
});
