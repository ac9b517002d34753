import { expect } from "chai";
import fc from "fast-check";
import type { ExplorationBudget } from "../../../src/domain/arm.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { ENOUGH, clampedTooMuch, nothingSpent, spend, spent } from "../../../src/safety/budget.ts";
import type { Spending, Usage } from "../../../src/safety/budget.ts";

const quiet: Spending = { period: 0.01, tip: [0.6, 0, 0.1], clamps: 0, force: 0, forceLimit: 50 };
const after = (...facts: Partial<Spending>[]): Usage =>
  facts.reduce<Usage>((usage, fact) => spend(usage, { ...quiet, ...fact }), nothingSpent);
const pushes = (...forces: (number | undefined)[]) =>
  after(...forces.map((force) => (force === undefined ? ({ force: undefined } as never) : { force })));
const budget: ExplorationBudget = { contacts: 3, clamps: 10, metres: 2, minutes: 1, clampShare: 0.5 };

describe("what exploring costs", () => {
  it("counts a contact when the tip begins to be pushed on by more than a tenth of the limit, and not again until it was let go", () => {
    expect(pushes(0, 4.9, 5).contacts).to.equal(0);
    expect(pushes(0, 5.1).contacts).to.equal(1);
    expect(pushes(0, 5.1, 9, 40, 4, 6, 2.6, 5.1).contacts).to.equal(1);
    expect(pushes(0, 5.1, 2.5, 5.1).contacts).to.equal(2);
  });

  it("goes on with a contact over a state that measured no force", () => {
    expect(pushes(6, undefined, 6).contacts).to.equal(1);
    expect(pushes(undefined, undefined).contacts).to.equal(0);
  });

  it("counts the way of the tip, not the distance, and none for the first state", () => {
    const tips: Vec3[] = [
      [0.6, 0, 0.1],
      [0.7, 0, 0.1],
      [0.6, 0, 0.1],
    ];
    expect(after(...tips.map((tip) => ({ tip }))).metres).to.be.closeTo(0.2, 1e-12);
    expect(after({ tip: [9, 9, 9] }).metres).to.equal(0);
    expect(after({ tip: [0, 0, 0] }, { tip: [1, 2, 2] }).metres).to.equal(3);
  });

  it("counts clamps and the time that passes", () => {
    const { clamps, seconds } = after({ clamps: 1 }, {}, { clamps: 2 });
    expect(clamps).to.equal(3);
    expect(seconds).to.be.closeTo(0.03, 1e-12);
  });
});

describe("a budget of exploring", () => {
  const near: Usage = { ...nothingSpent, contacts: 2, clamps: 9, metres: 1.999, seconds: 59.99 };

  it("is not used up just below each of its ends, and used up at each of them", () => {
    expect(spent(near, budget)).to.equal(undefined);
    expect(spent({ ...near, contacts: 3 }, budget)).to.equal("budget.contacts");
    expect(spent({ ...near, clamps: 10 }, budget)).to.equal("budget.clamps");
    expect(spent({ ...near, metres: 2 }, budget)).to.equal("budget.metres");
    expect(spent({ ...near, seconds: 60 }, budget)).to.equal("budget.minutes");
  });

  it("is used up when a number of it, or of what was spent, is none", () => {
    for (const key of ["contacts", "clamps", "metres", "minutes"] as const)
      expect(spent(near, { ...budget, [key]: NaN })).to.equal(`budget.${key}`);
    for (const key of ["contacts", "clamps", "metres"] as const)
      expect(spent({ ...near, [key]: NaN }, budget)).to.equal(`budget.${key}`);
    expect(spent({ ...near, seconds: NaN }, budget)).to.equal("budget.minutes");
  });

  it("is never given back: what is spent only grows", () => {
    const fact = fc.record({
      period: fc.double({ min: 0, max: 0.1, noNaN: true }),
      tip: fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(0), fc.constant(0)),
      clamps: fc.nat(5),
      force: fc.double({ min: 0, max: 60, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 40 }), (facts) => {
        let usage = nothingSpent;
        for (const f of facts) {
          const next = spend(usage, { ...quiet, ...f });
          for (const key of ["contacts", "clamps", "metres", "seconds"] as const) expect(next[key]).to.be.at.least(usage[key]);
          usage = next;
        }
      }),
    );
  });
});

describe("an episode's share of clamped commands", () => {
  it("is not judged by the first few commands", () => {
    expect(clampedTooMuch(ENOUGH - 1, ENOUGH - 1, 0.5)).to.equal(false);
    expect(clampedTooMuch(ENOUGH, ENOUGH, 0.5)).to.equal(true);
  });

  it("may be the share itself, and no more", () => {
    expect(clampedTooMuch(100, 200, 0.5)).to.equal(false);
    expect(clampedTooMuch(101, 200, 0.5)).to.equal(true);
    expect(clampedTooMuch(200, 200, 1)).to.equal(false);
  });

  it("is too much when it is no number", () => {
    expect(clampedTooMuch(NaN, 200, 0.5)).to.equal(true);
    expect(clampedTooMuch(1, 200, NaN)).to.equal(true);
  });
});
