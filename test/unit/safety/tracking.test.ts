import { expect } from "chai";
import fc from "fast-check";
import { tracked, tracking, worstOf } from "../../../src/safety/tracking.ts";
import { limits, only, seven } from "./oracle.ts";

/** How long a joint that is sent `speed` and moves at `moves` (rad/s) takes to be found astray, s; undefined within `patience` s. */
function foundAfter(speed: number, moves: number, patience: number, dt = 0.01): number | undefined {
  let state = tracking(7);
  for (let t = 0; t <= patience; t += dt) {
    state = tracked(state, only(2, speed), only(2, moves * t), dt);
    if (!(worstOf(state) <= limits.trackingError)) return t;
  }
  return undefined;
}

describe("how far an arm falls behind the velocities it is sent", () => {
  it("is too far within 0.3 s when 1 rad/s is sent and nothing moves, either way", () => {
    expect(foundAfter(1, 0, 1)).to.be.within(0.1, 0.3);
    expect(foundAfter(-1, 0, 1)).to.be.within(0.1, 0.3);
  });

  it("is never too far for an arm that is blocked while 0.1 rad/s is asked of it", () => {
    expect(foundAfter(0.1, 0, 60)).to.equal(undefined);
  });

  it("is never too far for an arm that follows, also with a constant lag, at any speed it may have", () => {
    expect(foundAfter(2, 2, 60)).to.equal(undefined);
    let state = tracking(1);
    for (let t = 0; t < 20; t += 0.01) {
      state = tracked(state, [1.7], [1.7 * Math.max(0, t - 0.05)], 0.01);
      expect(worstOf(state)).to.be.below(limits.trackingError);
    }
  });

  it("is too far when the arm moves although nothing was sent, and when it runs away the other way", () => {
    expect(foundAfter(0, 1, 1)).to.be.within(0.1, 0.3);
    expect(foundAfter(0.5, -0.5, 1)).to.be.within(0.1, 0.3);
  });

  it("is each joint's own: one astray among seven is seen", () => {
    const [first, then] = [tracked(tracking(7), seven(0), seven(0), 0.01), only(4, -0.3)];
    expect(worstOf(tracked(first, seven(0), then, 0.01))).to.be.closeTo(0.3, 1e-12);
    expect(worstOf(first)).to.equal(0);
  });

  it("is nothing yet after the first state, whatever was sent", () => {
    expect(worstOf(tracked(tracking(7), seven(9), seven(1), 0.01))).to.equal(0);
  });

  it("is forgotten wholly over a gap longer than the memory, and never turns its sign by it", () => {
    let state = tracked(tracking(1), [0], [0], 0.01);
    state = tracked(state, [15], [0], 0.01);
    expect(worstOf(state)).to.be.closeTo(0.15, 1e-12);
    expect(worstOf(tracked(state, [0], [0], 5))).to.equal(0);
  });

  it("is not good, and does not throw, once anything is no number", () => {
    fc.assert(
      fc.property(fc.constantFrom(NaN, Infinity, -Infinity), fc.nat(2), (bad, where) => {
        let state = tracked(tracking(2), [0, 0], [0, 0], 0.01);
        state = tracked(state, [0, where === 0 ? bad : 0], [where === 1 ? bad : 0, 0], where === 2 ? bad : 0.01);
        if (where === 2 && bad === Infinity) return;
        expect(worstOf(tracked(state, [0, 0], [0, 0], 0.01)) <= limits.trackingError).to.equal(false);
      }),
    );
  });
});
