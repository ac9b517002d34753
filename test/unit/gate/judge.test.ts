import { expect } from "chai";
import fc from "fast-check";
import { rng } from "../../../src/domain/rng.ts";
import { judgeCandidate, type Score } from "../../../src/gate/judge.ts";

const sound = [{ name: "weights finite", ok: true }];
const scores = (n: number, value: (task: number) => number): Score[] =>
  Array.from({ length: n }, (_, task) => ({ task, return: value(task) }));
const rated = (n: number, share: (task: number) => number): Score[] =>
  Array.from({ length: n }, (_, task) => ({ task, return: 0, success: share(task) }));
const judge = (incumbent: Score[], candidate: Score[], more: Partial<Parameters<typeof judgeCandidate>[0]> = {}) =>
  judgeCandidate({ incumbent, candidate, hasSuccess: false, checks: sound, samples: 1000, ...more });

describe("The gate", () => {
  it("promotes a candidate that is better on nearly every task, and says by how much", () => {
    const random = rng("better");
    const verdict = judge(
      scores(30, (t) => -10 - t),
      scores(30, (t) => -8 - t + 0.3 * random.normal()),
    );
    expect(verdict.verdict).to.equal("promote");
    expect(verdict.low).to.be.within(1, verdict.difference);
    expect(verdict.reasons[0]).to.match(/^better: return .* against .* over 30 tasks, difference \+.* interval \+/);
  });

  it("refuses one that is worse, or not shown to be better, in words that differ", () => {
    const random = rng("noise");
    const incumbent = scores(30, () => random.normal());
    const worse = judge(
      incumbent,
      incumbent.map((s) => ({ ...s, return: s.return - 1 })),
    );
    expect([worse.verdict, worse.reasons[0]!.split(":")[0]]).to.deep.equal(["refuse", "worse"]);
    const same = judge(incumbent, incumbent);
    expect([same.verdict, same.difference, same.reasons[0]!.split(":")[0]]).to.deep.equal([
      "refuse",
      0,
      "not shown to be better",
    ]);
  });

  it("promotes equal policies in at most 4 of 100 comparisons", () => {
    const random = rng("equal");
    const sets = 800;
    const promoted = (make: () => Score[], hasSuccess: boolean) =>
      Array.from({ length: sets }, (_, seed) => judge(make(), make(), { hasSuccess, seed, samples: 500 })).filter(
        ({ verdict }) => verdict === "promote",
      ).length / sets;
    const yesAndNo = promoted(() => rated(40, () => Number(random.uniform() < 0.5)), true);
    const bellShaped = promoted(() => scores(40, () => random.normal()), false);
    expect([yesAndNo, bellShaped].map((share) => share > 0 && share < 0.04)).to.deep.equal(
      [true, true],
      `${yesAndNo} ${bellShaped}`,
    );
  });

  it("judges by success where the domain defines it, and by return elsewhere", () => {
    const incumbent = rated(30, () => 0).map((s) => ({ ...s, return: 5 }));
    const candidate = rated(30, () => 1).map((s) => ({ ...s, return: 1 }));
    expect(judge(incumbent, candidate, { hasSuccess: true }).verdict).to.equal("promote");
    expect(judge(incumbent, candidate, { hasSuccess: false }).verdict).to.equal("refuse");
  });

  it("never promotes both of two policies over each other, and does not mind the order of the scores", () => {
    const score = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 20, maxLength: 40 }), fc.integer(), (pairs, seed) => {
        const a = scores(pairs.length, (t) => pairs[t]![0]);
        const b = scores(pairs.length, (t) => pairs[t]![1]);
        const options = { seed, samples: 100 };
        const forth = judge(a, b, options);
        expect(forth.verdict === "promote" && judge(b, a, options).verdict === "promote").to.equal(false);
        expect(judge([...a].reverse(), b, options)).to.deep.equal(forth);
      }),
      { numRuns: 50 },
    );
  });

  const good = scores(30, () => 1);
  const refusals: [string, () => ReturnType<typeof judge>, RegExp][] = [
    [
      "a failed check",
      () =>
        judge(
          scores(30, () => 0),
          good,
          { checks: [{ name: "learning", ok: false, detail: "diverged" }] },
        ),
      /learning/,
    ],
    [
      "other tasks",
      () =>
        judge(
          scores(30, () => 0),
          good.slice(0, 29).concat({ task: 99, return: 1 }),
        ),
      /same tasks.*29, 99/,
    ],
    [
      "a task tried twice",
      () =>
        judge(
          scores(30, () => 0),
          [...good, { task: 3, return: 9 }],
        ),
      /candidate has more than one score.*3/,
    ],
    [
      "too few tasks",
      () =>
        judge(
          scores(19, () => 0),
          good.slice(0, 19),
        ),
      /19 tasks are too few.*20/,
    ],
    ["no tasks at all", () => judge([], [], { minTasks: 0 }), /0 tasks/],
    [
      "a NaN return",
      () =>
        judge(
          scores(30, () => 0),
          scores(30, (t) => (t === 4 ? NaN : 1)),
        ),
      /return is missing or not a finite/,
    ],
    [
      "an infinite return",
      () =>
        judge(
          scores(30, () => 0),
          scores(30, () => Infinity),
        ),
      /not a finite/,
    ],
    [
      "a missing success",
      () =>
        judge(
          scores(30, () => 0),
          good,
          { hasSuccess: true },
        ),
      /success is missing/,
    ],
    [
      "a NaN return beside a success",
      () =>
        judge(
          rated(30, () => 0),
          rated(30, () => 1).map((s) => ({ ...s, return: NaN })),
          { hasSuccess: true },
        ),
      /finite/,
    ],
    [
      "a NaN least number of tasks",
      () =>
        judge(
          scores(30, () => 0),
          good,
          { minTasks: NaN },
        ),
      /too few/,
    ],
  ];
  for (const [what, run, reason] of refusals)
    it(`refuses ${what}, with the reason`, () => {
      const { verdict, reasons } = run();
      expect(verdict).to.equal("refuse");
      expect(reasons.join("; ")).to.match(reason);
    });

  it("names every reason at once", () => {
    const { reasons } = judge(
      scores(5, () => 0),
      scores(6, () => NaN),
      { checks: [{ name: "weights finite", ok: false }] },
    );
    expect(reasons).to.have.length(4);
  });
});
