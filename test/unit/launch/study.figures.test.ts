import { expect } from "chai";
import fc from "fast-check";
import { curvesFigure } from "../../../launch/study/figures/curves.ts";
import { latentsFigure } from "../../../launch/study/figures/latents.ts";
import { returnsFigure } from "../../../launch/study/figures/returns.ts";
import { rangeOf, scale } from "../../../launch/study/figures/svg.ts";

const score = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const estimate = fc.tuple(score, score, score).map((three) => {
  const [low, mean, high] = three.sort((a, b) => a - b) as [number, number, number];
  return { mean, ci95: [low, high] as const, iqm: mean, iqmCi95: [low, high] as const };
});
const places = fc.array(fc.record({ at: fc.tuple(score, score), hue: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 1,
  maxLength: 5,
});

/** Every opening has its end, nothing is left unnumbered, and every dot lies on the paper. */
function judge(svg: string): void {
  const open: string[] = [];
  for (const [, end, name, alone] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end) expect(open.pop()).to.equal(name);
    else if (!alone) open.push(name!);
  }
  expect(open).to.deep.equal([]);
  expect(svg).not.to.match(/NaN|Infinity|undefined/);
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
  for (const [, x, y] of svg.matchAll(/cx="([^"]*)" cy="([^"]*)"/g)) {
    expect(Number(x)).to.be.within(0, width!);
    expect(Number(y)).to.be.within(0, height!);
  }
}

describe("a study's figures", () => {
  it("stay on their paper, whatever the returns", () => {
    const row = fc.record({
      name: fc.string(),
      before: fc.record({ own: estimate, offline: estimate }),
      after: fc.option(fc.record({ own: estimate, offline: fc.option(estimate, { nil: undefined }) }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), score, (rows, at) =>
        judge(returnsFigure("a & b <c>", rows, [{ name: "oracle", at }])),
      ),
    );
  });

  it("stay on their paper, whatever the beliefs, also when all are the same", () => {
    fc.assert(
      fc.property(places, places, (offline, own) =>
        judge(latentsFigure("z", [{ name: "before", offline, own, carried: [0.5, 0.5] }], "the goal")),
      ),
    );
    const same = [{ at: [1, 1] as [number, number], hue: 0 }];
    judge(latentsFigure("z", [{ name: "before", offline: same, own: same, carried: [0, 0] }], "the goal"));
  });

  it("draw one curve a variant over both phases in the same colour, and take a phase of one point", () => {
    const curve = (name: string) => ({ name, points: [{ x: 1, values: [-3, -2] }] });
    const svg = curvesFigure("c", [
      { name: "offline", axis: "updates", curves: [curve("smac"), curve("bc")] },
      { name: "second", axis: "steps", curves: [curve("bc")] },
    ]);
    judge(svg);
    expect(svg.match(/fill="none" stroke="#d55e00"/g)).to.have.length(2);
  });

  it("have round ticks inside the range", () => {
    expect(scale([0, 20_000], [0, 100]).ticks).to.deep.equal([0, 5000, 10_000, 15_000, 20_000]);
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = rangeOf([a, b]);
        const { ticks } = scale([low, high], [0, 1]);
        if (Math.max(Math.abs(a), Math.abs(b)) > 1e-3) expect(ticks.length).to.be.within(2, 11);
        for (const tick of ticks) expect(tick).to.be.within(low - 1e-6 * (high - low), high + 1e-6 * (high - low));
      }),
    );
  });
});
