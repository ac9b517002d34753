import { expect } from "chai";
import fc from "fast-check";
import { stampsAt } from "../../../robot/ros1/stamps.ts";
import { seconds } from "../../../src/domain/units.ts";

/** The robot's clock shows so much more than ours, s. */
const OFFSET = 1_700_000_000;

describe("a robot's stamps on our clock", () => {
  it("a message that waited on the way is as much older", () => {
    const at = stampsAt();
    for (let k = 0; k < 100; k++) at(OFFSET + k / 100, seconds(k / 100 + 0.001));
    // Half a second of states comes at once, after a stall.
    const received = seconds(1.5);
    expect(received - at(OFFSET + 1, received)).to.be.closeTo(0.5, 2e-3);
    expect(received - at(OFFSET + 1.49, received)).to.be.closeTo(0.01, 2e-3);
  });
  it("is never later than its receipt, and every later stamp is later, however long the ways", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.5, noNaN: true }), { minLength: 2, maxLength: 50 }), (ways) => {
        const at = stampsAt();
        let last = -Infinity;
        let received = 0;
        ways.forEach((way, k) => {
          received = Math.max(received + 1e-5, k / 100 + way);
          const now = at(OFFSET + k / 100, seconds(received));
          expect(now).to.be.at.most(received);
          expect(now).to.be.greaterThan(last);
          last = now;
        });
      }),
    );
  });
  it("a message that comes twice is not later the second time, so that control drops it", () => {
    const at = stampsAt();
    const first = at(OFFSET, seconds(1));
    expect(at(OFFSET, seconds(1.01))).to.be.at.most(first + 1e-4);
    at(OFFSET + 0.01, seconds(1.011));
    expect(at(OFFSET, seconds(1.02))).to.be.at.most(first + 1e-4);
  });
  for (const step of [3600, -3600])
    it(`a robot's clock that is set by ${step} s makes no state old, and none of the future`, () => {
      const at = stampsAt();
      let last = -Infinity;
      for (let k = 0; k < 200; k++) {
        const received = seconds(k / 100 + 0.001);
        const now = at(OFFSET + k / 100 + (k >= 100 ? step : 0), received);
        expect(received - now).to.be.within(0, 0.02);
        expect(now).to.be.greaterThan(last);
        last = now;
      }
    });
  it("a robot without a clock is stamped by receipt", () => {
    const at = stampsAt();
    expect(at(NaN, seconds(5))).to.equal(5);
  });
});
