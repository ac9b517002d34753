import { expect } from "chai";
import { Subject } from "rxjs";
import { inStep } from "../../../sim/inStep.ts";
import { rng } from "../../../src/domain/rng.ts";
import { seconds } from "../../../src/domain/units.ts";

/** A clock and an arm in virtual time; `ahead`: states come sooner than every period by this share; `jitter`: s by which each may be late. */
function run({
  beats,
  ahead = 0,
  jitter = 0,
  silentFrom = Infinity,
}: {
  beats: number;
  ahead?: number;
  jitter?: number;
  silentFrom?: number;
}) {
  const period = seconds(0.01);
  const chance = rng("in step", 1);
  const beat$ = new Subject<number>();
  const state$ = new Subject<number>();
  let [now, next, sent, arrives] = [0, 0.0077, 0, 0];
  const clock = { now: () => seconds(now), period, beat$, shift: (by: number) => void (next += by) };
  const step = inStep(clock, state$);
  const ages: number[] = [];
  const periods: number[] = [];
  let [heard, last] = [0, 0];
  for (let k = 0; k < beats;) {
    if (arrives < next && k < silentFrom) {
      now = heard = arrives;
      state$.next(0);
      sent += period * (1 - ahead);
      arrives = Math.max(now, sent + jitter * chance.uniform());
      continue;
    }
    now = next;
    next += period;
    beat$.next(k++);
    ages.push(now - heard);
    periods.push(now - last);
    last = now;
  }
  step.unsubscribe();
  return { ages, periods, observed: state$.observed };
}

describe("beats in step with an arm's states", () => {
  it("come 1.5 ms after each, wherever they began, and stay as even as a fiftieth of a period", () => {
    const { ages, periods } = run({ beats: 400 });
    expect(Math.max(...ages.slice(200))).to.be.closeTo(0.0015, 1e-4);
    for (const period of periods.slice(1)) expect(period).to.be.within(0.0098 - 1e-9, 0.0102 + 1e-9);
  });
  it("follow a robot whose clock runs a ten-thousandth fast or slow", () => {
    for (const ahead of [1e-4, -1e-4]) {
      const { ages } = run({ beats: 20_000, ahead });
      expect(Math.max(...ages.slice(500)), String(ahead)).to.be.below(0.002);
    }
  });
  it("stay behind states that come unevenly", () => {
    const { ages } = run({ beats: 5000, jitter: 0.001 });
    const late = ages.slice(500).filter((age) => age > 0.005).length;
    expect(late).to.be.below(50);
  });
  it("go on as they are when states cease", () => {
    const { periods } = run({ beats: 600, silentFrom: 400 });
    for (const period of periods.slice(402)) expect(period).to.be.closeTo(0.01, 1e-9);
  });
  it("follow nothing any more when told so", () => expect(run({ beats: 2 }).observed).to.equal(false));
});
